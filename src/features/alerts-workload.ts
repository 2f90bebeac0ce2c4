import type { Model } from '../model/types.js'
import { t } from '../words.js'
import type { Alert, AlertTest, Selectors } from './types-monitoring.js'

/** Metrics about a kind of workload: of kube-state-metrics, or of the controller of Argo Rollouts. */
interface KindMetrics {
  readonly label: string
  readonly available: string
  readonly wanted: string
}

const kinds: Readonly<Record<string, KindMetrics>> = {
  Deployment: {
    label: 'deployment',
    available: 'kube_deployment_status_replicas_available',
    wanted: 'kube_deployment_spec_replicas',
  },
  StatefulSet: {
    label: 'statefulset',
    available: 'kube_statefulset_status_replicas_available',
    wanted: 'kube_statefulset_replicas',
  },
  Rollout: { label: 'name', available: 'rollout_info_replicas_available', wanted: 'rollout_info_replicas_desired' },
}

/** What the cluster says of the workload, whatever its pods say: none is available, a new version doesn't get there. */
export function workloadAlerts(model: Model): Alert[] {
  const { name, workload, workloads, productionEnv } = model
  const { label, available, wanted } = kinds[workload.kind] as KindMetrics
  const first = workloads[0]?.name ?? name
  const which =
    workloads.length === 1 ? `${label}="${first}"` : `${label}=~"${workloads.map((one) => one.name).join('|')}"`
  const of = (metric: string, { namespace }: Selectors) => `${metric}{${namespace},${which}}`
  const series = (metric: string, { namespace }: Selectors) => `${metric}{${namespace},${label}="${first}"}`
  const labels = { namespace: productionEnv.namespace, [label]: first }
  return [
    {
      group: 'availability',
      alert: 'Unavailable',
      severity: 'critical',
      for: '2m',
      expr: (select) =>
        `max by (namespace, ${label}) (${of(available, select)}) == 0\n  and max by (namespace, ${label}) (${of(wanted, select)}) > 0`,
      summary: t`No replica of ${name} is available`,
      description: t`The cluster counts no pod of {{ $labels.${label} }} that is ready and stays so, and wants some.`,
      runbook: [
        t('Pods are wanted, and none has been ready for long enough to count. Nobody is served.'),
        '',
        t('1. `kubectl -n NAMESPACE get pods`: are there any, do they start, are they ready?'),
        t(
          '2. `kubectl -n NAMESPACE get events --sort-by=.lastTimestamp`: an image, a Secret, a quota, no node with room.',
        ),
        t('3. Since a release? Roll back.'),
      ].join('\n'),
      tests: [
        {
          what: 'fires when none of two replicas is available',
          series: (select) => [
            [series(available, select), '2x5 0x10'],
            [series(wanted, select), '2x15'],
          ],
          at: '9m',
          fires: [{ labels }],
        },
        {
          what: 'stays quiet while one is, and where none is wanted',
          series: (select) => [
            [series(available, select), '1x15'],
            [series(wanted, select), '2x15'],
          ],
          at: '9m',
          fires: [],
        },
        {
          what: 'stays quiet where somebody wants none',
          series: (select) => [
            [series(available, select), '0x15'],
            [series(wanted, select), '0x15'],
          ],
          at: '9m',
          fires: [],
        },
      ],
    },
    ...stuck(model, { label, which, first }),
  ]
}

/** A new version that doesn't get there, by kind. A Rollout that gave up says so itself: ReleaseAborted. */
function stuck(
  { features, name, workload, productionEnv }: Model,
  { label, which, first }: { label: string; which: string; first: string },
): Alert[] {
  const alert = {
    group: 'availability',
    alert: 'ReleaseStuck',
    severity: 'warning',
    summary: t`A new version of ${name} does not get there`,
    description: t`{{ $labels.${label} }} has new pods that don't become ready; the old ones serve.`,
    runbook: [
      t`New pods have had ${workload.progressDeadlineSeconds} s to become ready, and no more of them do. The old version serves meanwhile.`,
      '',
      t('1. `kubectl -n NAMESPACE get pods`: what state are the newest in? `describe pod` and `logs` say why.'),
      features.colours
        ? t('2. The colour that waits serves nobody: do not switch to it, and release a version that is mended.')
        : features.pipeline
          ? t('2. Go back in Git: `scripts/promote.sh --back ENVIRONMENT`, or as the README says.')
          : t('2. Go back in Git, as the README says.'),
      ...(workload.isStatefulSet
        ? [t('3. Then `scripts/unstick.sh ENVIRONMENT`: the pod that never became ready stands in the way otherwise.')]
        : []),
    ].join('\n'),
  } as const
  const labels = { namespace: productionEnv.namespace, [label]: first }
  if (workload.kind === 'Deployment') {
    const condition = ({ namespace }: Selectors, of: string, status: string) =>
      `kube_deployment_status_condition{${namespace},${of},condition="Progressing",status="${status}"}`
    return [
      {
        ...alert,
        for: '1m',
        expr: (select) => `max by (namespace, ${label}) (${condition(select, which, 'false')}) == 1`,
        tests: [
          {
            what: 'fires once the deadline of a release has passed',
            series: (select) => [[condition(select, `${label}="${first}"`, 'false'), '0x5 1x10']],
            at: '8m',
            fires: [{ labels }],
          },
          {
            what: 'stays quiet while it goes on',
            series: (select) => [
              [condition(select, `${label}="${first}"`, 'false'), '0x15'],
              [condition(select, `${label}="${first}"`, 'true'), '1x15'],
            ],
            at: '8m',
            fires: [],
          },
        ],
      },
    ]
  }
  return workload.kind === 'StatefulSet' ? [{ ...alert, ...stuckInOrder(which, `${label}="${first}"`, labels) }] : []
}

/** A StatefulSet has no deadline: pods of the old version are left, and for a quarter of an hour none was replaced. */
function stuckInOrder(
  which: string,
  first: string,
  labels: Readonly<Record<string, string>>,
): { for: string; expr: (select: Selectors) => string; tests: readonly AlertTest[] } {
  const by = 'by (namespace, statefulset)'
  const updated = ({ namespace }: Selectors, of: string) =>
    `kube_statefulset_status_replicas_updated{${namespace},${of}}`
  const ready = ({ namespace }: Selectors, of: string) => `kube_statefulset_status_replicas_ready{${namespace},${of}}`
  const wanted = ({ namespace }: Selectors, of: string) => `kube_statefulset_replicas{${namespace},${of}}`
  return {
    for: '5m',
    expr: (select) =>
      [
        `max ${by} (${updated(select, which)}) < max ${by} (${wanted(select, which)})`,
        `  and max ${by} (${ready(select, which)}) < max ${by} (${wanted(select, which)})`,
        `  and max ${by} (changes(${updated(select, which)}[10m])) == 0`,
      ].join('\n'),
    tests: [
      {
        what: 'fires when one of three is new and not ready, and no other follows',
        series: (select) => [
          [updated(select, first), '0x5 1x30'],
          [ready(select, first), '3x5 2x30'],
          [wanted(select, first), '3x35'],
        ],
        at: '25m',
        fires: [{ labels }],
      },
      {
        what: 'stays quiet while pods are replaced, and about a partition that holds the others back',
        series: (select) => [
          [updated(select, first), '0x5 1x30'],
          [ready(select, first), '3x35'],
          [wanted(select, first), '3x35'],
        ],
        at: '25m',
        fires: [],
      },
      {
        what: 'stays quiet while one after the other is replaced',
        series: (select) => [
          [updated(select, first), '0x5 0+1x30'],
          [ready(select, first), '2x35'],
          [wanted(select, first), '40x35'],
        ],
        at: '25m',
        fires: [],
      },
    ],
  }
}
