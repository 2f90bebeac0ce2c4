import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { creation } from '../../support/greetings.js'
import { Kafka } from '../../support/kafka.js'
import { send, until } from '../../support/load.js'
import { Nats } from '../../support/nats.js'
import { generate, recipe, workFolder } from '../../support/project.js'
import { record } from '../../support/proof.js'
import { addResource } from '../../support/reader.js'
import { records, Service } from '../../support/service.js'
import { describeWith, succeed } from '../../support/tools.js'
import { toolVersion } from '../tools/table.mjs'
import { firstPassword, type Store, startMariaDb, startPostgres, startRedis } from './stores.js'

const minutes = 60_000
const password = firstPassword.replaceAll(/\W/g, '')

/** Stores and brokers that go together; each of them is there at least once. */
const choices = [
  { stores: ['postgres'], brokers: ['nats', 'kafka'] },
  { stores: ['mysql'], brokers: ['kafka'] },
  { stores: ['redis'], brokers: ['nats'] },
  { stores: [], brokers: ['nats'] },
] as const

const tools = ['go', 'gofmt', 'make', 'perl', 'postgres', 'mariadbd', 'redis-server', 'nats-server', 'java', 'kafka']

/** What a team has after the README's steps: it has to run, and not only to build. */
describeWith([...tools, 'openssl'], 'what is left of the example, against real servers', () => {
  const work = workFolder()
  const credentials = path.join(work, 'credentials')
  const servers: Partial<Record<string, Store>> = {}

  beforeAll(async () => {
    fs.mkdirSync(credentials)
    const started = await Promise.all([startPostgres(), startMariaDb(), startRedis()])
    for (const store of started) {
      await store.setPassword(password)
      servers[store.name] = store
    }
    for (const name of ['postgres', 'mysql', 'redis', 'nats', 'kafka']) {
      fs.writeFileSync(path.join(credentials, `${name}-password`), password)
    }
  }, 5 * minutes)

  test.each(choices)(
    '$stores, $brokers: each handler gets its own events, and what is left is ready',
    async ({ stores, brokers }) => {
      const nats = await Nats.start({ access: { token: password } })
      const kafka = await Kafka.start({ user: 'orders', password })
      fs.writeFileSync(path.join(credentials, 'kafka-ca.crt'), kafka.authority)
      const flags = [...stores, ...brokers].map((name) => `--${name}`)
      const id = ['remains', ...stores, ...brokers].join('-')
      const project = generate(work, recipe(id, ...flags, '--no-tracing'))
      const bare = generate(work, recipe(`${id}-bare`, ...flags, '--no-tracing'))
      const env = {
        ...Object.assign({}, ...stores.map((name) => servers[name]?.env)),
        CREDENTIALS_DIR: credentials,
        SHUTDOWN_DRAIN: '0s',
        HEALTH_CHECK_CACHE: '0s',
        CONSUMER_MAX_TRIES: '2',
        NATS_URL: `nats://${nats.address}`,
        NATS_REPLICAS: '1',
        KAFKA_BROKERS: kafka.address,
        KAFKA_USER: 'orders',
      }
      const services: Service[] = []
      const start = async (cwd: string) => {
        const program = path.join(cwd, 'bin/orders')
        succeed('go', ['build', '-trimpath', '-o', program, './cmd/orders'], { cwd })
        if (stores.some((name) => name !== 'redis')) {
          succeed(program, ['migrate', 'up'], { env })
        }
        const service = await Service.start([program], { env })
        services.push(service)
        await service.ready()
        return service
      }
      const whole = async (service: Service) => {
        const wanted = [...stores, ...brokers].map((name) => `[+]${name} ok`)
        await until(async () => {
          const { body } = await service.admin('/readyz?verbose')
          return wanted.every((line) => body.includes(line))
        })
      }
      const handled = (service: Service, what: string) =>
        records(service.stdout.slice(0, service.stdout.lastIndexOf('\n') + 1)).filter(({ message }) => message === what)
      const metric = async (service: Service, name: string) => (await service.admin('/metrics')).body.includes(name)
      const post = (service: Service, resource: string, key: string) =>
        send(service.port, { ...creation('Ada', key), path: `/v1/${resource}` })
      try {
        addResource(project)
        const handler = path.join(project, 'internal/note/greeted/greeted.go')
        const own = fs.readFileSync(handler, 'utf8').replace('"somebody was greeted"', '"a note was made"')
        fs.writeFileSync(handler, own)
        const both = await start(project)
        await whole(both)
        for (const at of [1, 2, 3]) {
          expect((await post(both, 'greetings', `${id}-g${at}`)).status).toBe(201)
        }
        for (const at of [1, 2]) {
          expect((await post(both, 'notes', `${id}-n${at}`)).status).toBe(201)
        }
        await until(
          () =>
            handled(both, 'somebody was greeted').length >= 3 * brokers.length &&
            handled(both, 'a note was made').length >= 2 * brokers.length,
        )
        const counts = [handled(both, 'somebody was greeted').length, handled(both, 'a note was made').length]
        expect(counts).toEqual([3 * brokers.length, 2 * brokers.length])
        await both.kill()

        succeed('make', ['remove-example'], { cwd: project })
        const rest = await start(project)
        await whole(rest)
        expect((await post(rest, 'notes', `${id}-n3`)).status).toBe(201)
        await until(() => handled(rest, 'a note was made').length === brokers.length)
        await rest.kill()

        succeed('make', ['remove-example'], { cwd: bare })
        const nothing = await start(bare)
        await whole(nothing)
        // Nobody handles anything, so nothing is received, and nobody misses it.
        const findings = (await metric(nothing, 'consumer_')) ? ['a consumer without handlers is told of'] : []
        for (const broker of brokers) {
          const tool = broker === 'nats' ? 'nats-server' : 'kafka'
          const subject = 'what is left after the example is removed'
          record({
            group: 'dependencies',
            tool,
            version: toolVersion(tool),
            subject,
            judged: 3,
            unit: 'programs',
            findings,
          })
        }
        expect(findings).toEqual([])
      } finally {
        for (const service of services) {
          await service.kill()
        }
        await Promise.all([nats.end(), kafka.end()])
      }
    },
    10 * minutes,
  )
})
