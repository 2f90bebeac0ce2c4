import type { Model } from '../model/types.js'
import { t } from '../words.js'
import { place } from './alerts-slo.js'
import type { Alert, Selectors } from './types-monitoring.js'

const ready = 'health_ready'

/**
 * Whether pods may have traffic. An outage of a dependency takes them out of the Service: then nobody gets an answer from the
 * program, and no error is counted, so nothing that looks at requests notices.
 */
export function readinessAlerts(model: Model): Alert[] {
  const { name } = model
  // Each colour by itself: the one that waits must not stand for the one that serves.
  const by = `by (job, namespace${model.features.colours ? ', subset' : ''})`
  const own = model.features.colours ? { ...place(model), subset: 'blue' } : place(model)
  const pods =
    (...values: readonly string[]) =>
    (select: Selectors) =>
      values.map((course, at): [string, string] => [
        `${ready}{${select.own},${model.features.colours ? 'subset="blue",' : ''}pod="${'abcdefgh'[at]}"}`,
        course,
      ])
  return [
    {
      group: 'availability',
      alert: 'NotReady',
      severity: 'critical',
      for: '2m',
      expr: ({ own: select }) => `max ${by} (${ready}{${select}}) == 0`,
      summary: t`No pod of ${name} is ready`,
      description: t('Every pod says that it must not have traffic, so nobody is served and no error is counted.'),
      runbook: [
        t(
          'Each pod runs and says of itself that it is not ready: a dependency that it needs is away, or it is still starting.',
        ),
        '',
        t(
          '1. Which check? The log says `not ready` with its name; `health_check_passing` and `/readyz?verbose` say so, too.',
        ),
        t('2. A store or a broker: is it there, was its password or its certificate changed, has it moved?'),
        t('3. Since a release? Roll back.'),
      ].join('\n'),
      tests: [
        {
          what: 'fires when no pod is ready for two minutes, though nobody sees an error',
          series: pods('1x5 0x10', '1x5 0x10'),
          at: '9m',
          fires: [{ labels: own }],
        },
        { what: 'stays quiet while one is', series: pods('1x5 0x10', '1x15'), at: '9m', fires: [] },
        { what: 'stays quiet about a minute of it', series: pods('1x5 0 1x10'), at: '7m', fires: [] },
      ],
    },
    {
      group: 'availability',
      alert: 'PodsNotReady',
      severity: 'critical',
      for: '5m',
      labels: { share: 'half' },
      expr: ({ own: select }) => `avg ${by} (${ready}{${select}}) < 0.5`,
      summary: t`Most pods of ${name} are not ready`,
      description: t(
        'Only {{ $value | humanizePercentage }} of the pods may have traffic; the others say that they must not.',
      ),
      runbook: [
        t('Pods that are not ready get no traffic, and what is left has to carry it.'),
        '',
        t(
          '1. Which check fails? The log says `not ready` with its name, and `health_check_passing` has it for each pod.',
        ),
        t('2. The same on all of them is a dependency; one alone is its node or its network.'),
        t('3. During a release? The new version may never become ready: roll back.'),
      ].join('\n'),
      tests: [
        {
          what: 'fires when two of three are not ready for five minutes',
          series: pods('1x20', '1x5 0x15', '1x5 0x15'),
          at: '12m',
          fires: [{ labels: { ...own, share: 'half' }, value: '33.33%' }],
        },
        { what: 'stays quiet when half of them are', series: pods('1x20', '1x5 0x15'), at: '12m', fires: [] },
      ],
    },
    {
      group: 'availability',
      alert: 'PodsNotReady',
      severity: 'warning',
      for: '15m',
      labels: { share: 'some' },
      expr: ({ own: select }) => `count ${by} (${ready}{${select}} == 0) > 0`,
      summary: t`A pod of ${name} is not ready`,
      description: t('For a quarter of an hour {{ $value }} of the pods have said that they must not have traffic.'),
      runbook: '',
      tests: [
        {
          what: 'fires when one of three is not ready for a quarter of an hour',
          series: pods('1x40', '1x40', '1x5 0x35'),
          at: '25m',
          fires: [{ labels: { ...own, share: 'some' }, value: '1' }],
        },
        { what: 'stays quiet for as long as a release takes', series: pods('1x40', '0x8 1x32'), at: '12m', fires: [] },
      ],
    },
  ]
}
