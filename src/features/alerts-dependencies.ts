import { t } from '../words.js'
import { place } from './alerts-slo.js'
import { defineFeature } from './types.js'
import type { Selectors } from './types-monitoring.js'

/** Pools and errors of the data stores. */
export const storeAlerts = defineFeature({
  id: 'store-alerts',
  help: 'alerts about pools and errors of the data stores',
  enabled: ({ features }) => features.alerts && features.stores,
  requires: ['alerts', 'store-metrics'],
  slots: (model) => {
    const { name, monitoring } = model
    const operations = 'store_operation_duration_seconds_count'
    const labels = { ...place(model), store: 'redis' }
    const pool =
      (used: number) =>
      ({ own }: Selectors) =>
        [
          [`store_pool_in_use_connections{${own},pod="a",store="redis"}`, `${used}x20`],
          [`store_pool_max_connections{${own},pod="a",store="redis"}`, '20x20'],
        ] as const
    const course =
      (failed: number) =>
      ({ own }: Selectors) =>
        [
          [`${operations}{${own},pod="a",store="redis",outcome="ok"}`, `0+${100 - failed}x20`],
          [`${operations}{${own},pod="a",store="redis",outcome="error"}`, `0+${failed}x20`],
        ] as const
    return {
      alerts: [
        {
          group: 'stores',
          alert: 'StorePoolExhausted',
          severity: 'warning',
          for: '5m',
          expr: ({ own }) =>
            [
              'max by (job, namespace, pod, store) (',
              `  store_pool_in_use_connections{${own}} / (store_pool_max_connections{${own}} > 0)`,
              ')',
              `> ${monitoring.poolShare}`,
            ].join('\n'),
          summary: t`${name} needs more connections than its pool has`,
          description: t(
            '{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its connections to {{ $labels.store }}; what comes next waits.',
          ),
          runbook: [
            t(
              'The pool is as large as the server’s connections allow for all pods together. For five minutes it has been full.',
            ),
            '',
            t('1. Is the store slow? Then each connection is held longer: look at the duration of its operations.'),
            t('2. More traffic? Raise `STORE.connections` in service.yaml, after the server’s own limit.'),
          ].join('\n'),
          tests: [
            {
              what: 'fires when all connections are in use',
              series: pool(20),
              at: '10m',
              fires: [{ labels: { ...labels, pod: 'a' }, value: '100%' }],
            },
            { what: 'stays quiet at nine tenths', series: pool(18), at: '10m', fires: [] },
          ],
        },
        {
          group: 'stores',
          alert: 'StoreFailing',
          severity: 'warning',
          for: '5m',
          expr: ({ own }) =>
            [
              `sum by (job, namespace, store) (rate(${operations}{${own},outcome="error"}[5m]))`,
              `  / sum by (job, namespace, store) (rate(${operations}{${own}}[5m]))`,
              `  > ${monitoring.storeErrors}`,
            ].join('\n'),
          summary: t`Operations of a data store of ${name} fail`,
          description: t('{{ $value | humanizePercentage }} of the operations on {{ $labels.store }} end in an error.'),
          runbook: [
            t('One operation in twenty fails. What a caller has given up on is not counted.'),
            '',
            t('1. The log has each error, with the operation.'),
            t('2. All stores, or one? All pods, or one? The network policy and the credentials are the same for all.'),
            t('3. After a rotation the old password may be gone before the new one has arrived: about a minute.'),
          ].join('\n'),
          tests: [
            { what: 'fires at 6 of 100', series: course(6), at: '15m', fires: [{ labels, value: '6%' }] },
            { what: 'stays quiet at 4 of 100', series: course(4), at: '15m', fires: [] },
          ],
        },
      ],
    }
  },
})

/** Messages that nobody can handle, and that wait. */
export const messagingAlerts = defineFeature({
  id: 'messaging-alerts',
  help: 'alerts about dead letters and messages that wait',
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
          alert: 'ConsumerLags',
          severity: 'warning',
          for: '10m',
          expr: ({ own }) =>
            [
              `max by (job, namespace, consumer) (consumer_lag_messages{${own}})`,
              `  > ${monitoring.lagSeconds} * sum by (job, namespace, consumer) (`,
              `    rate(consumer_messages_total{${own},outcome!="failed"}[5m])`,
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

/** Settings that were refused. */
export const reloadAlerts = defineFeature({
  id: 'reload-alerts',
  help: 'an alert about settings that were refused',
  enabled: ({ features }) => features.alerts && features.configReload,
  requires: ['alerts', 'config-reload'],
  slots: (model) => ({
    alerts: [
      {
        group: 'configuration',
        alert: 'ConfigRefused',
        severity: 'warning',
        for: '5m',
        expr: ({ own }) => `min by (job, namespace) (config_last_reload_successful{${own}}) == 0`,
        summary: t`${model.name} refuses its settings`,
        description: t(
          'The settings as they are now are not valid: pods run with the last good ones, and new pods will not start.',
        ),
        runbook: [
          t(
            'A changed setting is not valid. Nothing of it is in force; pods that run keep what they had. A pod that starts now has nothing to',
          ),
          t('fall back on and does not start: mend it before the next release.'),
          '',
          t('1. The log says `config reload refused`, with the key, its origin and what is accepted.'),
          t('2. Put the old value back, where that origin is.'),
        ].join('\n'),
        tests: [
          {
            what: 'fires when one pod has refused them for five minutes',
            series: ({ own }) => [
              [`config_last_reload_successful{${own},pod="a"}`, '1x5 0x20'],
              [`config_last_reload_successful{${own},pod="b"}`, '1x25'],
            ],
            at: '15m',
            fires: [{ labels: place(model) }],
          },
          {
            what: 'stays quiet when the mistake is mended at once',
            series: ({ own }) => [[`config_last_reload_successful{${own},pod="a"}`, '1x5 0x2 1x20']],
            at: '15m',
            fires: [],
          },
        ],
      },
    ],
  }),
})

/** A configuration centre that is silent. Without reload it is read once, and its age says nothing. */
export const centreAlerts = defineFeature({
  id: 'centre-alerts',
  help: 'an alert about a configuration centre that does not answer',
  enabled: ({ features }) => features.alerts && features.configCentre && features.configReload,
  requires: ['alerts', 'config-centre-metrics'],
  slots: (model) => {
    const age = model.monitoring.centreAge
    const centre = model.config.centre?.name ?? ''
    return {
      alerts: [
        {
          group: 'configuration',
          alert: 'ConfigCentreSilent',
          severity: 'warning',
          for: '5m',
          expr: ({ own }) =>
            `max by (job, namespace) (config_centre_age_seconds{${own}}) > ${age}\n  or min by (job, namespace) (config_centre_up{${own}}) == 0`,
          summary: t`${model.name} does not hear from ${centre}`,
          description: t`${centre} does not answer: changes there do not arrive, and the last good settings stay.`,
          runbook: [
            t`${centre} has not confirmed the settings for ${age} s, or does not answer. The pods stay ready with the last good ones.`,
            '',
            t`1. Do other services hear from ${centre}? If none does, it is down.`,
            t('2. Only this one: its credentials may have expired, or the network policy names another address.'),
            t('3. Pods that move to another node start without the copy of the last document: put off drains.'),
          ].join('\n'),
          tests: [
            {
              what: 'fires when what is in force is too old',
              series: ({ own }) => [
                [`config_centre_age_seconds{${own},pod="a"}`, `${age + 1}+60x20`],
                [`config_centre_up{${own},pod="a"}`, '1x20'],
              ],
              at: '10m',
              fires: [{ labels: place(model) }],
            },
            {
              what: 'fires when it has not answered since the start',
              series: ({ own }) => [[`config_centre_up{${own},pod="a"}`, '0x20']],
              at: '10m',
              fires: [{ labels: place(model) }],
            },
            {
              what: 'stays quiet while it answers',
              series: ({ own }) => [
                [`config_centre_age_seconds{${own},pod="a"}`, '30x20'],
                [`config_centre_up{${own},pod="a"}`, '1x20'],
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
