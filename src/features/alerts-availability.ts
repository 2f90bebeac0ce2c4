import type { Model } from '../model/types.js'
import { t } from '../words.js'
import { place } from './alerts-slo.js'
import type { Alert, AlertTest } from './types-monitoring.js'

/** Whether pods are there, and answer. */
export function availabilityAlerts(model: Model): Alert[] {
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
      summary: t`A container of ${name} was restarted`,
      description: t`The kubelet has restarted {{ $labels.pod }}: ${
        liveness.enabled
          ? t`its liveness check failed ${liveness.failureThreshold} times in a row, ${liveness.period} s apart, or it ended by itself.`
          : t('it ended by itself.')
      }`,
      runbook: [
        ...(liveness.enabled
          ? [
              t`After ${liveness.failureThreshold} failed liveness checks, ${liveness.period} s apart, the kubelet restarts a container. The check asks the program alone and no`,
              t('dependency, so the program hung, was starved of CPU, crashed, or was killed for its memory.'),
            ]
          : [t('The program crashed or was killed for its memory; no liveness check is configured.')]),
        '',
        t(
          '1. `kubectl -n NAMESPACE describe pod POD`: "Last State" has the reason and the exit code. `OOMKilled` is memory.',
        ),
        t('2. `kubectl -n NAMESPACE logs POD --previous`: what it said last.'),
        t('3. Several pods at once, since a release? Roll back.'),
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
      summary: t`A pod of ${name} does not answer the scraper`,
      description: t('The metrics of {{ $labels.pod }} are missing, so what other alerts say is about the other pods.'),
      runbook: [
        t('Prometheus finds the pod and gets no answer from its admin port. The pod may serve all the same.'),
        '',
        t('1. `kubectl -n NAMESPACE get pod POD -o wide`: does it run, is it ready, what else is wrong on that node?'),
        t('2. A network policy, or the mesh, may have closed the admin port.'),
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
      summary: t`No pod of ${name} answers`,
      description: t(
        'Not one pod answers the scraper, or there is none: nobody is served, as far as Prometheus can tell.',
      ),
      runbook: [
        t('Either there are no pods, or none of them answers, or Prometheus does not find them any more.'),
        '',
        t('1. `kubectl -n NAMESPACE get pods,endpointslices`: are there pods, are they ready?'),
        t(
          '2. None start? `kubectl -n NAMESPACE get events --sort-by=.lastTimestamp`. The image, a Secret or a quota may be missing.',
        ),
        t('3. All run and serve? Then it is the ServiceMonitor, its labels, or the network policy.'),
      ].join('\n'),
      tests: model.features.colours ? colourTests(model) : absenceTests(model),
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
