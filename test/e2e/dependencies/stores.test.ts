import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from '@jest/globals'
import { creation, greetings } from '../../support/greetings.js'
import { Balancer, client, send, until } from '../../support/load.js'
import { generate, recipe, workFolder } from '../../support/project.js'
import { record } from '../../support/proof.js'
import { records, Service } from '../../support/service.js'
import { describeWith, run, succeed, succeedBeside } from '../../support/tools.js'
import { firstPassword, type Store, startMariaDb, startPostgres, startRedis } from './stores.js'

/** Seconds a request may take; a store that hangs costs a request this much. */
const budget = 3

describeWith(['go', 'postgres', 'mariadbd', 'redis-server'], 'data stores, with real servers', () => {
  const work = workFolder()
  const credentials = path.join(work, 'credentials')
  const stores = new Map<string, Store>()
  let binary: string
  let project: string
  /** By the one data store that the example keeps its data in. */
  const binaries = new Map<string, string>()

  const storeOf = (name: string) => stores.get(name) as Store
  const environment = () => ({
    CREDENTIALS_DIR: credentials,
    SHUTDOWN_DRAIN: '0s',
    HTTP_TIMEOUT: `${budget}s`,
    HEALTH_CHECK_TIMEOUT: '1s',
    HEALTH_CHECK_CACHE: '100ms',
    ...Object.assign({}, ...[...stores.values()].map(({ env }) => env)),
  })
  const passwordFile = (name: string) => path.join(credentials, `${name}-password`)

  beforeAll(async () => {
    for (const store of await Promise.all([startPostgres(), startMariaDb(), startRedis()])) {
      stores.set(store.name, store)
    }
    project = generate(work, recipe('orders', '--postgres', '--mysql', '--redis', '--no-tracing'))
    binary = path.join(project, 'bin/orders')
    succeed('go', ['build', '-trimpath', '-o', binary, './cmd/orders'], { cwd: project })
    fs.mkdirSync(credentials)
    for (const name of stores.keys()) {
      fs.writeFileSync(passwordFile(name), `${firstPassword}\n`)
    }
    for (const name of stores.keys()) {
      const own = generate(work, recipe(`orders-${name}`, `--${name}`, '--no-tracing'))
      binaries.set(name, path.join(own, 'bin/orders'))
      succeed('go', ['build', '-trimpath', '-o', binaries.get(name) as string, './cmd/orders'], { cwd: own })
    }
    succeed(binary, ['migrate', 'up'], { env: environment() })
  })

  /** Gives a store the tables of the example, once: the program with all three has them in the first. */
  const withTables = new Set<string>(['redis'])
  async function migrated(name: string): Promise<void> {
    if (!withTables.has(name)) {
      succeed(binaries.get(name) as string, ['migrate', 'up'], { env: environment() })
      withTables.add(name)
    }
  }

  /** Runs the program for the length of `use`, and ends it whatever happens. */
  async function running(
    name: string,
    env: Record<string, string>,
    use: (service: Service) => Promise<void>,
  ): Promise<void> {
    await migrated(name)
    const service = await Service.start([binaries.get(name) as string], { env: { ...environment(), ...env } })
    try {
      await use(service)
    } finally {
      await service.kill()
    }
  }

  /** What one of the stores' servers was put through, for the proof. */
  const proven = ({ name, version }: Store, event: string, findings: readonly string[]) => {
    const tool = { postgres: 'PostgreSQL', mysql: 'MariaDB', redis: 'Redis' }[name]
    record({ group: 'dependencies', tool, version, subject: event, judged: 1, unit: 'runs', findings })
    expect(findings).toEqual([])
  }

  const notReady = (service: Service, name: string) =>
    until(async () => {
      const { status, body } = await service.admin('/readyz?verbose')
      return status === 503 && body.includes(`[-]${name}`)
    })

  const errorsOf = (service: Service, name: string) =>
    records(service.stderr).filter((line) => line['store'] === name && line['message'] === 'store operation failed')

  const metric = async (service: Service, line: RegExp) =>
    Number(line.exec((await service.admin('/metrics')).body)?.[1])

  test('migrations go up once, come down, and say where they are', () => {
    const migrate = (...words: string[]) => succeed(binary, ['migrate', ...words], { env: environment() })
    expect(records(migrate('up')).filter(({ message }) => message === 'nothing to migrate')).toHaveLength(2)
    // Back by one is one store's matter, and says whose.
    expect(run(binary, ['migrate', 'down'], { env: environment() }).code).toBe(1)
    for (const store of ['postgres', 'mysql']) {
      expect(records(migrate('down', store)).filter(({ message }) => message === 'migrated')).toHaveLength(1)
    }
    expect(migrate('status')).toContain('"state":"pending"')
    expect(records(migrate('up')).filter(({ message }) => message === 'migrated')).toHaveLength(2)
    expect(migrate('status')).not.toContain('"state":"pending"')
  })

  test('two migrations at a time don’t meet', async () => {
    succeed(binary, ['migrate', 'down', 'postgres'], { env: environment() })
    const both = await Promise.all([0, 1].map(() => Service.start([binary, 'migrate', 'up'], { env: environment() })))
    expect(await Promise.all(both.map((one) => one.exit()))).toEqual([
      { code: 0, signal: null },
      { code: 0, signal: null },
    ])
  })

  test('the project’s own integration tests pass', async () => {
    const env = { ...environment(), TEST_DEPENDENCIES: '1', CGO_ENABLED: '0' }
    const { HTTP_TIMEOUT: _, SHUTDOWN_DRAIN: __, HEALTH_CHECK_TIMEOUT: ___, HEALTH_CHECK_CACHE: ____, ...own } = env
    expect(await succeedBeside('go', ['test', '-count=1', './...'], { cwd: project, env: own })).not.toContain('FAIL')
  })

  const names = ['postgres', 'mysql', 'redis'] as const

  test.each(names)('%s: keeps what the example’s repository promises', async (name) => {
    await migrated(name)
    const env = { ...storeOf(name).env, CREDENTIALS_DIR: credentials, TEST_DEPENDENCIES: '1', CGO_ENABLED: '0' }
    const args = ['test', '-count=1', '-v', './internal/greeting/...', `./internal/store/${name}/`]
    const output = succeed('go', args, { cwd: path.join(work, `orders-${name}`), env })
    proven(storeOf(name), 'the repository’s promises', [
      ...((output.match(/--- PASS: TestGreetings\//g) ?? []).length >= 10 ? [] : [output]),
      ...(output.includes('SKIP') ? ['skipped'] : []),
    ])
  })

  test.each(names)('%s: a message’s id and its effect are kept together, for all replicas', async (name) => {
    const messages = generate(work, recipe(`messages-${name}`, `--${name}`, '--nats'))
    const env = { ...storeOf(name).env, CREDENTIALS_DIR: credentials, TEST_DEPENDENCIES: '1', CGO_ENABLED: '0' }
    const args = ['test', '-count=1', '-v', '-run=Processed|Messages|Outbox|Leads|Aside', `./internal/store/${name}/`]
    const output = await succeedBeside('go', args, { cwd: messages, env })
    proven(storeOf(name), 'two replicas have one message', [
      ...(/--- PASS: TestProcessed /.test(output) && /--- PASS: TestMessages /.test(output) ? [] : [output]),
      ...(name === 'redis' || /--- PASS: TestRefusedMessagesStandAside /.test(output) ? [] : [output]),
      ...(output.includes('SKIP') ? ['skipped'] : []),
    ])
  })

  test.each(names)('%s: the service starts before its server, and is ready once that is there', async (name) => {
    const { server } = storeOf(name)
    await server.kill()
    try {
      await running(name, {}, async (service) => {
        await until(async () => (await service.admin('/startupz').catch(() => ({ status: 0 }))).status === 200)
        await notReady(service, name)
        const { status, body } = await send(service.port, creation('early'))
        const live = await service.admin('/livez')
        await server.launch()
        await service.ready()
        const after = await send(service.port, creation('early'))
        proven(storeOf(name), 'starts before it', [
          ...(status === 503 && body.includes(name) ? [] : [`without it: ${status} ${body}`]),
          ...(live.status === 200 ? [] : [`liveness ${live.status} without it`]),
          ...(after.status === 201 ? [] : [`with it: ${after.status} ${after.body}`]),
        ])
      })
    } finally {
      await server.restart()
    }
  })

  test.each(names)('%s: killed and brought back, nothing acknowledged is lost', async (name) => {
    const store = storeOf(name)
    await running(name, {}, async (service) => {
      await service.ready()
      const counts = { acknowledged: 0, refused: 0, others: [] as string[] }
      const load = { open: true }
      const clients = Array.from({ length: 4 }, () => shoot(service, `killed-${name}`, load, counts))
      await until(() => counts.acknowledged > 50)
      await store.server.kill()
      await notReady(service, name)
      await until(() => counts.refused > 0)
      const live = await service.admin('/livez')
      await store.server.launch()
      await service.ready()
      const before = counts.acknowledged
      await until(() => counts.acknowledged > before + 20)
      load.open = false
      await Promise.all(clients)
      const stored = await store.count(`killed-${name}`)
      proven(store, 'killed and brought back', [
        ...counts.others,
        ...(live.status === 200 ? [] : [`liveness ${live.status}`]),
        // What was in flight may have been carried out without an answer.
        ...(stored >= counts.acknowledged && stored <= counts.acknowledged + counts.refused
          ? []
          : [`${stored} stored, ${counts.acknowledged} acknowledged, ${counts.refused} refused`]),
        ...(errorsOf(service, name).length > 0 ? [] : ['no line in the log']),
        ...(records(service.stdout).some((line) => line['message'] === 'not ready' && line['check'] === name)
          ? []
          : ['the log does not say that readiness was lost']),
        ...((await metric(service, operations(name, 'error'))) > 0 ? [] : ['no error in the metrics']),
      ])
    })
  })

  test.each(names)('%s: hung, each request ends within its budget', async (name) => {
    const store = storeOf(name)
    await running(name, {}, async (service) => {
      await service.ready()
      await send(service.port, creation('before'))
      store.server.pause()
      try {
        const begin = Date.now()
        const answers = await Promise.all(Array.from({ length: 8 }, () => send(service.port, creation('hung'))))
        const took = Date.now() - begin
        await notReady(service, name)
        const live = await service.admin('/livez')
        store.server.resume()
        await service.ready()
        const after = await send(service.port, creation('after'))
        proven(store, 'hangs (SIGSTOP)', [
          ...answers.filter(({ status }) => status !== 503).map(({ status, body }) => `answered ${status} ${body}`),
          ...(took < (budget + 2) * 1000 ? [] : [`took ${took} ms, budget ${budget} s`]),
          ...(live.status === 200 ? [] : [`liveness ${live.status}`]),
          ...(after.status === 201 ? [] : [`afterwards: ${after.status} ${after.body}`]),
        ])
      } finally {
        store.server.resume()
      }
    })
  })

  test.each(names)('%s: a rotated password is taken from its file, without a restart', async (name) => {
    const store = storeOf(name)
    const password = `second of ${name}`
    await running(name, {}, async (service) => {
      await service.ready()
      const counts = { acknowledged: 0, refused: 0, others: [] as string[] }
      const load = { open: true }
      const clients = Array.from({ length: 2 }, () => shoot(service, `rotated-${name}`, load, counts))
      await until(() => counts.acknowledged > 20)
      await store.setPassword(password)
      fs.writeFileSync(passwordFile(name), password)
      await sleep(500)
      // Open connections have outlived the change; from here on only the new password opens one.
      const refusedByRotation = counts.refused
      await store.disconnect()
      const before = counts.acknowledged
      await until(() => counts.acknowledged > before + 20)
      await service.ready()
      load.open = false
      await Promise.all(clients)
      proven(store, 'password rotated', [
        ...counts.others,
        ...(refusedByRotation === 0 ? [] : [`${refusedByRotation} requests refused while both sides changed`]),
        ...(service.process.exitCode === null ? [] : ['the program has ended']),
      ])
    })
  })

  test.each(names)('%s: a full pool is load and no outage', async (name) => {
    const store = storeOf(name)
    const size = {
      [`${name.toUpperCase()}_POOL_SIZE`]: '2',
      // As long as a request may take, for this once.
      POSTGRES_ACQUIRE_TIMEOUT: `${budget}s`,
      MYSQL_ACQUIRE_TIMEOUT: `${budget}s`,
      REDIS_TIMEOUT: `${budget}s`,
    }
    await running(name, size, async (service) => {
      await service.ready()
      await send(service.port, creation('full'))
      const hold = store.holdWrites(2)
      await store.holding()
      const waiting = Promise.all(Array.from({ length: 6 }, () => send(service.port, creation('full'))))
      await until(
        async () =>
          (await metric(service, new RegExp(`^store_pool_in_use_connections{store="${name}"} (\\d+)`, 'm'))) === 2,
      )
      const ready = await service.admin('/readyz?verbose')
      await hold
      const answers = await waiting
      proven(store, 'its pool is full', [
        ...(ready.status === 200 ? [] : [`not ready: ${ready.body}`]),
        ...answers.filter(({ status }) => status !== 201).map(({ status, body }) => `answered ${status} ${body}`),
        ...((await metric(service, new RegExp(`^store_pool_waits_total{store="${name}"} (\\d+)`, 'm'))) > 0
          ? []
          : ['no wait in the metrics']),
      ])
    })
  })

  test.each(names)('%s: SIGTERM under load: every request is answered, and every one is stored once', async (name) => {
    await running(name, { SHUTDOWN_DRAIN: '2s' }, async (service) => {
      await service.ready()
      const balancer = new Balancer(service)
      const clients = Array.from({ length: 8 }, () => client(service, balancer, () => creation('ended')))
      await until(() => balancer.sent > 200)
      service.signal('SIGTERM')
      const failures = (await Promise.all(clients)).flat()
      const exit = await service.exit()
      const stored = await storeOf(name).count('ended')
      proven(storeOf(name), 'SIGTERM under load', [
        ...failures,
        ...(exit.code === 0 ? [] : [`exit code ${exit.code}`]),
        ...(stored === balancer.sent ? [] : [`${stored} stored of ${balancer.sent}`]),
      ])
    })
  })

  test.each(names)('%s: a repeated request has the answer of the first, and one effect', async (name) => {
    await running(name, {}, async (service) => {
      await service.ready()
      const key = `once-${name}`
      const answers = await Promise.all(Array.from({ length: 8 }, () => send(service.port, creation('Once', key))))
      const other = await send(service.port, creation('Other', key))
      const stored = await storeOf(name).count('Once')
      const [{ headers, body }] = answers as [Awaited<ReturnType<typeof send>>]
      const location = `${headers.location}`
      const change = (version: number) =>
        send(service.port, {
          method: 'PUT',
          path: location,
          headers: { 'content-type': 'application/json', 'if-match': `"${version}"` },
          body: '{"name":"Changed"}',
        })
      const changes = (await Promise.all([change(1), change(1)])).map(({ status }) => status).sort()
      const late = await send(service.port, creation('Once', key))
      // What a client does wrong is no failure of the store, and no text of a client's is too odd for it.
      const { body: metrics } = await service.admin('/metrics')
      const odd = await Promise.all(
        ['%00', '%ff', '?after=%00', '?after=%ff'].map(async (part) => {
          const path = `${greetings}${part.startsWith('?') ? part : `/${part}`}`
          return `${part} ${(await send(service.port, { path })).status}`
        }),
      )
      proven(storeOf(name), 'repeated requests', [
        ...answers.filter((one) => one.status !== 201 || one.body !== body).map((one) => `${one.status} ${one.body}`),
        ...(other.status === 422 ? [] : [`the key for another request: ${other.status}`]),
        ...(stored === 1 ? [] : [`${stored} stored`]),
        ...(`${changes}` === '200,412' ? [] : [`two changes of one version: ${changes}`]),
        ...(late.body === body ? [] : [`after a change: ${late.body}`]),
        ...(Number(operations(name, 'error').exec(metrics)?.[1] ?? 0) === 0 ? [] : ['a refusal counts as an error']),
        ...(service.stderr.includes('store operation failed') ? ['a refusal is logged as an error'] : []),
        ...(`${odd}` === '%00 404,%ff 404,?after=%00 400,?after=%ff 400' ? [] : [`${odd}`]),
      ])
    })
  })
})

const operations = (name: string, outcome: string) =>
  new RegExp(
    `^store_operation_duration_seconds_count{operation="transaction",outcome="${outcome}",store="${name}"} (\\d+)`,
    'm',
  )

/** Greets one name again and again, and keeps what came of it: 200, 503, or something that may not be. */
async function shoot(
  service: Service,
  name: string,
  load: { open: boolean },
  counts: { acknowledged: number; refused: number; others: string[] },
): Promise<void> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  while (load.open && service.process.exitCode === null && service.process.signalCode === null) {
    const { status } = await send(service.port, creation(name), agent).catch(() => ({ status: 0 }))
    if (status === 201) {
      counts.acknowledged += 1
    } else if (status === 503) {
      counts.refused += 1
      await sleep(20)
    } else {
      counts.others.push(`status ${status}`)
    }
  }
  agent.destroy()
}
