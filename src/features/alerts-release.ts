import type { Model } from '../model/types.js'
import { t } from '../words.js'
import type { Alert, Selectors } from './types-monitoring.js'

/** Whether a release goes on: a person may have forgotten it, and one that was aborted is still what Git says. */
export function releaseAlerts(model: Model): Alert[] {
  const { name, features, productionEnv } = model
  if (!features.rollout) {
    return []
  }
  const { namespace } = productionEnv
  const inPhase = (phase: string) => (select: Selectors) => `max by (namespace) (${info(select, phase)})`
  const info = (select: Selectors, phase: string) => `rollout_info{${select.namespace},name="${name}",phase="${phase}"}`
  /** In the controller's metrics, where what its status calls Degraded has three names. */
  const failed = 'Abort|Timeout|InvalidSpec'
  return [
    {
      group: 'release',
      alert: 'ReleaseWaits',
      severity: 'warning',
      for: '1h',
      expr: inPhase('Paused'),
      summary: t`A new version of ${name} has waited for an hour`,
      description: t('Two versions serve until somebody promotes it or aborts it, or a newer one takes its place.'),
      runbook: [
        t('A person has to promote it, or its metrics have had too few requests for a verdict.'),
        '',
        t`1. \`kubectl argo rollouts -n NAMESPACE get rollout ${name}\`: which step it is at, and what was measured.`,
        t`2. Sound? \`kubectl argo rollouts -n NAMESPACE promote ${name}\`. Otherwise \`abort\`, and go back in Git.`,
      ].join('\n'),
      tests: [
        {
          what: 'fires when a release has waited for an hour',
          series: (select) => [[info(select, 'Paused'), '1x90']],
          at: '61m',
          fires: [{ labels: { namespace } }],
        },
        {
          what: 'stays quiet about a release that goes on',
          series: (select) => [
            [info(select, 'Paused'), '1x30 _x60'],
            [info(select, 'Progressing'), '_x30 1x60'],
          ],
          at: '61m',
          fires: [],
        },
      ],
    },
    {
      group: 'release',
      alert: 'ReleaseAborted',
      severity: 'warning',
      for: '5m',
      expr: ({ namespace: own }) => `max by (namespace) (rollout_info{${own},name="${name}",phase=~"${failed}"})`,
      summary: t`A new version of ${name} was aborted`,
      description: t(
        'The old version serves. Git still names the new one, which is tried again once its pods change, or somebody asks for it.',
      ),
      runbook: [
        t(
          'The analysis found the new version worse than the old one, somebody aborted it, or its pods did not become ready.',
        ),
        '',
        t`1. \`kubectl argo rollouts -n NAMESPACE get rollout ${name}\`, and \`kubectl -n NAMESPACE get analysisruns\`: which measurement failed.`,
        features.pipeline
          ? t('2. Go back in Git: `scripts/promote.sh --back ENVIRONMENT`.')
          : t('2. Go back in Git, as the README says.'),
        t('3. Look at the pods of the new version while they are there, then at the change.'),
      ].join('\n'),
      tests: [
        {
          what: 'fires when a release was aborted',
          series: (select) => [[info(select, 'Abort'), '1x20']],
          at: '6m',
          fires: [{ labels: { namespace } }],
        },
        {
          what: 'fires when new pods don’t become ready in time',
          series: (select) => [[info(select, 'Timeout'), '1x20']],
          at: '6m',
          fires: [{ labels: { namespace } }],
        },
        {
          what: 'stays quiet about another service',
          series: (select) => [[`rollout_info{${select.namespace},name="other",phase="Abort"}`, '1x20']],
          at: '6m',
          fires: [],
        },
      ],
    },
  ]
}
