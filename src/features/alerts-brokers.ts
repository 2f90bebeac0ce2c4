import type { Model } from '../model/types.js'
import { t } from '../words.js'
import { place } from './alerts-slo.js'
import type { Alert, Selectors } from './types-monitoring.js'

/** Brokers that are away and consumers that hear nothing: readiness doesn't depend on them, so nobody else notices. */
export function brokerAlerts(model: Model): Alert[] {
  const { name, features } = model
  const labels = place(model)
  const chosen = [...(features.nats ? ['nats'] : []), ...(features.kafka ? ['kafka'] : [])]
  const [broker = ''] = chosen
  const brokers = chosen.join('|')
  const passing = (pod: string, check: string, { own }: Selectors) =>
    `health_check_passing{${own},pod="${pod}",check="${check}"}`
  const receiving = (pod: string, { own }: Selectors) => `consumer_receiving{${own},pod="${pod}",consumer="nats"}`
  const lag = ({ own }: Selectors) => `consumer_lag_messages{${own},pod="a",consumer="nats"}`
  return [
    {
      group: 'messages',
      alert: 'BrokerAway',
      severity: 'critical',
      for: '5m',
      expr: ({ own }) =>
        `max by (job, namespace, check) (health_check_passing{${own},check=${chosen.length > 1 ? '~' : ''}"${brokers}"}) == 0`,
      summary: t`No pod of ${name} reaches its broker`,
      description: features.migrations
        ? t(
            'For five minutes no pod has reached {{ $labels.check }}. Requests are answered; messages wait in the outbox, and none is handled.',
          )
        : t(
            'For five minutes no pod has reached {{ $labels.check }}. Requests that publish fail, all others are answered; no message is handled.',
          ),
      runbook: [
        t('Pods stay ready without the broker: what doesn’t publish is answered.'),
        '',
        t('1. `/readyz?verbose` and the log, `check fails`, have the reason.'),
        t('2. Is it there, was its password or its certificate changed, has it moved? May the pods reach its port?'),
        t('3. `not set up`: the stream or the topic is missing, and the service may not make it.'),
      ].join('\n'),
      tests: [
        {
          what: 'fires when no pod has reached it for five minutes',
          series: (select) => [
            [passing('a', broker, select), '1x5 0x20'],
            [passing('b', broker, select), '1x5 0x20'],
          ],
          at: '12m',
          fires: [{ labels: { ...labels, check: broker } }],
        },
        {
          what: 'stays quiet while one does, about a restart, and about other checks',
          series: (select) => [
            [passing('a', broker, select), '1x5 0x4 1x20'],
            [passing('b', broker, select), '0x30'],
            [passing('a', 'other', select), '0x30'],
          ],
          at: '12m',
          fires: [],
        },
      ],
    },
    {
      group: 'messages',
      alert: 'ConsumerNotReceiving',
      severity: 'critical',
      for: '5m',
      expr: ({ own }) => `max by (job, namespace, consumer) (consumer_receiving{${own}}) == 0`,
      summary: t`${name} receives no messages`,
      description: t(
        'For five minutes no pod has been able to receive from {{ $labels.consumer }}, whether there is anything or not.',
      ),
      runbook: [
        t('The broker may be there, and nothing arrives: the lag says nothing of that, or isn’t known itself.'),
        '',
        t('1. The log has `not receiving` or `can’t fetch`, with the broker’s word.'),
        t(
          '2. Permissions: on the consumer and its bucket (NATS), on the group and its topics (Kafka). Were they changed?',
        ),
        t('3. Was the stream, the consumer, the topic or the group removed, or made by somebody else in another way?'),
      ].join('\n'),
      tests: [
        {
          what: 'fires when no pod receives',
          series: (select) => [
            [receiving('a', select), '1x5 0x20'],
            [receiving('b', select), '1x5 0x20'],
          ],
          at: '12m',
          fires: [{ labels: { ...labels, consumer: 'nats' } }],
        },
        {
          what: 'stays quiet while one does, and about a start',
          series: (select) => [
            [receiving('a', select), '0x4 1x20'],
            [receiving('b', select), '0x30'],
          ],
          at: '12m',
          fires: [],
        },
      ],
    },
    {
      group: 'messages',
      alert: 'ConsumerLagUnknown',
      severity: 'warning',
      for: '15m',
      expr: ({ own }) =>
        [
          `max by (job, namespace, consumer) (consumer_receiving{${own}})`,
          `  unless max by (job, namespace, consumer) (consumer_lag_messages{${own}})`,
        ].join('\n'),
      summary: t`Nobody knows how many messages wait for ${name}`,
      description: t('For a quarter of an hour {{ $labels.consumer }} has not said how many messages wait.'),
      runbook: [
        t('Without the lag `ConsumerLags` can’t fire, and what scales by it stands still.'),
        '',
        t(
          '1. Kafka: may the user describe the group? NATS: may it ask for the consumer’s state (`$JS.API.CONSUMER.INFO`)?',
        ),
        t('2. `ConsumerNotReceiving` as well? Begin there.'),
      ].join('\n'),
      tests: [
        {
          what: 'fires when the lag is gone and the consumer is not',
          series: (select) => [
            [receiving('a', select), '1x40'],
            [lag(select), '7x5 stale'],
          ],
          at: '25m',
          fires: [{ labels: { ...labels, consumer: 'nats' } }],
        },
        {
          what: 'stays quiet while it is known',
          series: (select) => [
            [receiving('a', select), '1x40'],
            [lag(select), '7x40'],
          ],
          at: '25m',
          fires: [],
        },
      ],
    },
  ]
}
