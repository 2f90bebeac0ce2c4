import { t } from '../words.js'
import { place } from './alerts-slo.js'
import { defineFeature } from './types.js'

/** Messages that wait in the outbox for too long, and those that nobody will publish. */
export const outboxAlerts = defineFeature({
  id: 'outbox-alerts',
  help: 'alerts about messages that wait in the outbox, and those that were set aside',
  enabled: ({ features }) => features.alerts && features.messaging && features.migrations,
  requires: ['alerts', 'outbox-metrics'],
  slots: (model) => {
    const { name, monitoring, features } = model
    const labels = place(model)
    const table = features.postgres ? 'PostgreSQL' : 'MySQL'
    return {
      alerts: [
        {
          group: 'messages',
          alert: 'OutboxStalled',
          severity: 'critical',
          for: '2m',
          expr: ({ own }) => `max by (job, namespace) (outbox_oldest_seconds{${own}}) > ${monitoring.outboxSeconds}`,
          summary: t`Changes of ${name} are not told to others`,
          description: t(
            'The oldest message in the outbox has waited for {{ $value | humanizeDuration }}. Requests are answered; nobody hears of what they have changed.',
          ),
          runbook: [
            t(
              'Messages are in the table `outbox` and not with the broker. Nothing is lost, and nothing is on its way.',
            ),
            '',
            t('1. The log has `outbox: messages wait` with the reason, in the replica that leads.'),
            t(
              '2. The broker: is it there, may the service publish, is its disk full? `BrokerAway` fires as well then.',
            ),
            t(
              '3. It publishes, and yet too slowly? `outbox_waiting_messages` grows: more is written than one replica publishes.',
            ),
          ].join('\n'),
          tests: [
            {
              what: 'fires when the oldest has waited for longer than it may',
              series: ({ own }) => [[`outbox_oldest_seconds{${own},pod="a"}`, '0x5 0+60x30']],
              at: '16m',
              fires: [{ labels, value: '10m 0s' }],
            },
            {
              what: 'stays quiet about a broker that is back after a while, and about those that are set aside',
              series: ({ own }) => [
                [`outbox_oldest_seconds{${own},pod="a"}`, `0x5 ${monitoring.outboxSeconds}x5 0x20`],
                [`outbox_set_aside_messages{${own},pod="a"}`, '5x30'],
              ],
              at: '11m',
              fires: [],
            },
          ],
        },
        {
          group: 'messages',
          alert: 'OutboxSetAside',
          severity: 'warning',
          expr: ({ own }) => `max by (job, namespace) (outbox_set_aside_messages{${own}}) > 0`,
          summary: t`Messages of ${name} will not be published`,
          description: t('The broker has refused {{ $value }} messages of the outbox for good.'),
          runbook: [
            t(
              'A message that the broker refuses by itself, or that can’t be read, is kept in the table `outbox` and not tried any more. Others have gone past it.',
            ),
            '',
            t`1. In ${table}: \`SELECT id, destination, tries, reason, created_at FROM outbox WHERE aside_at IS NOT NULL\`. The log has the message’s id.`,
            t('2. Too large? Raise the limit of the broker, or tell what it was about by hand.'),
            t(
              '3. To publish it after all: `UPDATE outbox SET aside_at = NULL, tries = 0 WHERE id = …`; to be rid of it, delete the row.',
            ),
          ].join('\n'),
          tests: [
            {
              what: 'fires when one was set aside',
              series: ({ own }) => [[`outbox_set_aside_messages{${own},pod="a"}`, '0x5 1x20']],
              at: '10m',
              fires: [{ labels, value: '1' }],
            },
            {
              what: 'stays quiet while messages only wait',
              series: ({ own }) => [
                [`outbox_set_aside_messages{${own},pod="a"}`, '0x20'],
                [`outbox_oldest_seconds{${own},pod="a"}`, '9x20'],
              ],
              at: '10m',
              fires: [],
            },
          ],
        },
      ],
    }
  },
})
