import * as hosts from '../hosts.js'
import { boolean, choice, integer, text } from '../option.js'
import * as rules from '../rules.js'

const tls = (store: string) =>
  choice(['verify', 'disable'], {
    default: 'verify',
    when: `${store}.enabled`,
    help: 'verify: encrypted, and the server proves its name; disable: in the clear, for a mesh or a trusted network',
  })

const host = (store: string) =>
  text(hosts.host, {
    default: `${store}.data.svc.cluster.local`,
    assumed: `${store}.data.svc.cluster.local`,
    when: `${store}.enabled`,
    help: 'host of the server, where an environment names no other',
  })

const port = (store: string, preset: number) =>
  integer(1, 65_535, { default: preset, when: `${store}.enabled`, help: 'port of the server' })

const connections = (store: string) =>
  integer(5, 100_000, {
    default: 100,
    when: `${store}.enabled`,
    help: 'connections that the server grants this service; all pods together stay below it',
  })

const database = (store: string) =>
  text(rules.sqlIdentifier, { derived: '<name>', when: `${store}.enabled`, help: 'name of the database' })

const user = (store: string) =>
  text(rules.sqlIdentifier, { derived: '<name>', when: `${store}.enabled`, help: 'user that the service logs in as' })

/** Data stores. */
export const stores = {
  'postgres.enabled': boolean({ default: false, help: 'PostgreSQL', ask: 'Use PostgreSQL?' }),
  'postgres.host': host('postgres'),
  'postgres.port': port('postgres', 5432),
  'postgres.database': database('postgres'),
  'postgres.user': user('postgres'),
  'postgres.tls': tls('postgres'),
  'postgres.connections': connections('postgres'),
  'postgres.pooler': choice(['none', 'transaction'], {
    default: 'none',
    when: 'postgres.enabled',
    help: 'transaction: PgBouncer or the like lends a connection for each transaction; none: nothing stands between, or a pooler of sessions',
  }),
  'mysql.enabled': boolean({ default: false, help: 'MySQL or MariaDB', ask: 'Use MySQL?' }),
  'mysql.host': host('mysql'),
  'mysql.port': port('mysql', 3306),
  'mysql.database': database('mysql'),
  'mysql.user': user('mysql'),
  'mysql.tls': tls('mysql'),
  'mysql.connections': connections('mysql'),
  'redis.enabled': boolean({ default: false, help: 'Redis', ask: 'Use Redis?' }),
  'redis.host': host('redis'),
  'redis.port': port('redis', 6379),
  'redis.tls': tls('redis'),
  'redis.connections': connections('redis'),
}
