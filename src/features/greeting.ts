import type { Model } from '../model/types.js'
import { t } from '../words.js'
import { defineFeature } from './types.js'

/** The data store that the example keeps its data in: the safest that was chosen. */
function repositoryOf({ features }: Model): 'postgres' | 'mysql' | 'redis' | 'memory' {
  return features.postgres ? 'postgres' : features.mysql ? 'mysql' : features.redis ? 'redis' : 'memory'
}

/** Go expression of what publishes to every broker. */
function publisher({ features }: Model): string {
  const brokers = [...(features.nats ? ['natsBroker'] : []), ...(features.kafka ? ['kafkaBroker'] : [])].map(
    (broker) => (features.tracing ? `messaging.TracedPublisher{Publisher: ${broker}}` : broker),
  )
  return brokers.length === 1 ? `${brokers}` : `messaging.Publishers{${brokers.join(', ')}}`
}

function repository(model: Model): string {
  const { features } = model
  const store = repositoryOf(model)
  const announce = features.messaging && !features.migrations ? [`greeted.Announce(${publisher(model)})`] : []
  const wake = features.messaging && features.migrations ? ['relay.Wake'] : []
  return store === 'memory'
    ? `inmemory.New(${announce.join(', ')})`
    : `in${store}.New(${[`${store}Store`, 'a.observe', ...announce, ...wake].join(', ')})`
}

/** The example: one resource, to be copied and then removed. */
export const greeting = defineFeature({
  id: 'greeting',
  help: 'the example: a resource that is created once for each key, listed, and changed by version',
  enabled: () => true,
  slots: (model) => {
    const { module, features } = model
    const several = features.nats && features.kafka && !features.migrations
    return {
      exampleImports: [
        'greeting',
        `greeting/in${repositoryOf(model)}`,
        ...(features.messaging && (several || features.tracing) ? ['messaging'] : []),
      ].map((name) => ({ path: `${module}/internal/${name}` })),
      exampleSetup: [{ order: 90, statement: `greetings := greeting.New(a.config, ${repository(model)})` }],
    }
  },
})

/** The example's data in PostgreSQL. */
export const greetingPostgres = defineFeature({
  id: 'greeting-postgres',
  help: 'the example keeps its data in PostgreSQL',
  enabled: (model) => repositoryOf(model) === 'postgres',
  requires: ['greeting', 'postgres'],
  templates: 'features/greeting-postgres',
})

/** The example's data in MySQL. */
export const greetingMySQL = defineFeature({
  id: 'greeting-mysql',
  help: 'the example keeps its data in MySQL',
  enabled: (model) => repositoryOf(model) === 'mysql',
  requires: ['greeting', 'mysql'],
  templates: 'features/greeting-mysql',
})

/** The example's data in Redis. */
export const greetingRedis = defineFeature({
  id: 'greeting-redis',
  help: 'the example keeps its data in Redis',
  enabled: (model) => repositoryOf(model) === 'redis',
  requires: ['greeting', 'redis'],
  templates: 'features/greeting-redis',
})

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
    const from = features.tracing ? `messaging.Continued{Publisher: ${publisher(model)}}` : publisher(model)
    return {
      appImports: ['outbox', ...(features.tracing || (features.nats && features.kafka) ? ['messaging'] : [])].map(
        (name) => ({ path: `${module}/internal/${name}` }),
      ),
      appSetup: [{ order: 85, statement: `relay := outbox.New(${store}.NewOutbox(${store}Store), ${from}, a.logger)` }],
      appComponents: [
        {
          order: 85,
          why: t('Publishes what transactions have left in the outbox.'),
          component: '{name: "outbox", start: relay.Start, stop: relay.Stop, budget: quickStop}',
        },
      ],
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
