// @ts-check

const drills = ['test/e2e/dependencies/drills.test.ts']

/**
 * Stores, and the network around them.
 *
 * @type {import('../known-faults-table.mjs').KnownFault[]}
 */
export const stores = [
  {
    id: 'C8',
    what: 'connections to a Redis that is a replica now are used for their half hour',
    file: 'templates/features/redis/internal/store/redis/unavailable.go.hbs',
    from: '[]string{"READONLY ", "MASTERDOWN "}',
    to: '[]string{"MASTERDOWN "}',
    test: drills,
    pattern: 'redis: demoted in place',
  },
  {
    id: 'C8',
    what: 'connections to a MySQL that is a replica now are used for their half hour',
    file: 'templates/features/mysql/internal/store/mysql/pool.go.hbs',
    from: 's.generation.Add(1)',
    to: 's.generation.Add(0)',
    test: drills,
    pattern: 'mysql: demoted in place',
  },
  {
    id: 'C8',
    what: 'a pod is ready although its PostgreSQL can not be written to',
    file: 'templates/features/postgres/internal/store/postgres/postgres.go.hbs',
    from: 'readOnly == "on"',
    to: 'readOnly == "never"',
    test: drills,
    pattern: 'postgres: demoted in place',
  },
  {
    id: 'C8',
    what: 'a pod is ready although its Redis takes no writes',
    file: 'templates/features/redis/internal/store/redis/redis.go.hbs',
    from: 's.check.Set(ctx, s.Key(checkKey), "", checkKeep).Err()',
    to: 's.check.Ping(ctx).Err()',
    test: ['test/e2e/dependencies/refusals.test.ts'],
    pattern: 'a Redis that has no memory left',
  },
  {
    id: 'C9',
    what: 'PgBouncer refuses the parameters that connections start with',
    file: 'templates/features/postgres/internal/store/postgres/postgres.go.hbs',
    from: 'return s.config.Pooler == config.PoolerTransaction',
    to: 'return s.config.Pooler == config.PoolerTransaction+"s"',
    test: drills,
    pattern: 'postgres: behind PgBouncer',
  },
  {
    id: 'C10',
    what: 'requests wait without end for a connection of the pool',
    file: 'templates/features/stores/internal/store/store.go.hbs',
    from: 'context.WithTimeout(ctx, patience)',
    to: 'context.WithTimeout(ctx, patience+time.Hour)',
    test: drills,
    pattern: 'postgres: too many wait',
  },
  {
    id: 'C10',
    what: 'at the limit of file descriptors liveness fails, too',
    file: 'templates/base/internal/listen/listen.go.hbs',
    from: 'reserved = 256',
    to: 'reserved = 0',
    test: ['test/e2e/fire.test.ts'],
    pattern: 'near the limit of file descriptors',
  },
  {
    id: 'C11',
    what: 'a NetworkPolicy that has an address for a host opens its port to everywhere',
    file: 'src/features/reach.ts',
    from: 'if (cidr !== undefined) {',
    to: 'if (cidr === host) {',
    test: ['test/unit/spec/hosts.test.ts'],
    pattern: 'opens the way to',
  },
  {
    id: 'C11',
    what: 'with NodeLocal DNSCache in iptables mode every question for a name is dropped',
    file: 'templates/features/network-policy/deploy/components/network-policy/networkpolicy.yaml.hbs',
    from: 'cidr: 10.0.0.0/8',
    to: 'cidr: 10.0.0.0/32',
    test: ['test/unit/spec/hosts.test.ts'],
    pattern: 'questions for names',
  },
]
