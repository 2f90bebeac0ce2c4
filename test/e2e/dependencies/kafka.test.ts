import { beforeAll, expect, test } from '@jest/globals'
import { creation } from '../../support/greetings.js'
import { Kafka } from '../../support/kafka.js'
import { send, until } from '../../support/load.js'
import { workFolder } from '../../support/project.js'
import { records } from '../../support/service.js'
import { describeWith } from '../../support/tools.js'
import { built, deadly, messages, Stage, status, stopped } from './broker-stage.js'

const user = 'orders'
const topic = 'greetings.created'

describeWith(['go', 'java', 'kafka', 'make', 'openssl'], 'a service with Kafka', () => {
  const work = workFolder()
  let binary: string

  beforeAll(() => {
    binary = built(work, '--kafka', deadly)
  })

  /** A broker, and the service against it over TLS and SCRAM, both of which end whatever happens. */
  async function running(use: (stage: Stage, kafka: Kafka) => Promise<void>): Promise<void> {
    const server = await Kafka.start({ user, password: 'first' })
    const env = { KAFKA_BROKERS: server.address, KAFKA_USER: user }
    const credentials = { 'kafka-ca.crt': server.authority }
    const stage = new Stage(binary, work, { name: 'kafka', tool: 'kafka', server, env, credentials })
    try {
      await use(stage, server)
    } finally {
      await stage.end()
    }
  }

  test('starts before the broker, alive and ready, and finds it when it comes', () =>
    running(async (stage, kafka) => {
      await kafka.kill()
      const service = await stage.start()
      await until(async () => (await status(service, '/livez')) === 200)
      await stage.sees(false)
      const { status: refused, body } = await send(service.port, creation('Ada'))
      expect(refused).toBe(503)
      expect(body).not.toContain('127.0.0.1')
      await kafka.launch()
      await stage.sees(true)
      expect(await stage.greet('Ada')).toBe(201)
      await stage.settled('broker comes later')
      expect(service.stdout).toContain('connection refused')
      expect(messages(service)).toContain('kafka: connected')
    }))

  test('loses and repeats nothing when the broker is killed and comes back', () =>
    running(async (stage, kafka) => {
      const service = await stage.start()
      await stage.sees(true)
      const load = stage.load()
      await until(() => stage.acknowledged.size > 50)
      await kafka.kill()
      await stage.sees(false)
      expect(await status(service, '/livez')).toBe(200)
      const before = stage.acknowledged.size
      await kafka.restart()
      await stage.sees(true)
      await until(() => stage.acknowledged.size > before + 50)
      await load.stop()
      await stage.settled('broker killed')
      expect(messages(service)).toEqual(
        expect.arrayContaining(['check fails, and requests go on', 'check passes again']),
      )
    }))

  test('fails in time while the broker hangs, and goes on when it wakes up', () =>
    running(async (stage, kafka) => {
      await stage.start()
      await stage.sees(true)
      const load = stage.load()
      await until(() => stage.acknowledged.size > 50)
      kafka.pause()
      await stage.sees(false)
      const begin = Date.now()
      expect(await stage.greet('Hangs')).toBe(503)
      // Two seconds for the answer of the broker, and a busy machine.
      expect(Date.now() - begin).toBeLessThan(2_000)
      const before = stage.acknowledged.size
      kafka.resume()
      await stage.sees(true)
      await until(() => stage.acknowledged.size > before + 50)
      await load.stop()
      await stage.settled('broker hangs')
    }))

  test('takes a rotated password from the file without a restart', () =>
    running(async (stage, kafka) => {
      const service = await stage.start()
      await stage.sees(true)
      const load = stage.load()
      await until(() => stage.acknowledged.size > 50)
      await kafka.setPassword('second')
      await stage.sees(false)
      await until(() => service.stdout.includes('SASL_AUTHENTICATION_FAILED'))
      const before = stage.acknowledged.size
      stage.setPassword('second')
      await stage.sees(true)
      await until(() => stage.acknowledged.size > before + 50)
      await load.stop()
      await stage.settled('password rotated')
      expect(service.stdout + service.stderr).not.toMatch(/"(first|second)"/)
    }))

  test('is not reached where nobody vouches for the broker', () =>
    running(async (stage, kafka) => {
      const other = kafka.makeAuthority('another')
      stage.write('kafka-ca.crt', other)
      const service = await stage.start()
      await until(() => service.stdout.includes('certificate'))
      expect(await status(service, '/livez')).toBe(200)
      await stage.sees(false)
    }))

  test(
    'tells that nothing would be received, and that nobody knows what waits',
    () =>
      running(async (stage, kafka) => {
        await stage.start()
        await stage.sees(true)
        expect(await stage.greet('Ada')).toBe(201)
        await until(() => stage.exports('consumer_receiving{consumer="kafka"} 1'))
        await until(() => stage.exports('consumer_lag_messages{'))
        await kafka.forbidGroup('orders', true)
        await until(() => stage.exports('consumer_receiving{consumer="kafka"} 0'), 60_000)
        await until(async () => !(await stage.exports('consumer_lag_messages{')), 120_000)
        // Whoever publishes notices nothing.
        await stage.sees(true)
        expect(await stage.greet('Grace')).toBe(201)
        await kafka.forbidGroup('orders', false)
        await until(() => stage.exports('consumer_receiving{consumer="kafka"} 1'), 120_000)
        await until(() => stage.exports('consumer_lag_messages{'))
        await stage.settled('group forbidden')
      }),
    360_000,
  )

  test('puts a message aside that nobody can read', () =>
    running(async (stage, kafka) => {
      const service = await stage.start()
      await stage.sees(true)
      await kafka.publish(topic, 'not JSON')
      await until(async () => (await stage.count('dead_lettered')) === 1)
      expect(records(service.stderr).map(({ message }) => message)).toContain('message becomes a dead letter')
      expect(await stage.greet('Ada')).toBe(201)
      await stage.settled('message unreadable')
    }))

  test('puts a message aside that has ended every process that handled it', () =>
    running(async (stage) => {
      const tries = { CONSUMER_MAX_TRIES: '2' }
      const first = await stage.start(tries)
      await stage.sees(true)
      await stage.greet('deadly')
      expect((await first.exit()).code).toBe(1)
      const second = await stage.start(tries)
      // It begins once the group has missed the first one.
      expect((await second.exit()).code).toBe(1)
      const third = await stage.start(tries)
      await stage.sees(true)
      await until(async () => (await stage.count('dead_lettered')) === 1)
      expect(third.stderr).toContain('processes that have ended while they handled it: 2')
      expect(await stage.greet('Ada')).toBe(201)
      stage.acknowledged.delete('deadly')
      await stage.settled('message that ends processes')
    }))

  test('hands partitions over when another replica comes and when one goes', () =>
    running(async (stage) => {
      const one = await stage.start()
      await stage.sees(true)
      const load = stage.load()
      await until(() => stage.acknowledged.size > 100)
      const other = await stage.start()
      await stage.sees(true)
      await until(() => messages(other).includes('somebody was greeted'))
      one.signal('SIGTERM')
      expect(await one.exit()).toEqual({ code: 0, signal: null })
      const before = stage.acknowledged.size
      await until(() => stage.acknowledged.size > before + 100)
      await load.stop()
      await stage.settled('replicas come and go')
      expect(one.stderr + other.stderr).toBe('')
    }))

  test('finishes what is in hand on SIGTERM under load, and leaves the rest to the next', () =>
    running(async (stage) => {
      const service = await stage.start()
      await stage.sees(true)
      const load = stage.load()
      await until(() => stage.acknowledged.size > 100)
      service.signal('SIGTERM')
      expect(await service.exit()).toEqual({ code: 0, signal: null })
      await load.stop()
      expect(service.stderr).toBe('')
      expect(stopped(service)).toEqual(expect.arrayContaining(['http', 'kafka-consumer', 'kafka']))
      expect(stopped(service).indexOf('kafka-consumer')).toBeLessThan(stopped(service).indexOf('kafka'))
      await stage.start()
      await stage.sees(true)
      expect(await stage.greet('Grace')).toBe(201)
      await stage.settled('SIGTERM under load')
    }))

  test('works off what has piled up, and tells how much it is', () =>
    running(async (stage, kafka) => {
      const first = await stage.start()
      await stage.sees(true)
      expect(await stage.greet('Ada')).toBe(201)
      await stage.settled('before the backlog')
      first.signal('SIGTERM')
      await first.exit()
      await kafka.publish(topic, '{"name":"Grace"}', 2_000)
      const next = await stage.start()
      await stage.sees(true)
      await until(async () => /^consumer_lag_messages\{.*\} [1-9]\d*$/m.test((await next.admin('/metrics')).body))
      await until(async () => (await stage.count('processed')) === 2_000)
      await stage.settled('backlog of 2,000')
    }))
})
