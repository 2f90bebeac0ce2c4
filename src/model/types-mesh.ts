import type { Duration } from './types-values.js'

/** One set of pods behind the Service: `v1` always, `v2` when traffic is split by weight. */
export interface Subset {
  readonly name: string
  /** The pods' label that it selects, beside what Argo Rollouts adds. */
  readonly label: { readonly key: string; readonly value: string }
  /** The workload's metadata.name. */
  readonly workload: string
  readonly weight: number
}

export interface Istio {
  readonly host: string
  /** `namespace/name` of a Gateway that exists, or the name of the one created here. */
  readonly gateway: string
  readonly createGateway: boolean
  readonly mtlsMode: 'STRICT' | 'PERMISSIVE'
  /** True for STRICT: only then does every peer have an identity to authorize. */
  readonly strict: boolean
  readonly retries: number
  readonly perTryTimeout: Duration
  readonly timeout: Duration
  readonly backoff: Duration
  readonly outlierErrors: number
  readonly outlierInterval: Duration
  readonly baseEjection: Duration
  readonly maxEjectionPercent: number
  /** DestinationRule idleTimeout; below the Go server's, so the proxy closes first. */
  readonly idleTimeout: Duration
  readonly maxConnections: number
  readonly maxPendingRequests: number
  /** HTTP/2 requests at the same time, to all pods together. */
  readonly maxRequests: number
  readonly ingressNamespace: string
  readonly ingressServiceAccount: string
  readonly subsets: readonly Subset[]
  /** True when a second workload (v2) takes a share of the traffic. */
  readonly split: boolean
}
