import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { creation, greetings } from '../support/greetings.js'
import { Balancer, client, send, until } from '../support/load.js'
import { generate, recipe, workFolder } from '../support/project.js'
import { records, Service } from '../support/service.js'
import { describeWith, succeed } from '../support/tools.js'

const greeting = greetings
/** RFC 3339 with nanoseconds, in UTC. */
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/

describeWith(['go', 'make'], 'the program of a generated project', () => {
  const work = workFolder()
  let project: string
  let binary: string

  beforeAll(() => {
    project = generate(work, recipe('orders'))
    binary = path.join(project, 'bin/orders')
    succeed('make', ['build'], { cwd: project })
  })

  /** Runs the program for the length of `use`, and ends it whatever happens. */
  async function running(env: Record<string, string>, use: (service: Service) => Promise<void>, ...args: string[]) {
    const service = await Service.start([binary, ...args], { env: { SHUTDOWN_DRAIN: '0s', ...env } })
    try {
      await use(service)
    } finally {
      await service.kill()
    }
  }

  test('answers on both ports, each its own', () =>
    running({}, async (service) => {
      await service.ready()
      const created = await send(service.port, creation('Ada'))
      expect(created).toMatchObject({ status: 201, body: expect.stringContaining('Hello, Ada!') })
      expect(await service.get(`${created.headers.location}`)).toMatchObject({ status: 200, body: created.body })
      expect(JSON.parse((await service.get('/version')).body)).toMatchObject({ version: expect.any(String) })
      expect((await service.get('/no-such-path')).status).toBe(404)
      for (const probe of ['/livez', '/readyz', '/startupz']) {
        expect(await service.admin(probe)).toMatchObject({ status: 200, body: 'ok\n' })
        expect((await service.admin(`${probe}?verbose`)).body).toMatch(/^(\[\+\].+ ok\n)*ok\n$/)
        expect((await service.get(probe)).status).toBe(404)
      }
      expect((await service.admin('/readyz?verbose')).body).toContain('[+]')
    }))

  test('counts requests by route and in a bucket that ends at the objective', () =>
    running({}, async (service) => {
      await service.ready()
      for (const id of ['1', '2', '3']) {
        await service.get(`${greetings}/${id}`)
      }
      const { status, headers, body } = await service.admin('/metrics')
      expect(status).toBe(200)
      expect(headers['content-type']).toMatch(/^text\/plain; version=/)
      expect(body).toContain('http_requests_total{code="404",method="GET",route="/v1/greetings/{id}"} 3\n')
      expect(body).toMatch(/^http_request_duration_seconds_bucket\{.*route="\/v1\/greetings\/\{id\}".*,le="0\.8"\} 3$/m)
      expect(body).toMatch(/^go_goroutines \d+$/m)
      const strange = body.split('\n').filter((line) => !/^(#.*|[a-zA-Z_:][\w:]*(\{.*\})? (\S+)|)$/.test(line))
      expect(strange).toEqual([])
    }))

  test('logs JSON below ERROR to standard output, with the trace of the request', () =>
    running({ LOG_LEVEL: 'debug' }, async (service) => {
      await service.ready()
      const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
      await service.get(greeting, { traceparent: `00-${trace}-00f067aa0ba902b7-01` })
      service.signal('SIGTERM')
      expect(await service.exit()).toEqual({ code: 0, signal: null })
      const lines = records(service.stdout)
      for (const line of lines) {
        expect(line).toMatchObject({
          timestamp: expect.stringMatching(timestamp),
          level: expect.stringMatching(/^(DEBUG|INFO|WARN)$/),
          service: 'orders',
          message: expect.any(String),
        })
      }
      const access = lines.filter(({ route }) => route === greetings)
      expect(access).toEqual([
        expect.objectContaining({ trace_id: trace, span_id: expect.stringMatching(/^[0-9a-f]{16}$/) }),
      ])
      expect(service.stderr).toBe('')
    }))

  test('SIGTERM under load: not ready, no request lost, exit 0', () =>
    running({ SHUTDOWN_DRAIN: '2s' }, async (service) => {
      await service.ready()
      const balancer = new Balancer(service)
      const load = Promise.all(Array.from({ length: 8 }, () => client(service, balancer, { path: greeting })))
      await until(() => balancer.sent > 500)
      service.signal('SIGTERM')
      await until(() => !balancer.open)
      expect((await service.admin('/livez')).status).toBe(200)
      const failures = (await load).flat()
      expect(await service.exit()).toEqual({ code: 0, signal: null })
      expect(failures).toEqual([])
      expect(service.stderr).toBe('')
    }))

  test('while draining, a request that was under way is answered, and its connection is not kept', () =>
    running({ SHUTDOWN_DRAIN: '2s' }, async (service) => {
      await service.ready()
      const socket = net.connect(service.port, '127.0.0.1')
      let answer = ''
      socket.setEncoding('utf8').on('data', (text) => {
        answer += text
      })
      socket.write(`GET ${greeting} HTTP/1.1\r\nHost: orders\r\n`)
      service.signal('SIGTERM')
      await until(async () => (await service.admin('/readyz')).status === 503)
      socket.write('\r\n')
      await once(socket, 'end')
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n(.*\r\n)*Connection: close\r\n/)
      expect(await service.exit()).toEqual({ code: 0, signal: null })
    }))

  test('a second SIGTERM exits 1 at once', () =>
    running({ SHUTDOWN_DRAIN: '10m' }, async (service) => {
      await service.ready()
      service.signal('SIGTERM')
      await until(async () => (await service.admin('/readyz')).status === 503)
      await sleep(1100) // what comes sooner is the first one again
      const before = Date.now()
      service.signal('SIGTERM')
      expect(await service.exit()).toEqual({ code: 1, signal: null })
      expect(Date.now() - before).toBeLessThan(5000)
      expect(records(service.stderr)).toEqual([expect.objectContaining({ level: 'ERROR', service: 'orders' })])
    }))

  describe('wrong settings stop the start, each named with its key, its origin and what is accepted', () => {
    test('a bad value in the environment, an unknown key in the file', async () => {
      const file = path.join(work, 'bad.yaml')
      fs.writeFileSync(file, 'log:\n  levle: info\nhttp:\n  timeout: 15\n')
      await running(
        { SHUTDOWN_DRAIN: 'soon' },
        async (service) => {
          expect((await service.exit()).code).toBe(1)
          expect(service.stdout).toBe('')
          const messages = records(service.stderr).map(({ message }) => message)
          expect(messages).toContainEqual(expect.stringMatching(/bad\.yaml:2: log\.levle: unknown key/))
          expect(messages).toContainEqual(expect.stringMatching(/bad\.yaml:4: http\.timeout: .*duration/))
          expect(messages).toContainEqual(expect.stringMatching(/env SHUTDOWN_DRAIN: shutdown\.drain: .*duration/))
        },
        '--config',
        file,
      )
    })
    test('a file that is not there', () =>
      running(
        {},
        async (service) => {
          expect((await service.exit()).code).toBe(1)
          expect(service.stderr).toContain('no-such.yaml')
        },
        '--config',
        'no-such.yaml',
      ))
    test('an unknown flag is a usage error', () =>
      running(
        {},
        async (service) => {
          expect((await service.exit()).code).toBe(2)
        },
        '--no-such-flag',
      ))
  })

  test('make run serves with nothing but Go, and Ctrl-C ends it', async () => {
    const service = await Service.start(['make', 'run'], {
      cwd: project,
      env: { SHUTDOWN_DRAIN: '0s' },
      group: true,
    })
    try {
      await service.ready()
      expect((await service.get(greeting)).status).toBe(200)
      // As a terminal does: the interrupt goes to make and to the program.
      process.kill(-(service.process.pid as number), 'SIGINT')
      await service.exit()
      const messages = records(service.stdout.slice(service.stdout.indexOf('{'))).map(({ message }) => message)
      expect(messages.at(-1)).toBe('stopped')
    } finally {
      await service.kill()
    }
  })
})
