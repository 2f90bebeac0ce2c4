import type { Model } from '../model/types.js'
import { t } from '../words.js'
import { place } from './alerts-slo.js'
import type { Alert } from './types-monitoring.js'

/** How near pods are to what they may have. */
export function saturationAlerts(model: Model): Alert[] {
  const { name, resources, monitoring, autoscaling, workloads, productionEnv, regions } = model
  // Each region has its own.
  const inRegions = regions.length > 0
  const most = inRegions ? t('the replicas of its region') : t`${autoscaling.max} replicas`
  const { namespace } = productionEnv
  const pod = { namespace, pod: 'a' }
  const scalers = workloads.map((workload) => workload.name).join('|')
  // One for each workload, which has its name.
  const first = workloads[0]?.name ?? name
  const scaler = { namespace, horizontalpodautoscaler: first }
  const throttled = 'container_cpu_cfs_throttled_periods_total'
  return [
    ...(resources.cpuLimit === undefined
      ? []
      : [
          {
            group: 'saturation',
            alert: 'CPUThrottled',
            severity: 'warning',
            for: '15m',
            expr: ({ container }) =>
              [
                `sum by (namespace, pod) (rate(${throttled}{${container}}[5m]))`,
                `  / sum by (namespace, pod) (rate(container_cpu_cfs_periods_total{${container}}[5m]))`,
                `  > ${monitoring.throttledShare}`,
              ].join('\n'),
            summary: t`${name} is stopped by its CPU limit`,
            description: t`{{ $labels.pod }} was stopped in {{ $value | humanizePercentage }} of the scheduler’s periods; its limit is ${resources.cpuLimit}.`,
            runbook: [
              t`A quarter of the time the kernel stops the container until the next period, because it has used up its limit of ${resources.cpuLimit}. Requests`,
              t('wait meanwhile, so latency suffers first.'),
              '',
              t('1. More traffic than usual? More replicas help, a higher limit does as well.'),
              t('2. The same traffic? Look at what a release has made more expensive, with a profile.'),
            ].join('\n'),
            tests: [
              {
                what: 'fires when 30 of 100 periods are throttled',
                series: ({ container }) => [
                  [`${throttled}{${container},pod="a"}`, '0+30x30'],
                  [`container_cpu_cfs_periods_total{${container},pod="a"}`, '0+100x30'],
                ],
                at: '25m',
                fires: [{ labels: pod, value: '30%' }],
              },
              {
                what: 'stays quiet at 20 of 100',
                series: ({ container }) => [
                  [`${throttled}{${container},pod="a"}`, '0+20x30'],
                  [`container_cpu_cfs_periods_total{${container},pod="a"}`, '0+100x30'],
                ],
                at: '25m',
                fires: [],
              },
            ],
          } satisfies Alert,
        ]),
    {
      group: 'saturation',
      alert: 'MemoryNearLimit',
      severity: 'warning',
      for: '5m',
      expr: ({ container }) =>
        [
          `max by (namespace, pod) (container_memory_working_set_bytes{${container}})`,
          `  / max by (namespace, pod) (kube_pod_container_resource_limits{${container},resource="memory"})`,
          `  > ${monitoring.memoryShare}`,
        ].join('\n'),
      summary: t`${name} is about to run out of memory`,
      description: t`{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its ${resources.memoryLimit}; at all of it the kernel kills it.`,
      runbook: [
        t`GOMEMLIMIT (${resources.goMemLimit}) holds what Go counts at nine tenths of the limit. What is above that the collector can’t free: live objects, or`,
        t('memory that Go does not count.'),
        '',
        t('1. A steady climb is a leak: compare two heap profiles, and `go_goroutines`.'),
        t('2. A jump with the traffic is size: raise the limit, or take in less at a time.'),
      ].join('\n'),
      tests: [
        {
          what: 'fires at 96 %',
          series: ({ container }) => [
            [`container_memory_working_set_bytes{${container},pod="a"}`, '96x10'],
            [`kube_pod_container_resource_limits{${container},pod="a",resource="memory"}`, '100x10'],
          ],
          at: '8m',
          fires: [{ labels: pod, value: '96%' }],
        },
        {
          what: 'stays quiet at 94 %, whatever the limit of the CPU is',
          series: ({ container }) => [
            [`container_memory_working_set_bytes{${container},pod="a"}`, '94x10'],
            [`kube_pod_container_resource_limits{${container},pod="a",resource="memory"}`, '100x10'],
            [`kube_pod_container_resource_limits{${container},pod="a",resource="cpu"}`, '1x10'],
          ],
          at: '8m',
          fires: [],
        },
      ],
    },
    ...(autoscaling.enabled && autoscaling.min < autoscaling.max
      ? [
          {
            group: 'saturation',
            alert: 'AutoscalerAtMax',
            severity: 'warning',
            for: '15m',
            expr: ({ namespace: where }) => {
              const chosen = `{${where},horizontalpodautoscaler=~"${scalers}"}`
              const by = 'by (namespace, horizontalpodautoscaler)'
              return `max ${by} (kube_horizontalpodautoscaler_status_current_replicas${chosen})\n  >= max ${by} (kube_horizontalpodautoscaler_spec_max_replicas${chosen})`
            },
            summary: t`${name} can’t scale any further`,
            description: t`{{ $labels.horizontalpodautoscaler }} has had all of ${inRegions ? most : t`its ${autoscaling.max} replicas`} for a quarter of an hour: more load makes it slow.`,
            runbook: [
              t`The autoscaler asks for no more than ${most}, and has them.`,
              '',
              t('1. Is the load real? A retry storm or a loop between services looks the same.'),
              t(
                '2. Raise `autoscaling.max` in service.yaml. Pools of data stores get smaller by it: `explain` has the numbers.',
              ),
            ].join('\n'),
            tests: [
              {
                what: 'fires when all replicas are in use',
                series: ({ namespace: where }) => [
                  [
                    `kube_horizontalpodautoscaler_status_current_replicas{${where},horizontalpodautoscaler="${first}"}`,
                    '7x30',
                  ],
                  [
                    `kube_horizontalpodautoscaler_spec_max_replicas{${where},horizontalpodautoscaler="${first}"}`,
                    '7x30',
                  ],
                ],
                at: '20m',
                fires: [{ labels: scaler }],
              },
              {
                what: 'stays quiet while one is left',
                series: ({ namespace: where }) => [
                  [
                    `kube_horizontalpodautoscaler_status_current_replicas{${where},horizontalpodautoscaler="${first}"}`,
                    '6x30',
                  ],
                  [
                    `kube_horizontalpodautoscaler_spec_max_replicas{${where},horizontalpodautoscaler="${first}"}`,
                    '7x30',
                  ],
                ],
                at: '20m',
                fires: [],
              },
            ],
          } satisfies Alert,
        ]
      : []),
    {
      group: 'saturation',
      alert: 'GoroutinesPileUp',
      severity: 'warning',
      for: '15m',
      expr: ({ own }) => `max by (job, namespace, pod) (go_goroutines{${own}}) > ${monitoring.goroutines}`,
      summary: t`${name} starts more than it ends`,
      description: t(
        '{{ $labels.pod }} has {{ $value }} goroutines, each of which holds memory: they wait for something.',
      ),
      runbook: [
        t`More than ${monitoring.goroutines} goroutines: at 8 KiB each they hold a tenth of the memory limit.`,
        '',
        t('1. Many requests in flight? Then a dependency is slow, and they wait for it.'),
        t('2. None? Then they leak: a goroutine profile shows where they wait.'),
      ].join('\n'),
      tests: [
        {
          what: 'fires above the threshold',
          series: ({ own }) => [[`go_goroutines{${own},pod="a"}`, `${monitoring.goroutines + 1}x20`]],
          at: '18m',
          fires: [{ labels: { ...place(model), pod: 'a' }, value: `${monitoring.goroutines + 1}` }],
        },
        {
          what: 'stays quiet at it',
          series: ({ own }) => [[`go_goroutines{${own},pod="a"}`, `${monitoring.goroutines}x20`]],
          at: '18m',
          fires: [],
        },
      ],
    },
  ]
}
