import { t } from '../words.js'
import { brokerAlerts } from './alerts-brokers.js'
import { place } from './alerts-slo.js'
import { defineFeature } from './types.js'
import type { Selectors } from './types-monitoring.js'

/** Messages that nobody can handle, that wait, and that don't arrive. */
export const messagingAlerts = defineFeature({
  id: 'messaging-alerts',
  help: 'alerts about dead letters, messages that wait, and brokers that are away',
  enabled: ({ features }) => features.alerts && features.messaging,
  requires: ['alerts', 'messaging-metrics'],
  slots: (model) => {
    const { name, monitoring } = model
    const labels = { ...place(model), consumer: 'nats' }
    const messages = (own: string, outcome: string) =>
      `consumer_messages_total{${own},pod="a",consumer="nats",outcome="${outcome}"}`
    const waiting =
      (lag: number) =>
      ({ own }: Selectors) =>
        [
          [`consumer_lag_messages{${own},pod="a",consumer="nats"}`, `${lag}x30`],
          [messages(own, 'processed'), '0+60x30'],
        ] as const
    return {
      alerts: [
        ...brokerAlerts(model),
        {
          group: 'messages',
          alert: 'DeadLetters',
          severity: 'warning',
          expr: ({ own }) =>
            `sum by (job, namespace, consumer) (increase(consumer_messages_total{${own},outcome="dead_lettered"}[15m])) > 0`,
          summary: t`A message of ${name} could not be handled`,
          description: t('A message from {{ $labels.consumer }} failed as often as it may, and is a dead letter.'),
          runbook: [
            t('A message failed at every try and was put aside; what it should have done is not done.'),
            '',
            t('1. The log has the message’s id and the error of its last try.'),
            t('2. A poison message is for a person: repair what it meant by hand. The rest can be published again.'),
          ].join('\n'),
          tests: [
            {
              what: 'fires when a message was given up',
              series: ({ own }) => [[messages(own, 'dead_lettered'), '0x10 1x10']],
              at: '12m',
              fires: [{ labels }],
            },
            {
              what: 'stays quiet about failures that were tried again',
              series: ({ own }) => [
                [messages(own, 'failed'), '0+5x20'],
                [messages(own, 'dead_lettered'), '2x20'],
              ],
              at: '18m',
              fires: [],
            },
          ],
        },
        {
          group: 'messages',
          alert: 'MessagesHeldUp',
          severity: 'warning',
          for: '10m',
          expr: ({ own }) =>
            `sum by (job, namespace, consumer) (increase(consumer_messages_total{${own},outcome="waited"}[5m])) > 0`,
          summary: t`Messages of ${name} wait for a server`,
          description: t(
            'For ten minutes messages from {{ $labels.consumer }} have been put off: a server that they need is away, or the broker refuses a dead letter.',
          ),
          runbook: [
            t(
              'A message waits, and is tried again every half minute at the latest. Nothing is lost, and what comes behind it may wait as well.',
            ),
            '',
            t('1. The log has `message waits` with the reason, as the server gives it.'),
            t('2. The database: is it there, is it the primary, may the service write to it?'),
            t(
              '3. `can’t be put aside`: the broker refuses the dead letter. Is its stream or topic full, or forbidden?',
            ),
          ].join('\n'),
          tests: [
            {
              what: 'fires when one message is put off again and again',
              series: ({ own }) => [[messages(own, 'waited'), '0+2x30']],
              at: '16m',
              fires: [{ labels }],
            },
            {
              what: 'stays quiet about a fail-over that is over, and about failures',
              series: ({ own }) => [
                [messages(own, 'waited'), '0x2 40x30'],
                [messages(own, 'failed'), '0+5x30'],
              ],
              at: '16m',
              fires: [],
            },
          ],
        },
        {
          group: 'messages',
          alert: 'ConsumerLags',
          severity: 'warning',
          for: '10m',
          expr: ({ own }) =>
            [
              `max by (job, namespace, consumer) (consumer_lag_messages{${own}})`,
              `  > ${monitoring.lagSeconds} * sum by (job, namespace, consumer) (`,
              `    rate(consumer_messages_total{${own},outcome!~"failed|waited"}[5m])`,
              '  )',
            ].join('\n'),
          summary: t`Messages wait for ${name}`,
          description: t`{{ $value }} messages from {{ $labels.consumer }} wait; at the pace of the last five minutes that is more than ${monitoring.lagSeconds} s of work.`,
          runbook: [
            t`What waits takes more than ${monitoring.lagSeconds} s at the present pace, or nothing moves at all.`,
            '',
            t(
              '1. Nothing moves? The consumer is stuck or failing: look at the log, and at the dependencies of the handler.',
            ),
            t('2. It moves too slowly? More replicas help if the handler waits for something that is not shared.'),
          ].join('\n'),
          tests: [
            {
              what: 'fires when the pace of a message a second leaves 301',
              series: waiting(monitoring.lagSeconds + 1),
              at: '20m',
              fires: [{ labels, value: `${monitoring.lagSeconds + 1}` }],
            },
            { what: 'stays quiet at 299', series: waiting(monitoring.lagSeconds - 1), at: '20m', fires: [] },
            {
              what: 'fires when one waits and nothing moves',
              series: ({ own }) => [
                [`consumer_lag_messages{${own},pod="a",consumer="nats"}`, '1x30'],
                [messages(own, 'processed'), '7x30'],
                [messages(own, 'failed'), '0+9x30'],
                [messages(own, 'waited'), '0+9x30'],
              ],
              at: '20m',
              fires: [{ labels, value: '1' }],
            },
            {
              what: 'stays quiet when nothing waits and nothing moves',
              series: ({ own }) => [
                [`consumer_lag_messages{${own},pod="a",consumer="nats"}`, '0x30'],
                [messages(own, 'processed'), '7x30'],
              ],
              at: '20m',
              fires: [],
            },
          ],
        },
      ],
    }
  },
})
