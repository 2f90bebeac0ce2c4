/** A metric that the service does not export, with the labels that its exporter puts on it. */
interface External {
  readonly metric: string
  readonly labels: readonly string[]
  /** Who exports it, and where that is written down. */
  readonly source: string
}

const kubeStateMetrics = 'kube-state-metrics: docs/metrics/workload/'
const cadvisor = 'cAdvisor in the kubelet: docs/storage/prometheus.md'
const containers = ['container', 'image', 'name', 'namespace', 'pod', 'id']

/** Everything of others that rules and dashboards may read; what is not here has to be exported by the service. */
export const externals: readonly External[] = [
  {
    metric: 'kube_pod_container_status_restarts_total',
    labels: ['container', 'namespace', 'pod', 'uid'],
    source: `${kubeStateMetrics}pod-metrics.md`,
  },
  {
    metric: 'kube_pod_container_resource_limits',
    labels: ['container', 'namespace', 'node', 'pod', 'resource', 'uid', 'unit'],
    source: `${kubeStateMetrics}pod-metrics.md`,
  },
  {
    metric: 'kube_horizontalpodautoscaler_status_current_replicas',
    labels: ['horizontalpodautoscaler', 'namespace'],
    source: `${kubeStateMetrics}horizontalpodautoscaler-metrics.md`,
  },
  {
    metric: 'kube_horizontalpodautoscaler_spec_max_replicas',
    labels: ['horizontalpodautoscaler', 'namespace'],
    source: `${kubeStateMetrics}horizontalpodautoscaler-metrics.md`,
  },
  {
    metric: 'kube_deployment_status_replicas_available',
    labels: ['deployment', 'namespace'],
    source: `${kubeStateMetrics}deployment-metrics.md`,
  },
  {
    metric: 'kube_deployment_spec_replicas',
    labels: ['deployment', 'namespace'],
    source: `${kubeStateMetrics}deployment-metrics.md`,
  },
  {
    metric: 'kube_statefulset_status_replicas_available',
    labels: ['statefulset', 'namespace'],
    source: `${kubeStateMetrics}statefulset-metrics.md`,
  },
  {
    metric: 'kube_statefulset_replicas',
    labels: ['statefulset', 'namespace'],
    source: `${kubeStateMetrics}statefulset-metrics.md`,
  },
  {
    metric: 'kube_statefulset_status_replicas_updated',
    labels: ['statefulset', 'namespace'],
    source: `${kubeStateMetrics}statefulset-metrics.md`,
  },
  {
    metric: 'kube_statefulset_status_replicas_ready',
    labels: ['statefulset', 'namespace'],
    source: `${kubeStateMetrics}statefulset-metrics.md`,
  },
  {
    metric: 'kube_deployment_status_condition',
    labels: ['deployment', 'namespace', 'condition', 'status'],
    source: `${kubeStateMetrics}deployment-metrics.md`,
  },
  {
    metric: 'rollout_info_replicas_available',
    labels: ['namespace', 'name'],
    source: 'Argo Rollouts: controller/metrics/prommetrics.go',
  },
  {
    metric: 'rollout_info_replicas_desired',
    labels: ['namespace', 'name'],
    source: 'Argo Rollouts: controller/metrics/prommetrics.go',
  },
  {
    metric: 'rollout_info',
    labels: ['namespace', 'name', 'strategy', 'traffic_router', 'phase'],
    source: 'Argo Rollouts: controller/metrics/prommetrics.go',
  },
  { metric: 'container_cpu_usage_seconds_total', labels: [...containers, 'cpu'], source: cadvisor },
  { metric: 'container_cpu_cfs_periods_total', labels: containers, source: cadvisor },
  { metric: 'container_cpu_cfs_throttled_periods_total', labels: containers, source: cadvisor },
  { metric: 'container_memory_working_set_bytes', labels: containers, source: cadvisor },
  { metric: 'up', labels: [], source: 'Prometheus: docs/concepts/jobs_instances.md' },
]

/** What a scrape through the ServiceMonitor adds to every series of the service; `subset` by its own relabeling. */
export const targetLabels = ['container', 'endpoint', 'instance', 'job', 'namespace', 'pod', 'service', 'subset']
