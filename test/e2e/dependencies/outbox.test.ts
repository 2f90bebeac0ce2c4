import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { creation, greetings } from '../../support/greetings.js'
import { Kafka } from '../../support/kafka.js'
import { send, until } from '../../support/load.js'
import { Nats } from '../../support/nats.js'
import { generate, recipe, workFolder } from '../../support/project.js'
import { record } from '../../support/proof.js'
import { records, Service } from '../../support/service.js'
import { describeWith, succeed } from '../../support/tools.js'
import { firstPassword, type Store, startMariaDb, startPostgres } from './stores.js'

const minutes = 60_000

/** A change and its message are kept together, whatever dies between the transaction, the broker and the table. */
describeWith(['go', 'postgres', 'mariadbd', 'nats-server', 'kafka'], 'outbox, with real servers', () => {
  const work = workFolder()
  const credentials = path.join(work, 'credentials')
  const stores: Partial<Record<string, Store>> = {}

  beforeAll(async () => {
    stores['postgres'] = await startPostgres()
    stores['mysql'] = await startMariaDb()
    fs.mkdirSync(credentials)
    for (const name of ['postgres', 'mysql', 'nats']) {
      fs.writeFileSync(path.join(credentials, `${name}-password`), firstPassword.replaceAll(/\W/g, ''))
    }
    for (const store of Object.values(stores)) {
      await store?.setPassword(firstPassword.replaceAll(/\W/g, ''))
    }
  }, 5 * minutes)

  test.each(['postgres', 'mysql'])(
    '%s: what was answered while the broker was away is published by the process after the next',
    async (name) => {
      const store = stores[name] as Store
      const project = generate(work, recipe(`outbox-${name}`, `--${name}`, '--nats', '--no-tracing'))
      const program = path.join(project, 'bin/orders')
      succeed('go', ['build', '-trimpath', '-o', program, './cmd/orders'], { cwd: project })
      const nats = await Nats.start({ access: { token: firstPassword.replaceAll(/\W/g, '') } })
      const env = {
        ...store.env,
        CREDENTIALS_DIR: credentials,
        NATS_URL: `nats://127.0.0.1:${nats.port}`,
        NATS_REPLICAS: '1',
        SHUTDOWN_DRAIN: '0s',
        HEALTH_CHECK_CACHE: '0s',
      }
      succeed(program, ['migrate', 'up'], { env })
      const services: Service[] = []
      const handled = (service: Service) =>
        records(service.stdout.slice(0, service.stdout.lastIndexOf('\n') + 1))
          .filter(({ message }) => message === 'somebody was greeted')
          .map(({ message_id: id }) => id)
      try {
        const first = await Service.start([program], { env })
        services.push(first)
        await first.ready()
        expect((await send(first.port, creation('Ada', `${name}-0`))).status).toBe(201)
        await until(() => handled(first).length === 1)

        await nats.kill()
        const answers = []
        for (let sent = 1; sent <= 5; sent++) {
          answers.push(await send(first.port, creation('Ada', `${name}-${sent}`)))
        }
        // It serves, and says that the broker is away.
        const probe = await first.admin('/readyz?verbose')
        const read = await send(first.port, { path: greetings })
        // Refused, so there is nothing to tell of; repeated, so it has been told.
        const refused = await send(first.port, creation('<b>', `${name}-6`))
        const repeated = await send(first.port, creation('Ada', `${name}-5`))
        await first.kill()

        await nats.launch()
        const second = await Service.start([program], { env })
        services.push(second)
        await second.ready()
        await until(() => handled(second).length >= 5)
        const ids = [...handled(first), ...handled(second)]
        const findings = [
          ...answers
            .filter(({ status }) => status !== 201)
            .map(({ status, body }) => `without a broker: ${status} ${body}`),
          ...(refused.status === 400 ? [] : [`refused: ${refused.status}`]),
          ...(probe.status === 200 && probe.body.includes('[!]nats failed') ? [] : [`readiness: ${probe.body}`]),
          ...(read.status === 200 ? [] : [`a list without a broker: ${read.status}`]),
          ...(repeated.status === 201 && repeated.body === answers[4]?.body ? [] : [`repeated: ${repeated.status}`]),
          ...(ids.length === 6 && new Set(ids).size === 6 ? [] : [`handled ${ids}`]),
        ]
        const tool = { postgres: 'PostgreSQL', mysql: 'MariaDB' }[name] as string
        const subject = 'the outbox survives the broker and the process'
        record({ group: 'dependencies', tool, version: store.version, subject, judged: 1, unit: 'runs', findings })
        expect(findings).toEqual([])
      } finally {
        for (const service of services) {
          await service.kill()
        }
        await nats.end()
      }
    },
    5 * minutes,
  )

  test.each(['postgres', 'mysql'])(
    '%s: a message that the broker refuses is set aside, others go past it, and a release stops nothing',
    async (name) => {
      const store = stores[name] as Store
      const project = generate(work, recipe(`refused-${name}`, `--${name}`, '--nats', '--no-tracing'))
      const program = path.join(project, 'bin/orders')
      succeed('go', ['build', '-trimpath', '-o', program, './cmd/orders'], { cwd: project })
      const token = firstPassword.replaceAll(/\W/g, '')
      const nats = await Nats.start({ access: { token }, extra: 'max_payload: 4096' })
      const env = {
        ...store.env,
        CREDENTIALS_DIR: credentials,
        NATS_URL: `nats://127.0.0.1:${nats.port}`,
        NATS_REPLICAS: '1',
        SHUTDOWN_DRAIN: '0s',
      }
      succeed(program, ['migrate', 'up'], { env })
      const services: Service[] = []
      const start = async () => {
        const service = await Service.start([program], { env })
        services.push(service)
        await service.ready()
        return service
      }
      const handled = () =>
        services
          .flatMap((service) => records(service.stdout.slice(0, service.stdout.lastIndexOf('\n') + 1)))
          .filter(({ message }) => message === 'somebody was greeted').length
      const data = Buffer.alloc(5_000, 'x').toString('base64')
      const large = JSON.stringify({ id: 'bGFyZ2U=', type: 'greeting.created', data })
      try {
        const first = await start()
        expect((await send(first.port, creation('Ada', `${name}-refused-0`))).status).toBe(201)
        await until(() => handled() === 1)
        for (const content of [large, 'no JSON']) {
          await store.leave(content)
        }
        expect((await send(first.port, creation('Ada', `${name}-refused-1`))).status).toBe(201)
        await until(() => handled() === 2)
        const told = async (line: string) => (await first.admin('/metrics')).body.includes(`${line}\n`)
        await until(() => told('outbox_messages_total{broker="nats",outcome="set_aside"} 2'), 60_000)
        // Looked at every 15 seconds.
        await until(() => told('outbox_set_aside_messages{broker="nats"} 2'), 60_000)
        expect(await told('outbox_waiting_messages{broker="nats"} 0')).toBe(true)

        // The next leads as soon as the one before has ended, and not 15 seconds later.
        const second = await start()
        first.signal('SIGTERM')
        await first.exit()
        const begin = Date.now()
        expect((await send(second.port, creation('Ada', `${name}-refused-2`))).status).toBe(201)
        await until(() => handled() === 3)
        const took = Date.now() - begin
        const findings = took < 6_000 ? [] : [`the lease was kept for ${took} ms`]
        const tool = { postgres: 'PostgreSQL', mysql: 'MariaDB' }[name] as string
        const subject = 'refused messages stand aside, and the lease is given back'
        record({ group: 'dependencies', tool, version: store.version, subject, judged: 1, unit: 'runs', findings })
        expect(findings).toEqual([])
      } finally {
        for (const service of services) {
          await service.kill()
        }
        await nats.end()
      }
    },
    5 * minutes,
  )

  test(
    'of two brokers the one that is away holds up no message to the other, and gets its own when it is back',
    async () => {
      const store = stores['postgres'] as Store
      const project = generate(work, recipe('outbox-both', '--postgres', '--nats', '--kafka', '--no-tracing'))
      const program = path.join(project, 'bin/orders')
      succeed('go', ['build', '-trimpath', '-o', program, './cmd/orders'], { cwd: project })
      const password = firstPassword.replaceAll(/\W/g, '')
      const nats = await Nats.start({ access: { token: password } })
      const kafka = await Kafka.start({ user: 'orders', password })
      fs.writeFileSync(path.join(credentials, 'kafka-password'), password)
      fs.writeFileSync(path.join(credentials, 'kafka-ca.crt'), kafka.authority)
      const env = {
        ...store.env,
        CREDENTIALS_DIR: credentials,
        NATS_URL: `nats://127.0.0.1:${nats.port}`,
        NATS_REPLICAS: '1',
        KAFKA_BROKERS: kafka.address,
        KAFKA_USER: 'orders',
        SHUTDOWN_DRAIN: '0s',
      }
      succeed(program, ['migrate', 'up'], { env })
      const service = await Service.start([program], { env })
      const handled = () => records(service.stdout).filter(({ message }) => message === 'somebody was greeted').length
      try {
        await service.ready()
        expect((await send(service.port, creation('Ada', 'both-0'))).status).toBe(201)
        await until(() => handled() === 2, 60_000)

        await nats.kill()
        for (let sent = 1; sent <= 3; sent++) {
          expect((await send(service.port, creation('Ada', `both-${sent}`))).status).toBe(201)
        }
        const begin = Date.now()
        await until(() => handled() === 5, 60_000)
        const took = Date.now() - begin
        await nats.launch()
        await until(() => handled() === 8, 60_000)
        const findings = took < 10_000 ? [] : [`the other broker waited for ${took} ms`]
        const subject = 'a broker that is away holds up no other'
        record({
          group: 'dependencies',
          tool: 'PostgreSQL',
          version: store.version,
          subject,
          judged: 1,
          unit: 'runs',
          findings,
        })
        expect(findings).toEqual([])
      } finally {
        await service.kill()
        await nats.end()
        await kafka.end()
      }
    },
    5 * minutes,
  )
})
