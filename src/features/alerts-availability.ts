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
      expr: ({ own }) => `absent(up{${own}})\n  or (sum by (job, namespace) (up{${own}}) == 0)`,
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
      tests: absenceTests(model),
    },
    ...(model.features.colours ? [colourAbsent(model)] : []),
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

/**
 * The colour that served is gone. Prometheus doesn't see which colour the Service selects: it is the one that had the requests,
 * as long as no colour has them now. The one that waits may be at no pods at all.
 */
function colourAbsent(model: Model): Alert {
  const { name, slo, productionEnv } = model
  const served = (by: string, requests: (metric: string) => string) =>
    slo.indicators.map((indicator) => `sum by (${by}) (${requests(indicator.requests)}) > 0`).join(' or ')
  const colour = 'job, namespace, subset'
  const any = 'job, namespace'
  return {
    group: 'availability',
    alert: 'ColourAbsent',
    severity: 'warning',
    for: '1m',
    expr: ({ own }) =>
      [
        `(${served(colour, (metric) => `increase(${metric}{${own}}[1h])`)})`,
        `unless (sum by (${colour}) (up{${own}}) > 0)`,
        `unless on (${any}) (${served(any, (metric) => `rate(${metric}{${own}}[5m])`)})`,
      ].join('\n  '),
    summary: t`The colour of ${name} that served has no pod that answers`,
    description: t(
      '{{ $labels.subset }} had requests within the last hour and has no pod that answers the scraper, and no colour has requests now.',
    ),
    runbook: [
      t('The Service seems to select a colour without pods. The other one, which waits, may be whole.'),
      '',
      t`1. \`scripts/blue-green.sh status ${productionEnv.name}\`: who serves, and how many pods does it have?`,
      t`2. Is the other one whole? \`scripts/blue-green.sh switch ${productionEnv.name} COLOUR\` turns the Service to it, after a check.`,
      t('3. Otherwise `kubectl -n NAMESPACE get deployments,pods`: was it scaled to none, and who scales it?'),
    ].join('\n'),
    tests: colourTests(model),
  }
}

function colourTests(model: Model): AlertTest[] {
  const [{ requests, samples } = { requests: '', samples: { good: '' } }] = model.slo.indicators
  const course = (own: string, colour: string, pods: string, answers: string): [string, string][] => [
    [`up{${own},subset="${colour}",pod="${colour}"}`, pods],
    [`${requests}{${own},subset="${colour}",pod="${colour}",${samples.good}}`, answers],
  ]
  const [blue, green] = ['blue', 'green'] as const
  return [
    {
      what: 'fires when the colour that had the requests has no pod, and nobody has them now',
      series: ({ own }) => [...course(own, blue, '1x10 _x20', '0+60x10 _x20'), ...course(own, green, '1x30', '0x30')],
      at: '20m',
      fires: [{ labels: { ...place(model), subset: blue } }],
    },
    {
      what: 'stays quiet about a colour that waits without pods, and after a switch',
      series: ({ own }) => [
        ...course(own, blue, '1x10 _x20', '0+60x10 _x20'),
        ...course(own, green, '1x30', '0x9 0+60x20'),
      ],
      at: '20m',
      fires: [],
    },
    {
      what: 'stays quiet while nobody asks, at night',
      series: ({ own }) => [...course(own, blue, '1x30', '0+60x10 600x19'), ...course(own, green, '0x30', '0x30')],
      at: '20m',
      fires: [],
    },
  ]
}
