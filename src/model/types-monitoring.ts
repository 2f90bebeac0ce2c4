/** Requests of one protocol, counted: what an objective is measured by. */
export interface Indicator {
  readonly protocol: 'http' | 'grpc'
  /** Counter of everything that was answered. */
  readonly requests: string
  /** PromQL matcher of the answers that are the service's fault. */
  readonly errors: string
  /** Histogram of how long answers take, without `_bucket`. */
  readonly duration: string
  /** Counter of handlers that panicked. */
  readonly panics: string
  /** Labels of an answer that succeeded and of one that failed, for the tests of the rules. */
  readonly samples: { readonly good: string; readonly bad: string }
}

/** How fast the error budget may go, looked at through two windows: both have to agree. */
export interface BurnRate {
  /** Times faster than the budget lasts for its period. */
  readonly factor: number
  /** Share of the budget that is gone when the long window is full, in %. */
  readonly spent: number
  /** PromQL durations, and their minutes. */
  readonly long: string
  readonly short: string
  readonly longMinutes: number
  readonly shortMinutes: number
  readonly for: string
  readonly severity: 'critical' | 'warning'
  /** Share of failed requests above which it fires: factor × error budget, as PromQL prints it. */
  readonly threshold: number
}

export interface Slo {
  /** As a histogram bucket prints it: `0.8`. */
  readonly latencySeconds: string
  /** As people say it: `800ms`. */
  readonly latencyText: string
  /** PromQL matcher of the bucket that ends there, in the spelling of Prometheus 2 and of 3. */
  readonly latencyBucket: string
  /** Percent. */
  readonly availability: number
  /** Share of requests that may fail. */
  readonly errorBudget: number
  /** Days for which the budget has to last. */
  readonly periodDays: number
  readonly burnRates: readonly BurnRate[]
  readonly indicators: readonly Indicator[]
  /** Failed requests of a window below which it wakes nobody: one of two is half, and may be chance. */
  readonly leastErrors: number
  /** Requests a second below which a percentage of them says nothing. */
  readonly leastTraffic: number
}

export interface Monitoring {
  /** Where Prometheus runs. */
  readonly namespace: string
  /** Who is told, by Alertmanager. */
  readonly receiver: 'wecom' | 'slack' | 'webhook' | 'none'
  readonly isWecom: boolean
  readonly isSlack: boolean
  /** The receiver's secret: a Secret of each environment, and its key. */
  readonly secret: { readonly name: string; readonly key: string }
  readonly wecom: { readonly corpId: string | undefined; readonly agentId: string }
  /** Address of docs/runbook.md, without an anchor. */
  readonly runbook: string
  /** Times the error ratio of an hour before. */
  readonly errorGrowth: number
  /** Share of the memory limit. */
  readonly memoryShare: number
  /** Share of periods in which the CPU limit stopped a container. */
  readonly throttledShare: number
  /** Goroutines of a pod. */
  readonly goroutines: number
  /** Share of a pool's connections. */
  readonly poolShare: number
  /** Share of a store's operations. */
  readonly storeErrors: number
  /** Failed operations of a store in five minutes below which their share says nothing. */
  readonly storeFailures: number
  /** Seconds that what waits may need at the present pace. */
  readonly lagSeconds: number
  /** Seconds that a message may wait in the outbox. */
  readonly outboxSeconds: number
  /** Seconds since the configuration centre last confirmed what is in force. */
  readonly centreAge: number
  /** When Alertmanager speaks: of the first alert, of more of a group, and again. */
  readonly notify: {
    readonly groupWait: string
    readonly groupInterval: string
    readonly repeatPage: string
    readonly repeatWarning: string
  }
}
