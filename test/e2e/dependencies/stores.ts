import { until } from '../../support/load.js'
import { MariaDb } from '../../support/mariadb.js'
import { Postgres } from '../../support/postgres.js'
import { Redis } from '../../support/redis.js'
import type { Server } from '../../support/servers.js'

/** A data store of the generated service, with the real server behind it. */
export interface Store {
  /** As the service names it in logs, metrics and probes. */
  readonly name: 'postgres' | 'mysql' | 'redis'
  readonly server: Server
  /** Of the server: the release line, as its patches come with the distribution. */
  readonly version: string
  /** Variables that lead a service to it. */
  readonly env: Readonly<Record<string, string>>
  readonly setPassword: (password: string) => Promise<void>
  /** Ends every connection of the service, as an operator does who wants the new password used. */
  readonly disconnect: () => Promise<unknown>
  /** How often a name was greeted, by the store's own word. */
  readonly count: (name: string) => Promise<number>
  /** Writes a row into the outbox, whatever it is. */
  readonly leave: (content: string) => Promise<unknown>
  /** Makes every write wait for some seconds; reads and pings go on. A database's own table is meant, unless said otherwise. */
  readonly holdWrites: (seconds: number, table?: string) => Promise<unknown>
  /** Returns once writes wait: on a busy machine some time after holdWrites was called. */
  readonly holding: () => Promise<unknown>
  /** Makes it a server that can be read from alone, its connections staying as they are; the primary is on a port. */
  readonly demote: (primary: number) => Promise<unknown>
  readonly promote: () => Promise<unknown>
}

export const firstPassword = 'first "secret" of £5'

export async function startPostgres(): Promise<Store> {
  const server = await Postgres.start()
  await server.sql(`CREATE ROLE orders LOGIN PASSWORD '${firstPassword}'`)
  await server.sql('CREATE DATABASE orders OWNER orders')
  const readOnly = async (on: boolean) => {
    await server.sql(`ALTER SYSTEM SET default_transaction_read_only = ${on}`)
    await server.sql('SELECT pg_reload_conf()')
  }
  const inOrders = (text: string, sleeps?: number) => server.sql(text, { database: 'orders' }, sleeps)
  return {
    name: 'postgres',
    server,
    version: line(await server.sql('SHOW server_version'), 1),
    env: { POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: `${server.port}`, POSTGRES_TLS: 'disable' },
    setPassword: (password) => server.setPassword('orders', password),
    disconnect: () => server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'orders'"),
    count: async (name) => Number(await inOrders(`SELECT count(*) FROM greetings WHERE name = '${name}'`)),
    leave: (content) => inOrders(`INSERT INTO outbox (destination, message) VALUES ('nats', '${content}')`),
    holdWrites: (seconds, table = 'greetings') =>
      inOrders(`BEGIN; LOCK TABLE ${table}; SELECT pg_sleep(${seconds}); COMMIT`, seconds),
    holding: () =>
      until(
        async () => Number(await server.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")) > 0,
      ),
    demote: () => readOnly(true),
    promote: () => readOnly(false),
  }
}

export async function startMariaDb(): Promise<Store> {
  const server = await MariaDb.start()
  await server.createUser('orders', firstPassword, 'orders')
  return {
    name: 'mysql',
    server,
    version: line(await server.sql('SELECT VERSION()'), 2),
    env: { MYSQL_HOST: '127.0.0.1', MYSQL_PORT: `${server.port}`, MYSQL_TLS: 'disable' },
    setPassword: (password) => server.setPassword('orders', password),
    disconnect: () => server.sql("KILL CONNECTION USER 'orders'@'%'"),
    count: async (name) => Number(await server.sql(`SELECT count(*) FROM orders.greetings WHERE name = '${name}'`)),
    leave: (content) => server.sql(`INSERT INTO orders.outbox (destination, message) VALUES ('nats', '${content}')`),
    holdWrites: (seconds) => server.sql(`LOCK TABLES orders.greetings WRITE; SELECT SLEEP(${seconds}); UNLOCK TABLES`),
    holding: () =>
      until(
        async () =>
          Number(await server.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE state = 'User sleep'")) >
          0,
      ),
    demote: () => server.sql('SET GLOBAL read_only = 1'),
    promote: () => server.sql('SET GLOBAL read_only = 0'),
  }
}

export async function startRedis(): Promise<Store> {
  const server = await Redis.start(firstPassword)
  let held: Promise<unknown> = Promise.resolve()
  return {
    name: 'redis',
    server,
    version: line(/redis_version:(\S+)/.exec(await server.cli('INFO', 'server'))?.[1] ?? '', 2),
    env: { REDIS_HOST: '127.0.0.1', REDIS_PORT: `${server.port}`, REDIS_TLS: 'disable' },
    setPassword: (password) => server.setPassword(password),
    disconnect: () => server.cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
    count: async (name) => Number(await server.cli('EVAL', countInRedis, '0', `"name":"${name}"`)),
    leave: () => Promise.reject(new Error('Redis has no outbox')),
    holdWrites: (seconds) => {
      held = server.cli('CLIENT', 'PAUSE', `${seconds * 1000}`, 'WRITE')
      return held
    },
    // It answers at once.
    holding: () => held,
    demote: (primary) => server.cli('REPLICAOF', '127.0.0.1', `${primary}`),
    promote: () => server.cli('REPLICAOF', 'NO', 'ONE'),
  }
}

/** How many greetings hold a text. */
const countInRedis = `
local found = 0
for _, key in ipairs(redis.call('KEYS', 'orders:greetings:*')) do
  if string.find(redis.call('GET', key), ARGV[1], 1, true) then found = found + 1 end
end
return found`

/** The first parts of a version. */
function line(version: string, parts: number): string {
  return version.split('.').slice(0, parts).join('.')
}
