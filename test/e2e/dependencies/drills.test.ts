import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { creation } from '../../support/greetings.js'
import { send, until } from '../../support/load.js'
import { MovingName } from '../../support/moving.js'
import { Nats } from '../../support/nats.js'
import { PgBouncer } from '../../support/pgbouncer.js'
import type { Postgres } from '../../support/postgres.js'
import { generate, recipe, workFolder } from '../../support/project.js'
import { record } from '../../support/proof.js'
import { Service } from '../../support/service.js'
import { describeWith, succeed, succeedBeside } from '../../support/tools.js'
import { built, Stage, status } from './broker-stage.js'
import { drills, table } from './drills.js'
import { firstPassword, type Store, startMariaDb, startPostgres, startRedis } from './stores.js'

/** Seconds a request may take. */
const budget = 3

describe('the table of drills', () => {
  test.each(Object.keys(table))('%s has an answer to each', (server) => {
    for (const drill of drills) {
      const cell = table[server]?.[drill] ?? { none: '' }
      if ('none' in cell) {
        expect(cell.none).toMatch(/\w{3}/)
      } else {
        const file = path.join(process.cwd(), 'test/e2e/dependencies', cell.file)
        expect(fs.readFileSync(file, 'utf8')).toContain(`'${cell.test}'`)
      }
    }
  })
})

const starts = { postgres: startPostgres, mysql: startMariaDb, redis: startRedis } as const
const names = ['postgres', 'mysql', 'redis'] as const
type Name = (typeof names)[number]

describeWith(['go', 'postgres', 'mariadbd', 'redis-server'], 'data stores that fail over', () => {
  const work = workFolder()
  const credentials = path.join(work, 'credentials')
  /** By the one data store that the example keeps its data in. */
  const binaries = new Map<Name, string>()
  const binaryOf = (name: Name) => binaries.get(name) as string

  /** Of each store the primary and the one that takes over, and the name that leads to the first of them. */
  const pairs = new Map<Name, { readonly old: Store; readonly young: Store }>()
  const pairOf = (name: Name) => pairs.get(name) as { readonly old: Store; readonly young: Store }

  const environment = (name: Name, port: number) => ({
    CREDENTIALS_DIR: credentials,
    SHUTDOWN_DRAIN: '0s',
    HTTP_TIMEOUT: `${budget}s`,
    HEALTH_CHECK_TIMEOUT: '1s',
    HEALTH_CHECK_CACHE: '100ms',
    [`${name.toUpperCase()}_HOST`]: '127.0.0.1',
    [`${name.toUpperCase()}_PORT`]: `${port}`,
    [`${name.toUpperCase()}_TLS`]: 'disable',
  })

  beforeAll(async () => {
    fs.mkdirSync(credentials)
    for (const name of names) {
      fs.writeFileSync(path.join(credentials, `${name}-password`), `${firstPassword}\n`)
      const project = generate(work, recipe(`orders-${name}`, `--${name}`, '--no-tracing'))
      binaries.set(name, path.join(project, 'bin/orders'))
      succeed('go', ['build', '-trimpath', '-o', binaryOf(name), './cmd/orders'], { cwd: project })
      const [old, young] = await Promise.all([starts[name](), starts[name]()])
      pairs.set(name, { old, young })
      // Redis has no tables.
      for (const { server } of name === 'redis' ? [] : [old, young]) {
        succeed(binaryOf(name), ['migrate', 'up'], { env: environment(name, server.port) })
      }
    }
  })

  /** Runs the program against a store's old server, with a name in front of it, and a pool that has been used. */
  async function running(
    name: Name,
    env: Record<string, string>,
    use: (service: Service, moving: MovingName) => Promise<void>,
  ): Promise<void> {
    const moving = await MovingName.to(pairOf(name).old.server.port)
    const service = await Service.start([binaryOf(name)], { env: { ...environment(name, moving.port), ...env } })
    try {
      await service.ready()
      await together(service, 8)
      await use(service, moving)
    } finally {
      await service.kill()
      moving.end()
    }
  }

  const together = (service: Service, count: number) =>
    Promise.all(Array.from({ length: count }, (_, at) => send(service.port, creation(`together-${at}`))))

  /** Status of one request after the other. */
  async function oneByOne(service: Service, count: number): Promise<number[]> {
    const answers: number[] = []
    for (let at = 0; at < count; at++) {
      answers.push((await send(service.port, creation('drill'))).status)
    }
    return answers
  }

  const proven = ({ name, version }: Store, event: string, findings: readonly string[]) => {
    const tool = { postgres: 'PostgreSQL', mysql: 'MariaDB', redis: 'Redis' }[name]
    record({ group: 'dependencies', tool, version, subject: event, judged: 1, unit: 'runs', findings })
    expect(findings).toEqual([])
  }

  /** One request may meet the change; who comes after it must not. */
  const afterTheFirst = (answers: readonly number[]) => {
    const refused = answers.filter((answer) => answer !== 201).length
    return refused <= 1 ? [] : [`${refused} of ${answers.length} failed: ${answers.join(' ')}`]
  }

  test.each(names)('%s: its name moves to another server, and the old one dies', async (name) => {
    const { old, young } = pairOf(name)
    await running(name, {}, async (service, moving) => {
      moving.move(young.server.port)
      await old.server.kill()
      const answers = await oneByOne(service, 20)
      await old.server.launch()
      proven(old, 'its name moves', afterTheFirst(answers))
    })
  })

  test.each(names)('%s: demoted in place', async (name) => {
    const { old, young } = pairOf(name)
    await running(name, {}, async (service, moving) => {
      moving.move(young.server.port)
      await old.demote(young.server.port)
      const answers = await oneByOne(service, 20)
      // The young one, too, and this time nobody takes over: that is no place for traffic.
      await young.demote(old.server.port)
      await until(async () => {
        const { status: ready, body } = await service.admin('/readyz?verbose')
        return ready === 503 && body.includes(`[-]${name}`)
      })
      const { body } = await service.admin('/readyz?verbose')
      await old.promote()
      moving.move(old.server.port)
      await service.ready()
      const back = await oneByOne(service, 20)
      await young.promote()
      proven(old, 'demoted in place', [
        ...afterTheFirst(answers),
        ...(body.includes('written') ? [] : [`readiness does not say why: ${body}`]),
        ...(back.every((answer) => answer === 201) ? [] : [`after readiness: ${back.join(' ')}`]),
      ])
    })
  })

  test.each(names)('%s: frozen, and its name moves', async (name) => {
    const { old, young } = pairOf(name)
    await running(name, {}, async (service, moving) => {
      old.server.pause()
      try {
        await until(async () => (await service.admin('/readyz')).status === 503)
        moving.move(young.server.port)
        await service.ready()
        const answers = await oneByOne(service, 20)
        proven(
          old,
          'frozen, and its name moves',
          answers.every((answer) => answer === 201) ? [] : [`after readiness: ${answers.join(' ')}`],
        )
      } finally {
        old.server.resume()
      }
    })
  })

  test.each(names)('%s: too many wait for a connection', async (name) => {
    const { old } = pairOf(name)
    await running(name, { [`${name.toUpperCase()}_POOL_SIZE`]: '2' }, async (service) => {
      await send(service.port, creation('full'))
      const hold = old.holdWrites(budget + 1)
      await old.holding()
      const begin = Date.now()
      const answers = await Promise.all(
        Array.from({ length: 12 }, async () => ({
          ...(await send(service.port, creation('full'))),
          took: Date.now() - begin,
        })),
      )
      const { body } = await service.admin('/metrics')
      const timeouts = Number(new RegExp(`^store_pool_timeouts_total{store="${name}"} (\\d+)`, 'm').exec(body)?.[1])
      await hold
      await until(async () => (await send(service.port, creation('full'))).status === 201)
      // Those that hold a connection take all the time that a request has, or in Redis a command. They may have been
      // carried out, so nobody tells them to come again; and whoever waits may still have the connection of one.
      const soon = answers.filter(({ took }) => took < 2_000)
      const told = soon.filter(({ headers }) => headers['retry-after'] !== undefined)
      const enough = name === 'redis' ? 8 : 10
      proven(old, 'too many wait for it', [
        ...(timeouts > 0 ? [] : ['nobody counts those that were given up']),
        ...(told.length >= enough ? [] : [`${told.length} of 12 were told within two seconds to come again`]),
        ...soon
          .filter(({ status: answer, body: text }) => answer !== 503 || !/come again|took too long/i.test(text))
          .map(({ status: answer, body: text }) => `told ${answer} ${text}`),
        ...((await service.admin('/livez')).status === 200 ? [] : ['not alive']),
      ])
    })
  })

  describeWith(['pgbouncer'], 'behind a pooler', () => {
    test('postgres: behind PgBouncer with its defaults', async () => {
      const { old } = pairOf('postgres')
      const server = old.server as Postgres
      // A schema of its own, made through the pooler by two at a time.
      await server.sql('CREATE DATABASE pooled OWNER orders')
      const login = { user: 'orders', password: firstPassword }
      const pooler = await PgBouncer.start({ port: server.port, name: 'pooled' }, login)
      const env = {
        ...environment('postgres', pooler.port),
        POSTGRES_POOLER: 'transaction',
        POSTGRES_DATABASE: 'pooled',
      }
      const binary = binaryOf('postgres')
      const migrations = await Promise.all(
        [0, 1].map(() => Service.start([binary, 'migrate', 'up', 'postgres'], { env })),
      )
      expect(await Promise.all(migrations.map((one) => one.exit()))).toEqual([
        { code: 0, signal: null },
        { code: 0, signal: null },
      ])
      const service = await Service.start([binary], { env })
      try {
        await service.ready()
        for (let round = 0; round < 5; round++) {
          const answers = await together(service, 20)
          expect(answers.filter(({ status: answer }) => answer !== 201).map(({ body }) => body)).toEqual([])
        }
      } finally {
        await service.kill()
      }
      const messages = generate(work, recipe('pooled', '--postgres', '--postgres-pooler', 'transaction', '--nats'))
      const { CREDENTIALS_DIR, POSTGRES_HOST, POSTGRES_PORT, POSTGRES_TLS } = env as Record<string, string>
      const output = await succeedBeside(
        'go',
        [
          ...['test', '-count=1', '-v', '-run=Processed|Messages|Greetings'],
          ...['./internal/store/postgres/', './internal/greeting/inpostgres/'],
        ],
        {
          cwd: messages,
          env: {
            ...{ CREDENTIALS_DIR: `${CREDENTIALS_DIR}`, POSTGRES_HOST: `${POSTGRES_HOST}` },
            ...{ POSTGRES_PORT: `${POSTGRES_PORT}`, POSTGRES_TLS: `${POSTGRES_TLS}` },
            ...{ POSTGRES_DATABASE: 'pooled', POSTGRES_USER: 'orders', TEST_DEPENDENCIES: '1', CGO_ENABLED: '0' },
          },
        },
      )
      proven(old, 'behind PgBouncer', [
        ...(/--- PASS: TestMessages /.test(output) && /--- PASS: TestGreetings /.test(output) ? [] : [output]),
        ...(output.includes('SKIP') ? ['skipped'] : []),
      ])
      await pooler.end()
    })
  })
})

describeWith(['go', 'make', 'nats-server'], 'NATS that fails over', () => {
  const work = workFolder()
  let binary: string

  beforeAll(() => {
    binary = built(work, '--nats')
  })

  test('nats: its name moves to another server', async () => {
    const [old, young] = await Promise.all([Nats.start(), Nats.start()])
    const name = await MovingName.to(old.port)
    const env = { NATS_URL: `nats://127.0.0.1:${name.port}`, NATS_REPLICAS: '1' }
    const stage = new Stage(binary, work, { name: 'nats', tool: 'nats-server', server: old, env })
    try {
      await stage.start()
      await stage.sees(true)
      expect(await stage.greet('Ada')).toBe(201)
      await stage.settled('before its name moves')
      name.move(young.port)
      await old.kill()
      // What was on the old one is there; the young one has no stream until somebody makes it.
      await until(async () => (await stage.greet('Grace')) === 201)
      await stage.sees(true)
      await stage.settled('its name moves')
    } finally {
      name.end()
      await stage.end()
      await young.end()
    }
  })

  test('nats: a stream that is full refuses dead letters', async () => {
    const server = await Nats.start()
    const env = { NATS_URL: `nats://${server.address}`, NATS_REPLICAS: '1', CONSUMER_MAX_TRIES: '1' }
    const stage = new Stage(binary, work, { name: 'nats', tool: 'nats-server', server, env })
    try {
      await server.createStream('GREETINGS-DEAD', ['dead.greetings.created'], { max_msgs: 1, discard: 'new' })
      const service = await stage.start()
      await stage.sees(true)
      await server.publish('greetings.created', 'not JSON')
      await until(async () => (await stage.count('dead_lettered')) === 1)
      await server.publish('greetings.created', 'not JSON either')
      await until(async () => (await stage.count('waited')) > 1)
      expect(service.stdout).toContain("can't be put aside")
      expect(await status(service, '/readyz')).toBe(200)
      // Others go past it.
      expect(await stage.greet('Ada')).toBe(201)
      await stage.settled('dead letters are refused')
      await server.purge('GREETINGS-DEAD')
      await until(async () => (await stage.count('dead_lettered')) === 2)
    } finally {
      await stage.end()
    }
  })
})
