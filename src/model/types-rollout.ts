import type { Duration } from './types-values.js'

/** A stage of a canary: this share of the traffic, and what has to happen before the next. */
export interface RolloutStep {
  /** Percent of the traffic. */
  readonly weight: number
  /** The steps that are left once a person has promoted this one; the last of a release, if none. */
  readonly rest: readonly Omit<RolloutStep, 'rest'>[]
  /** A person has to promote it; otherwise time does, unless the analysis objects. */
  readonly gate: boolean
  /** How long the share is kept, as Argo Rollouts and kubectl write it; absent at a gate. */
  readonly pause: string | undefined
  /** Index of the step after it, for pictures. */
  readonly next: number
}

/** A protocol whose metrics are compared: PromQL selectors of the time series of one version. */
export interface AnalysedProtocol {
  readonly name: 'http' | 'grpc' | 'messages'
  /** Somebody waits for an answer: its time counts, and so does whether anybody asked. */
  readonly answers: boolean
  readonly canary: AnalysedSeries
  readonly stable: AnalysedSeries
}

export interface AnalysedSeries {
  readonly requests: string
  /** Those that failed by a fault of the service. */
  readonly failures: string
  /** The histogram of durations; empty where nobody waits. */
  readonly buckets: string
}

/** What the analysis asks Prometheus for, and what it makes of the answers. */
export interface Analysis {
  readonly prometheus: string
  readonly protocols: readonly AnalysedProtocol[]
  /** Over this time are rates computed. */
  readonly window: Duration
  readonly interval: Duration
  /** So many bad measurements one after the other abort. */
  readonly badInARow: number
  /** The time that they take. */
  readonly span: Duration
  /** So many times in a row may Prometheus not answer. */
  readonly errorLimit: number
  /** Fewer requests than this in a window are no verdict. */
  readonly minRequests: number
  /** A share of errors of the old version below this counts as this: 0.0072 is 0.72 %. */
  readonly errorFloor: string
  /** The new version may have so many times the errors of the old one: 1.5 is +50 %. */
  readonly errorFactor: string
  /** The latency objective, seconds. */
  readonly latencySeconds: string
  /** How many times the old version's P99 the new one's may be, where the old one misses the objective. */
  readonly latencyFactor: string
  /** Measurements after a switch from blue to green; they end before the old pods go. */
  readonly count: number
  /** Seconds from a step's start to the abort, for a version that is bad from its first request. */
  readonly verdict: number
  /** PromQL duration of a whole pause, e.g. `600s`. */
  readonly pause: string
}

/** A release by Argo Rollouts; the strategy `rolling` has none. */
export interface Rollout {
  readonly steps: readonly RolloutStep[]
  /** Absent without metrics: then a person promotes every step. */
  readonly analysis: Analysis | undefined
  /** Seconds that old pods outlive their last request. */
  readonly scaleDownDelay: number
  /** Seconds that the pods of a version that was aborted stay, to be looked at. */
  readonly abortScaleDownDelay: number
  /** Going back to one of so many revisions skips the steps. */
  readonly rollbackRevisions: number
}
