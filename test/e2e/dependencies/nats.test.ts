import { beforeAll, expect, test } from '@jest/globals'
import { creation } from '../../support/greetings.js'
import { send, until } from '../../support/load.js'
import { Nats } from '../../support/nats.js'
import { workFolder } from '../../support/project.js'
import { records } from '../../support/service.js'
import { describeWith } from '../../support/tools.js'
import { built, deadly, messages, Stage, status, stopped } from './broker-stage.js'

const user = 'orders'
const subject = 'greetings.created'

describeWith(['go', 'make', 'nats-server'], 'a service with NATS', () => {
  const work = workFolder()
  let binary: string

  beforeAll(() => {
    binary = built(work, '--nats', deadly)
  })

  /** A server, and the service against it, which ends whatever happens. */
  async function running(use: (stage: Stage, nats: Nats) => Promise<void>): Promise<void> {
    const server = await Nats.start({ access: { user, password: 'first' } })
    const env = { NATS_URL: `nats://${server.address}`, NATS_USER: user, NATS_REPLICAS: '1' }
    const stage = new Stage(binary, work, { name: 'nats', tool: 'nats-server', server, env })
    try {
      await use(stage, server)
    } finally {
      await stage.end()
    }
  }

  test('starts before the server, alive and ready, and finds it when it comes', () =>
    running(async (stage, nats) => {
      await nats.kill()
      const service = await stage.start()
      await until(async () => (await status(service, '/livez')) === 200)
      await stage.sees(false)
      const { status: refused, body } = await send(service.port, creation('Ada'))
      expect(refused).toBe(503)
      expect(body).not.toContain('127.0.0.1')
      await nats.launch()
      await stage.sees(true)
      expect(await stage.greet('Ada')).toBe(201)
      await stage.settled('server comes later')
      expect(service.stdout).toContain("nats: can't connect")
      expect(service.stdout).toContain('nats: connected')
    }))

  test('loses and repeats nothing when the server is killed and comes back', () =>
    running(async (stage, nats) => {
      const service = await stage.start()
      await stage.sees(true)
      const load = stage.load()
      await until(() => stage.acknowledged.size > 50)
      await nats.kill()
      await stage.sees(false)
      expect(await status(service, '/livez')).toBe(200)
      const before = stage.acknowledged.size
      await nats.restart()
      await stage.sees(true)
      await until(() => stage.acknowledged.size > before + 50)
      await load.stop()
      await stage.settled('server killed')
      expect(messages(service)).toEqual(expect.arrayContaining(['nats: connection lost', 'nats: connected again']))
      expect(messages(service)).toEqual(
        expect.arrayContaining(['check fails, and requests go on', 'check passes again']),
      )
    }))

  test('fails in time while the server hangs, and goes on when it wakes up', () =>
    running(async (stage, nats) => {
      await stage.start()
      await stage.sees(true)
      const load = stage.load()
      await until(() => stage.acknowledged.size > 50)
      nats.pause()
      await stage.sees(false)
      const begin = Date.now()
      expect(await stage.greet('Hangs')).toBe(503)
      // Two seconds for the answer of the broker, and a busy machine.
      expect(Date.now() - begin).toBeLessThan(5_000)
      const before = stage.acknowledged.size
      nats.resume()
      await stage.sees(true)
      await until(() => stage.acknowledged.size > before + 50)
      await load.stop()
      await stage.settled('server hangs')
    }))

  test('takes a rotated password from the file without a restart', () =>
    running(async (stage, nats) => {
      const service = await stage.start()
      await stage.sees(true)
      const load = stage.load()
      await until(() => stage.acknowledged.size > 50)
      await nats.setAccess({ user, password: 'second' })
      await stage.sees(false)
      await until(() => service.stdout.includes('authorization violation'))
      const before = stage.acknowledged.size
      stage.setPassword('second')
      await stage.sees(true)
      await until(() => stage.acknowledged.size > before + 50)
      await load.stop()
      await stage.settled('password rotated')
      expect(service.stdout + service.stderr).not.toMatch(/"(first|second)"/)
    }))

  test(
    'tells that nothing would be received, and that nobody knows what waits',
    () =>
      running(async (stage, nats) => {
        const service = await stage.start()
        await stage.sees(true)
        expect(await stage.greet('Ada')).toBe(201)
        await until(() => stage.exports('consumer_receiving{consumer="nats"} 1'))
        await until(() => stage.exports('consumer_lag_messages{'))
        await nats.forbid('$JS.API.CONSUMER.>')
        await until(() => stage.exports('consumer_receiving{consumer="nats"} 0'))
        await until(async () => !(await stage.exports('consumer_lag_messages{')), 120_000)
        // Whoever publishes notices nothing.
        await stage.sees(true)
        expect(await stage.greet('Grace')).toBe(201)
        await nats.forbid()
        await until(() => stage.exports('consumer_receiving{consumer="nats"} 1'), 90_000)
        await until(() => stage.exports('consumer_lag_messages{'))
        await stage.settled('consumer forbidden')
        expect(service.stdout).toContain('nats: not receiving')
      }),
    360_000,
  )

  test('puts a message aside that nobody can read', () =>
    running(async (stage, nats) => {
      const service = await stage.start()
      await stage.sees(true)
      await nats.publish(subject, 'not JSON')
      await until(async () => (await stage.count('dead_lettered')) === 1)
      expect(records(service.stderr).map(({ message }) => message)).toContain('message becomes a dead letter')
      expect(await stage.greet('Ada')).toBe(201)
      await stage.settled('message unreadable')
    }))

  test('puts a message aside that has ended every process that handled it', () =>
    running(async (stage) => {
      // What was not answered comes again after twice the time of a try, and ten seconds.
      const tries = { CONSUMER_MAX_TRIES: '1', CONSUMER_TIMEOUT: '1s' }
      const first = await stage.start(tries)
      await stage.sees(true)
      await stage.greet('deadly')
      expect((await first.exit()).code).toBe(1)
      const second = await stage.start(tries)
      expect((await second.exit()).code).toBe(1)
      const third = await stage.start(tries)
      await stage.sees(true)
      await until(async () => (await stage.count('dead_lettered')) === 1)
      expect(third.stderr).toContain('processes that have ended while they handled it: 1')
      expect(await stage.greet('Ada')).toBe(201)
      stage.acknowledged.delete('deadly')
      await stage.settled('message that ends processes')
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
      expect(stopped(service)).toEqual(expect.arrayContaining(['http', 'nats-consumer', 'nats']))
      expect(stopped(service).indexOf('nats-consumer')).toBeLessThan(stopped(service).indexOf('nats'))
      await stage.start()
      await stage.sees(true)
      expect(await stage.greet('Grace')).toBe(201)
      await stage.settled('SIGTERM under load')
    }))
})
