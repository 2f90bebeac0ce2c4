/** What happens to a server, sooner or later. */
export const drills = ['moved', 'demoted', 'pooled', 'frozen', 'full', 'restarted', 'rotated'] as const
export type Drill = (typeof drills)[number]

/** Where a drill is run, as file and part of the test's name; or why there is none. */
export type Cell = { readonly file: string; readonly test: string } | { readonly none: string }

const here = (test: string): Cell => ({ file: 'drills.test.ts', test })
const stores = (test: string): Cell => ({ file: 'stores.test.ts', test })
const none = (reason: string): Cell => ({ none: reason })

const store = {
  moved: here('%s: its name moves to another server, and the old one dies'),
  demoted: here('%s: demoted in place'),
  frozen: here('%s: frozen, and its name moves'),
  full: here('%s: too many wait for a connection'),
  restarted: stores('%s: killed and brought back, nothing acknowledged is lost'),
  rotated: stores('%s: a rotated password is taken from its file, without a restart'),
} as const

/** Every server that a service may use, and what it was put through. */
export const table: Readonly<Record<string, Readonly<Record<Drill, Cell>>>> = {
  postgres: { ...store, pooled: here('postgres: behind PgBouncer with its defaults') },
  mysql: {
    ...store,
    pooled: none('ProxySQL keeps a session together once it sets a variable or takes a lock, so nothing is special'),
  },
  redis: {
    ...store,
    pooled: none('a proxy of Redis lends no transactions: MULTI and EXEC are sent as one, and nothing else is kept'),
  },
  nats: {
    moved: here('nats: its name moves to another server'),
    demoted: none('the servers of a cluster choose the leader of a stream among themselves, and pass requests on'),
    pooled: none('there is no pooler of NATS'),
    frozen: { file: 'nats.test.ts', test: 'fails in time while the server hangs, and goes on when it wakes up' },
    full: here('nats: a stream that is full refuses dead letters'),
    restarted: { file: 'nats.test.ts', test: 'loses and repeats nothing when the server is killed and comes back' },
    rotated: { file: 'nats.test.ts', test: 'takes a rotated password from the file without a restart' },
  },
  kafka: {
    moved: none('brokers tell their own addresses, and clients follow them: the name is for the first question alone'),
    demoted: none('the client asks again who leads a partition when it is told NOT_LEADER_OR_FOLLOWER'),
    pooled: none('there is no pooler of Kafka'),
    frozen: { file: 'kafka.test.ts', test: 'fails in time while the broker hangs, and goes on when it wakes up' },
    full: none('a broker whose disk is full ends its log directory, and itself: that is a restart'),
    restarted: { file: 'kafka.test.ts', test: 'loses and repeats nothing when the broker is killed and comes back' },
    rotated: { file: 'kafka.test.ts', test: 'takes a rotated password from the file without a restart' },
  },
}
