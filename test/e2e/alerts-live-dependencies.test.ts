import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Consul } from '../support/consul.js'
import { creation, greetings } from '../support/greetings.js'
import { send, until } from '../support/load.js'
import { Nats } from '../support/nats.js'
import { generate, recipe, workFolder } from '../support/project.js'
import { Service } from '../support/service.js'
import { describeWith, succeed } from '../support/tools.js'
import { firstPassword, type Store, startPostgres } from './dependencies/stores.js'
import { buildProgram } from './fire/project.js'
import { factor } from './monitoring/compressed.js'
import { LiveAlerts, Load } from './monitoring/live.js'

const minutes = 60_000
const needs = ['go', 'prometheus', 'consul', 'nats-server', 'initdb', 'postgres', 'psql']

/** What alerts-live.test.ts does, for what a service depends on: a real PostgreSQL, NATS and Consul, each put at fault. */
describeWith(needs, `alerts about dependencies, live and ${factor} times faster`, () => {
  const work = workFolder()
  let store: Store
  let nats: Nats
  let consul: Consul
  let service: Service
  let alerts: LiveAlerts
  let load: Load

  beforeAll(async () => {
    store = await startPostgres()
    nats = await Nats.start({ access: { user: 'orders', password: firstPassword } })
    consul = await Consul.prepare()
    await consul.launch()
    const project = generate(
      work,
      recipe('orders', '--alerts', '--postgres', '--nats', '--config-source=consul', '--autoscaling-max=3'),
    )
    const program = buildProgram(project, 'orders')
    const credentials = path.join(work, 'credentials')
    fs.mkdirSync(credentials)
    for (const file of ['postgres-password', 'nats-password']) {
      fs.writeFileSync(path.join(credentials, file), firstPassword)
    }
    const env = {
      ...store.env,
      CREDENTIALS_DIR: credentials,
      NATS_URL: `nats://${nats.address}`,
      NATS_USER: 'orders',
      NATS_REPLICAS: '1',
      CONSUL_ADDRESS: `http://${consul.address}`,
      CONSUMER_MAX_TRIES: '1',
      SHUTDOWN_DRAIN: '0s',
      HTTP_TIMEOUT: '3s',
    }
    succeed(program, ['migrate', 'up'], { env })
    service = await Service.start([program], { env })
    await service.ready()
    // What takes seconds at the start would be half an hour here.
    expect((await send(service.port, creation('first'))).status).toBe(201)
    await until(async () => {
      const { body } = await service.admin('/metrics')
      return body.includes('consumer_receiving{consumer="nats"} 1') && body.includes('consumer_lag_messages{')
    })
    alerts = await LiveAlerts.start(project, service)
    load = new Load(service.port, { path: greetings }, 50)
    await until(
      async () => (await alerts.prometheus.query('up == 1')).length === 1 && (await alerts.firing()).length === 0,
    )
  }, 5 * minutes)
  afterAll(async () => {
    await load?.stop()
    await service?.kill()
  })

  const quiet = (names: readonly string[]) =>
    until(async () => (await alerts.firing()).every((alert) => !names.includes(alert)))

  test('stay silent for forty minutes of healthy load', () => alerts.silent('healthy dependencies, silent', 20_000))

  test('tell of a setting that is refused', async () => {
    await consul.set({ 'orders/log/level': 'loud' })
    alerts.proven('a setting that is not valid', ['ConfigRefused'], await alerts.lacking(['ConfigRefused'], 30_000))
    await consul.set({ 'orders/log/level': undefined })
    await quiet(['ConfigRefused'])
  })

  test('tell of a configuration centre that was killed', async () => {
    await consul.kill()
    const silent = ['ConfigCentreSilent']
    alerts.proven('Consul killed', silent, await alerts.lacking(silent, 30_000))
    await consul.launch()
    await quiet(silent)
  })

  test('tell of a message that nobody can handle', async () => {
    await nats.publish('greetings.created', 'no JSON')
    alerts.proven('a message that is no JSON', ['DeadLetters'], await alerts.lacking(['DeadLetters'], 30_000))
  })

  test('tell of a consumer that may not receive', async () => {
    await nats.forbid('$JS.API.CONSUMER.>')
    const deaf = ['ConsumerNotReceiving', 'ConsumerLagUnknown']
    // The lag is one for a minute after the last answer.
    alerts.proven('a consumer that is forbidden', deaf, await alerts.lacking(deaf, 120_000))
    await nats.forbid()
    await until(async () => (await alerts.firing()).every((alert) => !deaf.includes(alert)), 90_000)
  })

  test('tell of a broker that was killed, and of what waits for it', async () => {
    await nats.kill()
    expect((await send(service.port, creation('waits'))).status).toBe(201)
    // The age of a message is in seconds that nobody makes shorter.
    alerts.proven('NATS killed', ['BrokerAway'], await alerts.lacking(['BrokerAway'], 60_000))
    await nats.launch()
    await quiet(['BrokerAway'])
  })

  test('tell of a message that the broker refuses', async () => {
    await store.leave('no JSON')
    alerts.proven('a message that is no JSON', ['OutboxSetAside'], await alerts.lacking(['OutboxSetAside'], 60_000))
  })

  test('tell of a lock that holds every connection', async () => {
    const held = store.holdWrites(15)
    const exhausted = ['StorePoolExhausted']
    alerts.proven('a table of requests that is locked', exhausted, await alerts.lacking(exhausted, 15_000))
    await held
    await quiet([...exhausted, 'StoreFailing'])
  })

  test('tell of messages that nobody gets done', async () => {
    const held = store.holdWrites(25, 'processed_messages')
    for (let at = 0; at < 20; at++) {
      await send(service.port, creation(`held-${at}`))
    }
    alerts.proven(
      'a table of messages that is locked',
      ['ConsumerLags'],
      await alerts.lacking(['ConsumerLags'], 25_000),
    )
    await held
    await quiet(['ConsumerLags', 'StoreFailing'])
  })

  test('tell of a database that was killed', async () => {
    await store.server.kill()
    alerts.proven('PostgreSQL killed', ['StoreFailing'], await alerts.lacking(['StoreFailing'], 30_000))
  })

  test('each alert about a dependency was seen', () => {
    const about = alerts.all.filter((alert) => /^(Broker|Config|Consumer|Dead|OutboxSet|Store)/.test(alert))
    expect(about.filter((alert) => !alerts.seen.has(alert))).toEqual([])
  })
})
