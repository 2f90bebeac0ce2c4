import { t } from '../words.js'
import { publishers } from './broker-slots.js'
import { defineFeature } from './types.js'

/** Messages that are part of a transaction, and the loop that publishes them. */
export const outbox = defineFeature({
  id: 'outbox',
  help: 'messages that are written in the transaction of a change, and published after it',
  enabled: ({ features }) => features.messaging && features.migrations,
  requires: ['messaging', 'migrations'],
  templates: 'features/outbox',
  slots: (model) => {
    const { module, features } = model
    const store = features.postgres ? 'postgres' : 'mysql'
    const relays = publishers(model).map(({ broker, expression }) => ({
      broker,
      relay: `${broker}Relay`,
      to: features.tracing ? `messaging.Continued{Publisher: ${expression}}` : expression,
    }))
    return {
      appImports: ['outbox', ...(features.tracing ? ['messaging'] : [])].map((name) => ({
        path: `${module}/internal/${name}`,
      })),
      appSetup: [
        ...relays.map(({ broker, relay, to }) => ({
          order: 85,
          statement: `${relay} := outbox.New(${store}.NewOutbox(${store}Store, "${broker}"), ${to}, a.logger)`,
        })),
        ...(features.metrics
          ? relays.map(({ broker, relay }) => ({
              order: 86,
              statement: `telemetry.RegisterOutbox(registry, "${broker}", ${relay})`,
            }))
          : []),
      ],
      appComponents: relays.map(({ broker, relay }, at) => ({
        order: 85,
        why:
          at === 0
            ? t('Publishes what transactions have left in the outbox.')
            : t('The same to another broker. The two stop together, in the same second.'),
        component: `{name: "${broker}-outbox", start: ${relay}.Start, stop: ${relay}.Stop, budget: quickStop${at === 0 ? '' : ', alongside: true'}}`,
      })),
    }
  },
})

/** The outbox in PostgreSQL. */
export const outboxPostgres = defineFeature({
  id: 'outbox-postgres',
  help: 'the outbox in PostgreSQL',
  enabled: ({ features }) => features.messaging && features.postgres,
  requires: ['outbox', 'postgres'],
  templates: 'features/outbox-postgres',
})

/** The outbox in MySQL, where there is no PostgreSQL. */
export const outboxMySQL = defineFeature({
  id: 'outbox-mysql',
  help: 'the outbox in MySQL',
  enabled: ({ features }) => features.messaging && features.mysql && !features.postgres,
  requires: ['outbox', 'mysql'],
  templates: 'features/outbox-mysql',
})

/** What waits in the outbox, and what was set aside. */
export const outboxMetrics = defineFeature({
  id: 'outbox-metrics',
  help: 'metrics of the outbox: what waits, since when, and what was set aside',
  enabled: ({ features }) => features.messaging && features.migrations && features.metrics,
  requires: ['outbox', 'messaging-metrics'],
  templates: 'features/outbox-metrics',
})
