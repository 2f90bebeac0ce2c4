import type { Model } from '../model/types.js'
import { publisher, publishers } from './broker-slots.js'
import { defineFeature } from './types.js'

/** The data store that the example keeps its data in: the safest that was chosen. */
function repositoryOf({ features }: Model): 'postgres' | 'mysql' | 'redis' | 'memory' {
  return features.postgres ? 'postgres' : features.mysql ? 'mysql' : features.redis ? 'redis' : 'memory'
}

function repository(model: Model): string {
  const { features } = model
  const store = repositoryOf(model)
  const announce = features.messaging && !features.migrations ? [`greeted.Announce(${publisher(model)})`] : []
  const wakes = publishers(model).map(({ broker }) => `${broker}Relay.Wake`)
  const several = wakes.length === 1 ? wakes : [`func() { ${wakes.map((wake) => `${wake}()`).join('; ')} }`]
  const wake = features.messaging && features.migrations ? several : []
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
