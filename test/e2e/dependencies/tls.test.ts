import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { Authority } from '../../support/authority.js'
import { greetings } from '../../support/greetings.js'
import { until } from '../../support/load.js'
import { MariaDb } from '../../support/mariadb.js'
import { Postgres } from '../../support/postgres.js'
import { generate, recipe, workFolder } from '../../support/project.js'
import { record } from '../../support/proof.js'
import { Redis } from '../../support/redis.js'
import { accountOf, serverPort } from '../../support/servers.js'
import { Service } from '../../support/service.js'
import { describeWith, succeed } from '../../support/tools.js'
import { firstPassword } from './stores.js'

/** A server that takes no plain text from the service, and how to see that it doesn't. */
interface Encrypted {
  readonly tool: string
  readonly version: string
  readonly env: Readonly<Record<string, string>>
  /** Connections of the service that are encrypted. */
  readonly encrypted: () => Promise<number>
}

describeWith(
  ['go', 'openssl', 'postgres', 'mariadbd', 'redis-server'],
  'data stores over TLS, with real servers',
  () => {
    const work = workFolder()
    const credentials = path.join(work, 'credentials')
    const stores = new Map<string, Encrypted>()
    let ours: Authority
    let foreign: Authority
    let binary: string

    const folder = (name: string) => {
      const made = path.join(work, name)
      // Servers that run as somebody else read certificates below it.
      fs.mkdirSync(made, { mode: 0o755 })
      return made
    }

    beforeAll(async () => {
      fs.chmodSync(work, 0o755)
      ours = new Authority(folder('ours'))
      foreign = new Authority(folder('foreign'))
      stores.set('postgres', await encryptedPostgres(ours))
      stores.set('mysql', await encryptedMariaDb(ours))
      stores.set('redis', await encryptedRedis(ours))
      const project = generate(work, recipe('orders', '--postgres', '--mysql', '--redis', '--no-tracing'))
      binary = path.join(project, 'bin/orders')
      succeed('go', ['build', '-trimpath', '-o', binary, './cmd/orders'], { cwd: project })
      fs.mkdirSync(credentials)
      for (const name of stores.keys()) {
        fs.writeFileSync(path.join(credentials, `${name}-password`), `${firstPassword}\n`)
        fs.copyFileSync(ours.certificate, path.join(credentials, `${name}-ca.crt`))
      }
      succeed(binary, ['migrate', 'up'], { env: environment() })
    })

    const environment = () => ({
      CREDENTIALS_DIR: credentials,
      SHUTDOWN_DRAIN: '0s',
      HEALTH_CHECK_CACHE: '100ms',
      HEALTH_CHECK_TIMEOUT: '1s',
      ...Object.assign({}, ...[...stores.values()].map(({ env }) => env)),
    })

    const others = (name: string) => [...stores.keys()].filter((other) => other !== name)

    const proven = (name: string, subject: string, findings: readonly string[]) => {
      const { tool, version } = stores.get(name) as Encrypted
      record({ group: 'dependencies', tool, version, subject, judged: 1, unit: 'runs', findings })
      expect(findings).toEqual([])
    }

    test.each(['postgres', 'mysql', 'redis'])(
      '%s: encrypted by default, and by no other authority than the one that is named; a new one needs no restart',
      async (name) => {
        const authority = path.join(credentials, `${name}-ca.crt`)
        fs.copyFileSync(foreign.certificate, authority)
        const service = await Service.start([binary], { env: environment() })
        try {
          // Its server says who it is, and nobody who is trusted has signed that.
          await until(async () => {
            const { status, body } = await service.admin('/readyz?verbose').catch(() => ({ status: 0, body: '' }))
            return status === 503 && body.includes(`[-]${name}`) && !body.includes(`[-]${others(name)[0]}`)
          })
          // The example keeps its data in one of the three.
          const example = name === 'postgres'
          const refused = await service.get(greetings)
          fs.copyFileSync(ours.certificate, authority)
          await service.ready()
          const answer = await service.get(greetings)
          const encrypted = await stores.get(name)?.encrypted()

          proven(name, 'is reached over TLS, and only if its authority is the one that is named', [
            ...(!example || refused.status === 503
              ? []
              : [`by a foreign authority: ${refused.status} ${refused.body}`]),
            ...(answer.status === 200 ? [] : [`${answer.status} ${answer.body}`]),
            ...((encrypted ?? 0) > 0 ? [] : ['no connection is encrypted']),
          ])
        } finally {
          fs.copyFileSync(ours.certificate, authority)
          await service.kill()
        }
      },
    )
  },
)

/** Takes the role `orders` over TLS alone. */
async function encryptedPostgres(authority: Authority): Promise<Encrypted> {
  const { certificate, key } = authority.sign('postgres', accountOf('postgres'))
  const server = await Postgres.start({ ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key })
  await server.sql(`CREATE ROLE orders LOGIN PASSWORD '${firstPassword}'`)
  await server.sql('CREATE DATABASE orders OWNER orders')
  const count = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'orders' AND ssl"
  return {
    tool: 'PostgreSQL',
    version: (await server.sql('SHOW server_version')).split('.')[0] ?? '',
    env: { POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: `${server.port}` },
    encrypted: async () => Number(await server.sql(count)),
  }
}

async function encryptedMariaDb(authority: Authority): Promise<Encrypted> {
  const { certificate, key } = authority.sign('mysql', accountOf('mysql'))
  const server = await MariaDb.start({ 'ssl-cert': certificate, 'ssl-key': key })
  await server.createUser('orders', firstPassword, 'orders')
  await server.sql("ALTER USER 'orders'@'%' REQUIRE SSL")
  const count = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'orders'"
  return {
    tool: 'MariaDB',
    version: (await server.sql('SELECT VERSION()')).split('.').slice(0, 2).join('.'),
    env: { MYSQL_HOST: '127.0.0.1', MYSQL_PORT: `${server.port}` },
    // The server takes no others.
    encrypted: async () => Number(await server.sql(count)),
  }
}

async function encryptedRedis(authority: Authority): Promise<Encrypted> {
  const { certificate, key } = authority.sign('redis')
  const port = await serverPort()
  const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', authority.certificate]
  const server = await Redis.start(firstPassword, ['--tls-port', `${port}`, ...files, '--tls-auth-clients', 'no'])
  const version = /redis_version:(\d+\.\d+)/.exec(await server.cli('INFO', 'server'))?.[1] ?? ''
  return {
    tool: 'Redis',
    version,
    env: { REDIS_HOST: '127.0.0.1', REDIS_PORT: `${port}` },
    encrypted: async () =>
      (await server.cli('CLIENT', 'LIST')).split('\n').filter((line) => line.includes(`laddr=127.0.0.1:${port} `))
        .length,
  }
}
