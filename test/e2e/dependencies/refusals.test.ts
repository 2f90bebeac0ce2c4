import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from '@jest/globals'
import { creation } from '../../support/greetings.js'
import { send, until } from '../../support/load.js'
import { MariaDb } from '../../support/mariadb.js'
import { Nats } from '../../support/nats.js'
import { Postgres } from '../../support/postgres.js'
import { generate, recipe, workFolder } from '../../support/project.js'
import { record } from '../../support/proof.js'
import { Redis } from '../../support/redis.js'
import { Service } from '../../support/service.js'
import { describeWith, succeed } from '../../support/tools.js'

const minutes = 60_000
const password = 'first'

/** Longer than all the tries of a message take, with their back-off. */
const outage = 30_000

/** What the handler does besides: a row in MySQL, and an element in Redis. Some names do more. */
const handler = `greeted.Type: func(ctx context.Context, m messaging.Message) error {
			course := string(m.Data)
			err := mysqlStore.With(ctx, func(conn *sql.Conn) error {
				if strings.Contains(course, "poison") {
					_, err := conn.ExecContext(ctx, "KILL CONNECTION_ID()")

					return err
				}
				if strings.Contains(course, "hog") {
					for range 20 {
						if _, err := conn.ExecContext(ctx, "DO SLEEP(1)"); err != nil {
							return err
						}
					}
				}
				_, err := conn.ExecContext(ctx, "INSERT INTO effects VALUES (?, REPEAT('x', 1000))", m.ID)

				return err
			})
			if err != nil {
				return err
			}

			return redisStore.Client().RPush(ctx, redisStore.Key("effects"), m.ID).Err()
		},
`

describeWith(
  ['go', 'mariadbd', 'nats-server', 'postgres', 'redis-server'],
  'messages whose handler uses stores that refuse, hang or are busy',
  () => {
    const work = workFolder()
    const credentials = path.join(work, 'credentials')
    let binary: string
    let postgres: Postgres
    let mariadb: MariaDb
    let redis: Redis

    beforeAll(async () => {
      const flags = ['--postgres', '--mysql', '--redis', '--nats', '--no-tracing']
      const project = generate(work, recipe('orders', ...flags))
      const components = path.join(project, 'internal/app/components.go')
      const source = fs.readFileSync(components, 'utf8')
      const edited = source
        .replace('greeted.Type: greeted.Handler(a.logger),\n', handler)
        .replace('"log/slog"\n', '"database/sql"\n\t"log/slog"\n\t"strings"\n')
        .replace(
          /("example.com\/orders\/internal\/health"\n)/,
          (line) => `${line}\t"example.com/orders/internal/messaging"\n`,
        )
      expect(edited).toContain('KILL CONNECTION_ID()')
      fs.writeFileSync(components, edited)
      binary = path.join(project, 'bin/orders')
      succeed('go', ['build', '-o', binary, './cmd/orders'], { cwd: project })
      fs.mkdirSync(credentials)
      for (const name of ['postgres', 'mysql', 'redis', 'nats']) {
        fs.writeFileSync(path.join(credentials, `${name}-password`), password)
      }
      ;[postgres, mariadb, redis] = await Promise.all([Postgres.start(), MariaDb.start(), Redis.start(password)])
      await postgres.sql(`CREATE ROLE orders LOGIN PASSWORD '${password}'`)
      await postgres.sql('CREATE DATABASE orders OWNER orders')
      await mariadb.createUser('orders', password, 'orders')
    }, 5 * minutes)

    /** Runs the program, with a queue and stores that hold nothing yet. */
    async function running(env: Record<string, string>, use: (service: Service) => Promise<void>): Promise<void> {
      const nats = await Nats.start({ access: { token: password } })
      const whole = {
        CREDENTIALS_DIR: credentials,
        SHUTDOWN_DRAIN: '0s',
        HEALTH_CHECK_CACHE: '100ms',
        POSTGRES_HOST: '127.0.0.1',
        POSTGRES_PORT: `${postgres.port}`,
        POSTGRES_TLS: 'disable',
        MYSQL_HOST: '127.0.0.1',
        MYSQL_PORT: `${mariadb.port}`,
        MYSQL_TLS: 'disable',
        REDIS_HOST: '127.0.0.1',
        REDIS_PORT: `${redis.port}`,
        REDIS_TLS: 'disable',
        NATS_URL: `nats://${nats.address}`,
        NATS_REPLICAS: '1',
        CONSUMER_CONCURRENCY: '4',
        ...env,
      }
      succeed(binary, ['migrate', 'up'], { env: whole })
      await mariadb.sql('DROP TABLE IF EXISTS orders.effects')
      await mariadb.sql('CREATE TABLE orders.effects (id VARCHAR(64), filler VARCHAR(1000)) ENGINE=MEMORY')
      await redis.cli('DEL', 'orders:effects')
      const service = await Service.start([binary], { env: whole })
      try {
        await service.ready()
        await use(service)
      } finally {
        await service.kill()
        await nats.end()
      }
    }

    const count = async (service: Service, outcome: string) => {
      const { body } = await service.admin('/metrics')
      return Number(new RegExp(`^consumer_messages_total\\{.*outcome="${outcome}"\\} (\\d+)$`, 'm').exec(body)?.[1])
    }

    const greet = async (service: Service, names: readonly string[]) => {
      for (const name of names) {
        expect((await send(service.port, creation(name))).status).toBe(201)
      }
    }

    const names = Array.from({ length: 8 }, (_, at) => `n${at}`)

    /** Once the outage is over, each message has had its effect and none is a dead letter. */
    async function outlasted(service: Service, event: string, more: readonly string[] = []): Promise<void> {
      await until(async () => (await count(service, 'processed')) >= names.length).catch(() => undefined)
      const effects = Number(await redis.cli('LLEN', 'orders:effects'))
      const dead = await count(service, 'dead_lettered')
      const findings = [
        ...(dead === 0 ? [] : [`${dead} dead letters`]),
        ...(effects === names.length ? [] : [`${effects} of ${names.length} effects`]),
        ...more,
      ]
      record({
        group: 'dependencies',
        tool: 'Redis',
        version: '7.0',
        subject: `messages, and ${event}`,
        judged: 1,
        unit: 'runs',
        findings,
      })
      expect(findings).toEqual([])
    }

    test(
      'a second store that is full holds them up, and makes no dead letters',
      () =>
        running({}, async (service) => {
          // Its readiness says nothing: only this one table takes nothing more.
          const filler = "INSERT INTO orders.effects SELECT 'filler', REPEAT('x', 1000) FROM orders.seq_1_to_100000"
          await expect(mariadb.sql(filler)).rejects.toThrow('is full')
          await greet(service, names)
          await sleep(outage)
          expect(await count(service, 'waited')).toBeGreaterThan(names.length)
          await mariadb.sql("DELETE FROM orders.effects WHERE id = 'filler'")
          await outlasted(service, 'a second store is full')
        }),
      5 * minutes,
    )

    test.each([
      ['has no memory left', ['maxmemory', '1'], ['maxmemory', '0'], 'OOM'],
      ['lacks replicas', ['min-replicas-to-write', '1'], ['min-replicas-to-write', '0'], 'NOREPLICAS'],
    ])(
      'a Redis that %s makes the service unready and no dead letters',
      (event, wrong, right, word) =>
        running({}, async (service) => {
          await redis.cli('CONFIG', 'SET', ...wrong)
          await until(async () => (await service.admin('/readyz')).status === 503)
          const { body } = await service.admin('/readyz?verbose')
          await greet(service, names)
          await sleep(outage)
          await redis.cli('CONFIG', 'SET', ...right)
          await service.ready()
          await outlasted(
            service,
            `a second store ${event}`,
            body.includes(word) ? [] : [`readiness does not say why: ${body}`],
          )
        }),
      5 * minutes,
    )

    test(
      'a Redis that hangs holds them up, and makes no dead letters',
      () =>
        running({}, async (service) => {
          redis.pause()
          try {
            await greet(service, names)
            await sleep(outage)
          } finally {
            redis.resume()
          }
          await service.ready()
          await outlasted(service, 'a second store hangs')
        }),
      5 * minutes,
    )

    test(
      'a pool that is busy for longer than all tries take makes no dead letters',
      () =>
        running({ MYSQL_POOL_SIZE: '1', CONSUMER_TIMEOUT: '30s' }, async (service) => {
          await greet(service, ['hog', ...names.slice(1)])
          await until(async () => (await count(service, 'waited')) > 0)
          await outlasted(service, 'the pool of a second store is busy')
        }),
      5 * minutes,
    )

    test(
      'a message that ends its connection each time is a dead letter, and others get through',
      () =>
        running({}, async (service) => {
          await greet(service, ['poison', ...names])
          await until(async () => (await count(service, 'dead_lettered')) === 1)
          expect(await count(service, 'processed')).toBe(names.length)
        }),
      5 * minutes,
    )
  },
)
