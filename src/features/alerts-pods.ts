import type { Model } from '../model/types.js'
import { place } from './alerts-slo.js'
import type { Alert, AlertTest } from './types-monitoring.js'

/** Whether pods are there, and how near they are to what they may have. */
export function podAlerts(model: Model): Alert[] {
  return [...availability(model), ...saturation(model)]
}

function availability(model: Model): Alert[] {
  const { name, probes, productionEnv } = model
  const { liveness } = probes
  const pod = { namespace: productionEnv.namespace, pod: 'a' }
  return [
    {
      group: 'availability',
      alert: 'ContainerRestarted',
      severity: 'critical',
      expr: ({ container }) =>
        `sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total{${container}}[10m])) > 0`,
      summary: `A container of ${name} was restarted`,
      description: `The kubelet has restarted {{ $labels.pod }}: ${
        liveness.enabled
          ? `its liveness check failed ${liveness.failureThreshold} times in a row, ${liveness.period} s apart, or it ended by itself.`
          : 'it ended by itself.'
      }`,
      runbook: [
        ...(liveness.enabled
          ? [
              `After ${liveness.failureThreshold} failed liveness checks, ${liveness.period} s apart, the kubelet restarts a container. The check asks the program alone and no`,
              'dependency, so the program hung, was starved of CPU, crashed, or was killed for its memory.',
            ]
          : ['The program crashed or was killed for its memory; no liveness check is configured.']),
        '',
        '1. `kubectl -n NAMESPACE describe pod POD`: "Last State" has the reason and the exit code. `OOMKilled` is memory.',
        '2. `kubectl -n NAMESPACE logs POD --previous`: what it said last.',
        '3. Several pods at once, since a release? Roll back.',
      ].join('\n'),
      tests: [
        {
          what: 'fires when a container was restarted',
          series: ({ container }) => [[`kube_pod_container_status_restarts_total{${container},pod="a"}`, '0x10 1x10']],
          at: '12m',
          fires: [{ labels: pod }],
        },
        {
          what: 'stays quiet about a restart of long ago, and of another container',
          series: ({ container, namespace }) => [
            [`kube_pod_container_status_restarts_total{${container},pod="a"}`, '3x30'],
            [`kube_pod_container_status_restarts_total{${namespace},container="other",pod="b"}`, '0x10 1x10'],
          ],
          at: '12m',
          fires: [],
        },
      ],
    },
    {
      group: 'availability',
      alert: 'TargetDown',
      severity: 'warning',
      for: '2m',
      expr: ({ own }) => `min by (job, namespace, pod) (up{${own}}) == 0`,
      summary: `A pod of ${name} does not answer the scraper`,
      description: 'The metrics of {{ $labels.pod }} are missing, so what other alerts say is about the other pods.',
      runbook: [
        'Prometheus finds the pod and gets no answer from its admin port. The pod may serve all the same.',
        '',
        '1. `kubectl -n NAMESPACE get pod POD -o wide`: does it run, is it ready, what else is wrong on that node?',
        '2. A network policy, or the mesh, may have closed the admin port.',
      ].join('\n'),
      tests: [
        {
          what: 'fires when a pod does not answer for two minutes',
          series: ({ own }) => [
            [`up{${own},pod="a"}`, '1x5 0x10'],
            [`up{${own},pod="b"}`, '1x15'],
          ],
          at: '9m',
          fires: [{ labels: { ...place(model), pod: 'a' } }],
        },
        {
          what: 'stays quiet after one missed scrape',
          series: ({ own }) => [[`up{${own},pod="a"}`, '1x5 0 1x5']],
          at: '8m',
          fires: [],
        },
      ],
    },
    {
      group: 'availability',
      alert: 'ServiceAbsent',
      severity: 'critical',
      for: '2m',
      // Each colour by itself: the one that waits must not stand for the one that serves.
      expr: ({ own }) =>
        model.features.colours
          ? [
              ...coloursOf(model).map((colour) => `absent(up{${own},subset="${colour}"})`),
              `(sum by (job, namespace, subset) (up{${own}}) == 0)`,
            ].join('\n  or ')
          : `absent(up{${own}})\n  or (sum by (job, namespace) (up{${own}}) == 0)`,
      summary: `No pod of ${name} answers`,
      description:
        'Not one pod answers the scraper, or there is none: nobody is served, as far as Prometheus can tell.',
      runbook: [
        'Either there are no pods, or none of them answers, or Prometheus does not find them any more.',
        '',
        '1. `kubectl -n NAMESPACE get pods,endpointslices`: are there pods, are they ready?',
        '2. None start? `kubectl -n NAMESPACE get events --sort-by=.lastTimestamp`. The image, a Secret or a quota may be missing.',
        '3. All run and serve? Then it is the ServiceMonitor, its labels, or the network policy.',
      ].join('\n'),
      tests: model.features.colours ? colourTests(model) : absenceTests(model),
    },
  ]
}

function saturation(model: Model): Alert[] {
  const { name, resources, monitoring, autoscaling, workloads, productionEnv, regions } = model
  // Each region has its own.
  const most = regions.length > 0 ? 'replicas of its region' : `${autoscaling.max} replicas`
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
            summary: `${name} is stopped by its CPU limit`,
            description: `{{ $labels.pod }} was stopped in {{ $value | humanizePercentage }} of the scheduler’s periods; its limit is ${resources.cpuLimit}.`,
            runbook: [
              `A quarter of the time the kernel stops the container until the next period, because it has used up its limit of ${resources.cpuLimit}. Requests`,
              'wait meanwhile, so latency suffers first.',
              '',
              '1. More traffic than usual? More replicas help, a higher limit does as well.',
              '2. The same traffic? Look at what a release has made more expensive, with a profile.',
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
      summary: `${name} is about to run out of memory`,
      description: `{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its ${resources.memoryLimit}; at all of it the kernel kills it.`,
      runbook: [
        `GOMEMLIMIT (${resources.goMemLimit}) holds what Go counts at nine tenths of the limit. What is above that the collector can’t free: live objects, or`,
        'memory that Go does not count.',
        '',
        '1. A steady climb is a leak: compare two heap profiles, and `go_goroutines`.',
        '2. A jump with the traffic is size: raise the limit, or take in less at a time.',
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
            summary: `${name} can’t scale any further`,
            description: `{{ $labels.horizontalpodautoscaler }} has had all of ${regions.length > 0 ? 'the' : 'its'} ${most} for a quarter of an hour: more load makes it slow.`,
            runbook: [
              `The autoscaler asks for no more than ${regions.length > 0 ? 'the ' : ''}${most}, and has them.`,
              '',
              '1. Is the load real? A retry storm or a loop between services looks the same.',
              '2. Raise `autoscaling.max` in service.yaml. Pools of data stores get smaller by it: `explain` has the numbers.',
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
      summary: `${name} starts more than it ends`,
      description:
        '{{ $labels.pod }} has {{ $value }} goroutines, each of which holds memory: they wait for something.',
      runbook: [
        `More than ${monitoring.goroutines} goroutines: at 8 KiB each they hold a tenth of the memory limit.`,
        '',
        '1. Many requests in flight? Then a dependency is slow, and they wait for it.',
        '2. None? Then they leak: a goroutine profile shows where they wait.',
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

function absenceTests(model: Model): AlertTest[] {
  return [
    {
      what: 'fires when there is no pod',
      series: ({ namespace }) => [[`up{job="other",${namespace}}`, '1x10']],
      at: '5m',
      fires: [{ labels: place(model) }],
    },
    {
      what: 'fires when none answers',
      series: ({ own }) => [
        [`up{${own},pod="a"}`, '0x10'],
        [`up{${own},pod="b"}`, '0x10'],
      ],
      at: '5m',
      fires: [{ labels: place(model) }],
    },
    {
      what: 'stays quiet while one answers',
      series: ({ own }) => [
        [`up{${own},pod="a"}`, '0x10'],
        [`up{${own},pod="b"}`, '1x10'],
      ],
      at: '5m',
      fires: [],
    },
  ]
}

/** Where a script switches, a version is a colour. */
function coloursOf({ workloads }: Model): string[] {
  return workloads.map(({ version }) => version)
}

function colourTests(model: Model): AlertTest[] {
  const up = (own: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([subset, series]): [string, string] => [
      `up{${own},subset="${subset}",pod="a"}`,
      series,
    ])
  const fires = (...subsets: readonly string[]) => subsets.map((subset) => ({ labels: { ...place(model), subset } }))
  return [
    {
      what: 'fires for both when there is no pod',
      series: ({ namespace }) => [[`up{job="other",${namespace}}`, '1x10']],
      at: '5m',
      fires: fires(...coloursOf(model)),
    },
    {
      what: 'fires when none of one colour answers',
      series: ({ own }) => up(own, { blue: '0x10', green: '1x10' }),
      at: '5m',
      fires: fires('blue'),
    },
    {
      what: 'stays quiet while both answer',
      series: ({ own }) => up(own, { blue: '1x10', green: '1x10' }),
      at: '5m',
      fires: [],
    },
  ]
}
