import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from '@jest/globals'
import { send, until } from '../../support/load.js'
import { Nats } from '../../support/nats.js'
import { generate, recipe, workFolder } from '../../support/project.js'
import { record } from '../../support/proof.js'
import { records, Service } from '../../support/service.js'
import { describeWith, succeed } from '../../support/tools.js'
import { toolVersion } from '../tools/table.mjs'

const user = 'orders'
const subject = 'greetings.created'

describeWith(['go', 'make', 'nats-server'], 'a service with NATS', () => {
  const work = workFolder()
  let binary: string

  beforeAll(() => {
    const project = generate(work, recipe('orders', '--nats'))
    // The example keeps names out of the log, and the tests have to know whose message was handled.
    const handler = path.join(project, 'internal/greeted/greeted.go')
    const source = fs.readFileSync(handler, 'utf8')
    const telling = source.replace('"message_id", m.ID)', '"message_id", m.ID, "name", event.Name)')
    expect(telling).not.toBe(source)
    fs.writeFileSync(handler, telling)
    binary = path.join(project, 'bin/orders')
    succeed('make', ['build'], { cwd: project })
  })

  /** A server, and the service against it, which ends whatever happens. */
  async function running(use: (stage: Stage) => Promise<void>): Promise<void> {
    const stage = new Stage(binary, work, await Nats.start({ access: { user, password: 'first' } }))
    try {
      await use(stage)
    } finally {
      await stage.end()
    }
  }

  test('starts before the server, alive and not ready, and finds it when it comes', () =>
    running(async (stage) => {
      await stage.nats.kill()
      const service = await stage.start()
      await until(async () => (await status(service, '/livez')) === 200)
      expect(await status(service, '/readyz')).toBe(503)
      const { status: refused, body } = await service.get('/v1/greetings/Ada')
      expect(refused).toBe(503)
      expect(body).not.toContain('127.0.0.1')
      await stage.nats.launch()
      await service.ready()
      expect(await stage.greet('Ada')).toBe(200)
      await stage.settled('server comes later')
      expect(service.stdout).toContain("nats: can't connect")
      expect(service.stdout).toContain('nats: connected')
    }))

  test('loses and repeats nothing when the server is killed and comes back', () =>
    running(async (stage) => {
      const service = await stage.start()
      await service.ready()
      const load = stage.load()
      await until(() => stage.acknowledged.size > 50)
      await stage.nats.kill()
      await until(async () => (await status(service, '/readyz')) === 503)
      expect(await status(service, '/livez')).toBe(200)
      const before = stage.acknowledged.size
      await stage.nats.restart()
      await service.ready()
      await until(() => stage.acknowledged.size > before + 50)
      await load.stop()
      await stage.settled('server killed')
      expect(messages(service)).toEqual(expect.arrayContaining(['nats: connection lost', 'nats: connected again']))
      expect(messages(service)).toEqual(expect.arrayContaining(['not ready', 'ready']))
    }))

  test('fails in time while the server hangs, and goes on when it wakes up', () =>
    running(async (stage) => {
      const service = await stage.start()
      await service.ready()
      const load = stage.load()
      await until(() => stage.acknowledged.size > 50)
      stage.nats.pause()
      await until(async () => (await status(service, '/readyz')) === 503)
      const begin = Date.now()
      expect(await stage.greet('Hangs')).toBe(503)
      // Two seconds for the answer of the broker, and a busy machine.
      expect(Date.now() - begin).toBeLessThan(5_000)
      const before = stage.acknowledged.size
      stage.nats.resume()
      await service.ready()
      await until(() => stage.acknowledged.size > before + 50)
      await load.stop()
      await stage.settled('server hangs')
    }))

  test('takes a rotated password from the file without a restart', () =>
    running(async (stage) => {
      const service = await stage.start()
      await service.ready()
      const load = stage.load()
      await until(() => stage.acknowledged.size > 50)
      await stage.nats.setAccess({ user, password: 'second' })
      await until(async () => (await status(service, '/readyz')) === 503)
      await until(() => service.stdout.includes('authorization violation'))
      const before = stage.acknowledged.size
      stage.setPassword('second')
      await service.ready()
      await until(() => stage.acknowledged.size > before + 50)
      await load.stop()
      await stage.settled('password rotated')
      expect(service.stdout + service.stderr).not.toMatch(/"(first|second)"/)
    }))

  test('puts a message aside that nobody can read', () =>
    running(async (stage) => {
      const service = await stage.start()
      await service.ready()
      await stage.nats.publish(subject, 'not JSON')
      await until(async () => (await stage.count('dead_lettered')) === 1)
      expect(records(service.stderr).map(({ message }) => message)).toContain('message becomes a dead letter')
      expect(await stage.greet('Ada')).toBe(200)
      await stage.settled('message unreadable')
    }))

  test('finishes what is in hand on SIGTERM under load, and leaves the rest to the next', () =>
    running(async (stage) => {
      const service = await stage.start()
      await service.ready()
      const load = stage.load()
      await until(() => stage.acknowledged.size > 100)
      service.signal('SIGTERM')
      expect(await service.exit()).toEqual({ code: 0, signal: null })
      await load.stop()
      expect(service.stderr).toBe('')
      expect(stopped(service)).toEqual(expect.arrayContaining(['http', 'nats-consumer', 'nats']))
      expect(stopped(service).indexOf('nats-consumer')).toBeLessThan(stopped(service).indexOf('nats'))
      const next = await stage.start()
      await next.ready()
      expect(await stage.greet('Grace')).toBe(200)
      await stage.settled('SIGTERM under load')
    }))
})

/** One server and the services that run against it, one after the other. */
class Stage {
  /** Names of the greetings that were answered with 200: the broker has said that it has them. */
  readonly acknowledged = new Set<string>()
  private readonly services: Service[] = []
  private readonly credentials: string
  private greetings = 0
  private loading = false

  constructor(
    private readonly binary: string,
    work: string,
    readonly nats: Nats,
  ) {
    this.credentials = fs.mkdtempSync(path.join(work, 'credentials-'))
    this.setPassword('first')
  }

  async start(): Promise<Service> {
    const service = await Service.start([this.binary], {
      env: {
        NATS_URL: `nats://${this.nats.address}`,
        NATS_USER: user,
        CREDENTIALS_DIR: this.credentials,
        SHUTDOWN_DRAIN: '0s',
        HEALTH_CHECK_CACHE: '0s',
      },
    })
    this.services.push(service)
    return service
  }

  setPassword(password: string): void {
    // As the kubelet does it: no reader finds half of it.
    const file = path.join(this.credentials, 'nats-password')
    fs.writeFileSync(`${file}.new`, password)
    fs.renameSync(`${file}.new`, file)
  }

  /** One greeting, whose status is returned; 0 without an answer. */
  async greet(name: string): Promise<number> {
    const { status } = await send(this.current.port, { path: `/v1/greetings/${name}` }).catch(() => ({ status: 0 }))
    if (status === 200) {
      this.acknowledged.add(name)
    }
    return status
  }

  /** Four at a time, until it is stopped. */
  load(): { stop(): Promise<void> } {
    this.loading = true
    const clients = [1, 2, 3, 4].map(async () => {
      while (this.loading) {
        this.greetings += 1
        const status = await this.greet(`n${this.greetings}`)
        await sleep(status === 200 ? 1 : 50)
      }
    })
    return {
      stop: async () => {
        this.loading = false
        await Promise.all(clients)
      },
    }
  }

  /** How many messages of an outcome the current service counts. */
  async count(outcome: string): Promise<number> {
    const { body } = await this.current.admin('/metrics')
    return Number(new RegExp(`^consumer_messages_total\\{.*outcome="${outcome}"\\} (\\d+)$`, 'm').exec(body)?.[1])
  }

  /** Waits until all that was acknowledged is handled, then looks for what was handled twice. */
  async settled(event: string): Promise<void> {
    const missing = () => {
      const names = new Set(this.handled().map(({ name }) => name))
      return [...this.acknowledged].filter((name) => !names.has(name))
    }
    await until(() => missing().length === 0).catch(() => undefined)
    // What would come again does so before its acknowledgement is waited for in vain.
    await sleep(500)
    const ids = this.handled().map(({ message_id: id }) => id)
    const repeated = ids.filter((id, at) => ids.indexOf(id) !== at)
    const findings = [
      ...missing().map((name) => `lost: ${name}`),
      ...[...new Set(repeated)].map((id) => `handled twice: ${id}`),
    ]
    record({
      group: 'dependencies',
      tool: 'nats-server',
      version: toolVersion('nats-server'),
      subject: event,
      judged: 1,
      unit: 'runs',
      findings,
    })
    expect(findings).toEqual([])
    const counted = await this.count('processed')
    const { length } = records(this.current.stdout).filter(({ message }) => message === 'somebody was greeted')
    expect(counted).toBe(length)
  }

  async end(): Promise<void> {
    this.loading = false
    for (const service of this.services) {
      await service.kill()
    }
    await this.nats.end()
  }

  private get current(): Service {
    return this.services.at(-1) as Service
  }

  /** Events that a handler has finished, in every service. */
  private handled() {
    return this.services
      .flatMap((service) => records(service.stdout.slice(0, service.stdout.lastIndexOf('\n') + 1)))
      .filter(({ message }) => message === 'somebody was greeted')
  }
}

const status = async (service: Service, probe: string) =>
  service.admin(probe).then(
    (answer) => answer.status,
    () => 0,
  )

const messages = (service: Service) => records(service.stdout).map(({ message }) => message)

const stopped = (service: Service) =>
  records(service.stdout)
    .filter(({ message }) => message === 'component stopped')
    .map(({ component }) => component)
