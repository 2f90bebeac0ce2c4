import { t } from '../words.js'
import { handlers } from './broker-slots.js'
import { defineFeature } from './types.js'

/** What brokers share: the consumer, the idempotency window, the example event. */
export const messaging = defineFeature({
  id: 'messaging',
  help: 'what brokers share: the consumer, its retries and dead letters, the example event',
  enabled: ({ features }) => features.messaging,
  requires: ['remote'],
  templates: 'features/messaging',
  slots: ({ module, features, messaging, stores }) => ({
    appImports: ['consumer', ...(features.tracing ? ['messaging'] : [])].map((name) => ({
      path: `${module}/internal/${name}`,
    })),
    // One for all brokers, and for every resource that has events.
    appSetup: [{ order: 59, statement: handlers }],
    exampleImports: [{ path: `${module}/internal/greeting/greeted` }],
    errorImports: [{ path: `${module}/internal/messaging` }],
    errorMappings: [
      {
        expression:
          '{Err: messaging.ErrTooLarge, Kind: answer.TooLarge, Detail: "What others would be told of it is too large."}',
      },
      ...(features.migrations
        ? []
        : [
            {
              expression: 'unavailable(messaging.Unpublished)',
            },
          ]),
    ],
    configSections: [{ field: 'Consumer', declaration: 'Consumer Consumer', fields: 'consumerFields()' }],
    readmeSections: [
      {
        title: t('Messages'),
        text: [
          t(
            `The example publishes an event (package \`greeted\`) and a consumer in the same program handles it; \`internal/consumer\``,
          ),
          t(
            'is the loop around every handler. A message is acknowledged after its effect, so it is delivered **at least once**. A failed',
          ),
          t(
            'one comes again with a growing, jittered back-off, and is a dead letter after `consumer.maxTries`. On SIGTERM the consumer',
          ),
          t`takes no more and waits up to ${messaging.timeout} s for what is in hand; what is given up then is delivered to another replica.`,
          '',
          t(
            'A message that ends the process, by its memory for example, is noted with the broker when it is handled again: then nothing is',
          ),
          t('handled beside it, and it is a dead letter once it has ended `consumer.maxTries` processes.'),
          '',
          t(
            'What is the message’s fault counts as a failed try: data that a table refuses, at the statement or at the commit, a statement',
          ),
          t(
            'that a handler did not tell of, an answer that takes too long. What is a server’s fault does not: a database that is away or',
          ),
          t(
            'can’t be written to makes the message wait, longer each time, up to half a minute. A handler says so of other servers by wrapping',
          ),
          t(
            '`consumer.ErrUnavailable`. A dead letter that the broker refuses waits as well. The count `waited` tells of all of them.',
          ),
          '',
          t(
            'A server that is away for one message only is so because of it: after `consumer.maxTries` such tries it is a dead letter. Tries',
          ),
          t(
            'that a connection did not survive count for that, and those that a server refused while others of its type got through. While a',
          ),
          t('full server refuses all of them, none is put aside within the first hour, and then one an hour.'),
          '',
          t(
            'A message that was tried before is not begun while a server of its handler is away: one that hangs costs it one try at most.',
          ),
          '',
          t(
            'A message has a type, as `greeting.created`, and `handlers` in `internal/app/components.go` says who handles it. One whose type',
          ),
          t(
            'nobody knows fails and comes again, as a replica of a newer version may know it; one without a type is a dead letter at once.',
          ),
          '',
          t(
            'Pods are ready without the broker: what doesn’t publish is answered. `/readyz?verbose` and the metrics say whether it is there,',
          ),
          t(
            'and whether messages would be received. If no request can be answered without it, let `checks.Register` take the place of `checks.Observe`.',
          ),
          '',
          ...(features.migrations
            ? [
                t(
                  'A message is written into the table `outbox`, in the transaction of the change that it tells of: there is one for each change',
                ),
                t(
                  'and none without. One replica at a time publishes from there (`internal/outbox`), in order, within a moment. A process that dies',
                ),
                t(
                  'between the broker and the table leaves a message to be published again, with the same id, which consumers know.',
                ),
                t(
                  'One that stops gives the lease to publish back; the lease of one that dies ends by itself after 15 s.',
                ),
                '',
                t(
                  'While the broker is away, messages wait together and keep their order. One that the broker refuses by itself, as it is too',
                ),
                t(
                  'large, holds nobody up: those behind it go past it, and after five tries it is set aside, in the same table, with the reason.',
                ),
                t(
                  'A message that fails for half a minute while nobody says why is found out by the next one, if that is taken. `Enqueue` refuses',
                ),
                t(
                  'what no broker takes as it comes (about 0.9 MB) with `messaging.ErrTooLarge`, and so the change as well: 413.',
                ),
              ]
            : [
                t(
                  'No transaction holds both the data and the message, so the example publishes first: who gets no answer asks again with the same',
                ),
                t(
                  'key, and a process that dies in between leaves a message without its data. With PostgreSQL or MySQL there is an outbox instead.',
                ),
              ]),
          '',
          ...(features.migrations
            ? [
                t(
                  `The id of a message is its idempotency key. It is written into the table \`processed_messages\`, in the transaction of the`,
                ),
                t`effect: a handler that writes through \`${features.postgres ? 'postgres' : 'mysql'}.Tx(ctx)\` has its effect once, whatever dies in between.`,
                ...((stores.postgres ?? stores.mysql)?.pool === 1
                  ? [
                      '',
                      t`Each pod has one connection to the database, by what the server grants, and a message in hand holds it for its whole try: requests wait meanwhile. Raise \`${features.postgres ? 'postgres' : 'mysql'}.connections\` before there is traffic.`,
                    ]
                  : []),
              ]
            : features.redis
              ? [
                  t(
                    'The id of a message is its idempotency key. The ids of what is done are kept in Redis for a week, for all replicas. One gap',
                  ),
                  t(
                    'is left: a process that dies between an effect and the note of it has the effect a second time. Where that matters,',
                  ),
                  t('implement `consumer.Processed` on the database that holds the effect, in the same transaction.'),
                ]
              : [
                  t(
                    'The id of a message is its idempotency key. The ids of what is done are kept in memory: the last 10,000 of each process.',
                  ),
                  t(
                    'A restart forgets them and another replica does not see them, so a message whose acknowledgement was lost in just that',
                  ),
                  t('moment has its effect twice. Where that matters,'),
                  t('implement `consumer.Processed` on the database that holds the effect, in the same transaction.'),
                ]),
          ...(features.metrics
            ? [
                '',
                t(
                  '`consumer_messages_total` counts by outcome, `consumer_lag_messages` tells how many wait, `consumer_receiving` whether any would arrive.',
                ),
                ...(features.migrations
                  ? [
                      t(
                        '`outbox_oldest_seconds`, `outbox_waiting_messages` and `outbox_set_aside_messages` tell of the outbox.',
                      ),
                    ]
                  : []),
              ]
            : []),
        ].join('\n'),
      },
    ],
  }),
})

/** Metrics of consumers. */
export const messagingMetrics = defineFeature({
  id: 'messaging-metrics',
  help: 'metrics of consumers: outcomes, lag',
  enabled: ({ features }) => features.messaging && features.metrics,
  requires: ['messaging', 'metrics'],
  templates: 'features/messaging-metrics',
})

/** Trace context through the headers of messages. */
export const messagingTracing = defineFeature({
  id: 'messaging-tracing',
  help: 'trace context through the headers of messages',
  enabled: ({ features }) => features.messaging && features.tracing,
  requires: ['messaging', 'tracing'],
  templates: 'features/messaging-tracing',
})

/** The ids of what is done, where all replicas see them. */
export const messagingRedis = defineFeature({
  id: 'messaging-redis',
  help: 'idempotency keys of messages in Redis, for all replicas',
  enabled: ({ features }) => features.messaging && features.redis && !features.migrations,
  requires: ['messaging', 'redis'],
  templates: 'features/messaging-redis',
})

/** The ids of what is done, in the transaction of the effect. */
export const messagingPostgres = defineFeature({
  id: 'messaging-postgres',
  help: 'idempotency keys of messages in PostgreSQL, in the transaction of the effect',
  enabled: ({ features }) => features.messaging && features.postgres,
  requires: ['messaging', 'postgres'],
  templates: 'features/messaging-postgres',
})

/** The same in MySQL, where there is no PostgreSQL. */
export const messagingMySQL = defineFeature({
  id: 'messaging-mysql',
  help: 'idempotency keys of messages in MySQL, in the transaction of the effect',
  enabled: ({ features }) => features.messaging && features.mysql && !features.postgres,
  requires: ['messaging', 'mysql'],
  templates: 'features/messaging-mysql',
})
