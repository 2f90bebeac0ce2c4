/** Who scales the workload, on what, and how fast. */
export interface Autoscaling {
  readonly enabled: boolean
  readonly engine: 'hpa' | 'keda'
  readonly keda: boolean
  readonly min: number
  readonly max: number
  /** Percent of the request; absent when not scaled on. */
  readonly cpu: number | undefined
  readonly memory: number | undefined
  readonly requests: RequestRate | undefined
  readonly queue: QueueMetric | undefined
  /** prometheus-adapter has to serve a metric. */
  readonly adapter: boolean
  /** Something other than CPU and memory counts. */
  readonly external: boolean
  /** ContainerResource (true) or Resource metrics: a mesh sidecar's usage must not count. */
  readonly perContainer: boolean
  /** Seconds. */
  readonly scaleUpWindow: number
  /** A step doubles the pods. */
  readonly doubles: boolean
  /** Percent of the pods that a step adds. */
  readonly scaleUpPercent: number
  /** Seconds. */
  readonly scaleDownWindow: number
  /** Percent of the pods that a minute takes away. */
  readonly scaleDownPercent: number
  /** Of the last environment. */
  readonly scalers: readonly Scaler[]
  /** The Prometheus that KEDA asks. */
  readonly prometheus: string
  /** Seconds between two questions of KEDA. */
  readonly pollingInterval: number
}

/** Requests a second, from the service's own counters. */
export interface RequestRate {
  /** Requests a second that one pod takes. */
  readonly perPod: number
  /** The same as a Kubernetes quantity. */
  readonly quantity: string
  /** As the custom metrics API names it. */
  readonly metric: string
  /** A counter that is always there. */
  readonly counter: string
  /** As prometheus-adapter fills it in. */
  readonly adapterQuery: string
  /** Of rate(), in PromQL. */
  readonly window: string
}

/** What KEDA asks Prometheus for one workload, in PromQL. */
export interface Scaler {
  /** The workload's. */
  readonly name: string
  readonly requests: Question | undefined
  readonly queue: (Question & Pick<QueueMetric, 'own' | 'shared'> & { readonly waiting: number }) | undefined
}

export interface Question {
  readonly query: string
  /** Of the answer, for each pod. */
  readonly perPod: number
}

/** Messages that wait. */
export interface QueueMetric {
  /** Messages that one pod may have waiting. */
  readonly perPod: number
  /** What the autoscaler of one workload is told, as a quantity: all of them read the whole queue, each takes its part. */
  readonly quantity: string
  /** Several workloads consume. */
  readonly shared: boolean
  /** The lag that this service's consumer exports; otherwise somebody else exports the metric. */
  readonly own: boolean
  readonly metric: string
  /** The label that tells queues apart, and its value. */
  readonly label: string
  readonly value: string
}
