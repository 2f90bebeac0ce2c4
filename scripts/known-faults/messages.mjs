// @ts-check

const stores = ['test/e2e/dependencies/stores.test.ts']
const refusals = ['test/e2e/dependencies/refusals.test.ts']

/**
 * Messages of a broker: each has its effect once for each consumer, or is a dead letter.
 *
 * @type {import('../known-faults-table.mjs').KnownFault[]}
 */
export const messages = [
  {
    id: 'A1',
    what: 'a message that fails waits, which counts toward nothing, and its partition stands still',
    file: 'templates/features/messaging/internal/consumer/consumer.go.hbs',
    from: '\t\tbegan = true\n',
    to: '',
    test: stores,
    pattern: 'postgres: a message’s id',
  },
  {
    id: 'A1',
    what: 'a message that cuts its connection at every try is taken for a server that is away, for ever',
    file: 'templates/features/messaging/internal/consumer/consumer.go.hbs',
    from: 'c.Lost != nil && c.Lost(err)',
    to: 'false',
    test: stores,
    pattern: 'mysql: a message’s id',
  },
  {
    id: 'A1',
    what: 'while a store is full every message that needs it becomes a dead letter',
    file: 'templates/features/messaging/internal/consumer/consumer.go.hbs',
    from: 'c.Lost != nil && c.Lost(err)',
    to: 'true',
    test: refusals,
    pattern: 'a second store that is full',
  },
  {
    id: 'A1',
    what: 'a pool that is busy makes dead letters within seconds',
    file: 'templates/features/stores/internal/store/store.go.hbs',
    from: 'errors.Is(err, ErrNoConnection) || errors.Is(err, ErrUnreachable) || ',
    to: '',
    test: refusals,
    pattern: 'a pool that is busy',
  },
  {
    id: 'A1',
    what: 'a transaction that a handler has ended is one more that is done',
    file: 'templates/features/messaging-postgres/internal/store/postgres/processed.go.hbs',
    from: 'status != inTransactionStatus',
    to: "status == 'E' && status != inTransactionStatus",
    test: stores,
    pattern: 'postgres: a message’s id',
  },
  {
    id: 'A2',
    what: 'of two ids with the same first 200 characters the second is acknowledged without its effect',
    file: 'templates/features/messaging/internal/consumer/key.go.hbs',
    from: 'sha256.Sum256([]byte(id))',
    to: 'sha256.Sum256([]byte(id)[:min(len(id), 200)])',
    test: stores,
    pattern: 'mysql: a message’s id',
  },
  {
    id: 'A2',
    what: 'MySQL makes a warning of an error, and a message has its effect although its id is not kept',
    file: 'templates/features/messaging-mysql/internal/store/mysql/processed.go.hbs',
    from: '`INSERT INTO processed_messages',
    to: '`INSERT IGNORE INTO processed_messages',
    test: stores,
    pattern: 'mysql: a message’s id',
  },
  {
    id: 'A3',
    what: 'what one consumer has done is done for another one that has the same id',
    file: 'templates/features/messaging/internal/consumer/key.go.hbs',
    from: 'Key{consumer, sha256',
    to: 'Key{consumer[:0], sha256',
    test: ['test/e2e/dependencies/messages.test.ts'],
    pattern: 'each message is handled once by each',
  },
  {
    id: 'A3',
    what: 'in Redis consumers share the ids of what is done',
    file: 'templates/features/messaging-redis/internal/store/redis/processed.go.hbs',
    from: ' + ":" + k.Consumer',
    to: '',
    test: stores,
    pattern: 'redis: a message’s id',
  },
]
