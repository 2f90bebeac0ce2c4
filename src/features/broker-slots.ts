import type { Model } from '../model/types.js'
import { t } from '../words.js'
import type { SlotContributions } from './types.js'

/** What is done with messages, by their types. */
export const handlers = [
  'handlers := consumer.Handlers{',
  '\t\t// example:begin',
  '\t\tgreeted.Type: greeted.Handler(a.logger),',
  '\t\t// example:end',
  '\t}',
].join('\n')

/** The brokers that were chosen, and the Go expression of what publishes to each. */
export function publishers({ features }: Model): { readonly broker: string; readonly expression: string }[] {
  return [...(features.nats ? ['nats'] : []), ...(features.kafka ? ['kafka'] : [])].map((broker) => ({
    broker,
    expression: features.tracing ? `messaging.TracedPublisher{Publisher: ${broker}Broker}` : `${broker}Broker`,
  }))
}

/** Go expression of what publishes to every broker. */
export function publisher(model: Model): string {
  const all = publishers(model).map(({ expression }) => expression)
  return all.length === 1 ? `${all}` : `messaging.Publishers{${all.join(', ')}}`
}

/** Go expression of what remembers the messages: the safest that was chosen. */
function processed({ features }: Model): string {
  if (features.migrations) {
    return features.postgres ? 'postgres.NewProcessed(postgresStore)' : 'mysql.NewProcessed(mysqlStore)'
  }
  return features.redis
    ? 'redis.NewProcessed(redisStore, cfg.Consumer.Timeout)'
    : 'consumer.NewWindow(consumer.WindowSize)'
}

/** What tells an error of a store from one of the message, before and after it. */
function stores({ stores }: Model): [string, string][] {
  const names = Object.values(stores).flatMap((store) => (store === undefined ? [] : [store.name]))
  const several = (combine: string, parts: readonly string[]) =>
    parts.length === 1 ? `${parts}` : `consumer.${combine}(${parts.join(', ')})`
  return names.length === 0
    ? []
    : [
        [
          'Unavailable',
          several(
            'AnyOf',
            // A command of Redis that hangs is the server's fault, and one of the others may be the message's.
            names.map((name) => (name === 'redis' ? 'redis.Away' : `${name}.Unavailable`)),
          ),
        ],
        [
          'Lost',
          several(
            'AnyOf',
            names.map((name) => `${name}.Lost`),
          ),
        ],
        [
          'Ready',
          several(
            'AllOf',
            names.map((name) => `${name}Store.Check`),
          ),
        ],
      ]
}

/** Fields of a Go literal, as gofmt aligns them. */
function aligned(fields: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...fields.map(([name]) => name.length)) + 2
  return fields.map(([name, value]) => `\t\t${`${name}:`.padEnd(width)}${value},`)
}

/** What tells one broker from another in the files that they share. */
interface Wiring {
  /** Go package below internal/broker. */
  readonly go: string
  /** Field of config.Config. */
  readonly field: string
  /** Position among the statements and components: 60 and up, after the data stores that handlers use. */
  readonly order: number
}

/** Contributions of a broker to the composition root, the same for each but for the names. */
export function brokerSlots(model: Model, { go, field, order }: Wiring): SlotContributions {
  const { module, features } = model
  const broker = `${go}Broker`
  const consumer = `${go}Consumer`
  return {
    appImports: [{ path: `${module}/internal/broker/${go}` }],
    appSetup: [
      {
        order,
        statement: `${broker} := ${go}.New(cfg.${field}, cfg.Consumer, a.credentials, serviceName, a.logger)`,
      },
      // Requests that publish fail without it, or wait in the outbox, and all others are answered.
      { order: order + 1, statement: `checks.Observe(${go}.Name, ${broker}.Check)` },
      {
        order: order + 2,
        statement: [
          `${consumer} := consumer.New(consumer.Options{`,
          ...aligned([
            ['Name', `${go}.Name`],
            ['Source', broker],
            ['Handlers', 'handlers'],
            ...(features.tracing ? [['Around', 'messaging.Traced'] as const] : []),
            ['Processed', processed(model)],
            ...stores(model),
            ['Limits', 'cfg.Consumer'],
            ['Logger', 'a.logger'],
          ]),
          '\t})',
        ].join('\n'),
      },
      ...(features.metrics
        ? [{ order: order + 3, statement: `telemetry.RegisterConsumer(registry, ${consumer})` }]
        : []),
    ],
    appComponents: [
      { order, component: `{name: ${go}.Name, start: ${broker}.Start, stop: ${broker}.Stop, budget: quickStop}` },
      {
        // After every data store and broker, and the outbox: what handlers use outlives them.
        order: order + 30,
        why: t('Stops before all that handlers use; what is in hand has the time of one try.'),
        component: `{name: "${go}-consumer", start: ${consumer}.Start, stop: ${consumer}.Stop, budget: cfg.Consumer.Timeout}`,
      },
    ],
  }
}
