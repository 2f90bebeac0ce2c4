import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from '@jest/globals'
import { until } from '../support/load.js'
import { generate, recipe, workFolder } from '../support/project.js'
import { records, Service } from '../support/service.js'
import { describeWith, succeed } from '../support/tools.js'

const greeting = 'GET /v1/greetings HTTP/1.1\r\nHost: orders\r\n'
/** Far more than the time-outs that are set, far less than the defaults. */
const soon = 6_000

/** Settings that a server could ignore without a sign in any answer: each is set, and then reached. */
describeWith(['go', 'make'], 'limits of a generated program', () => {
  const work = workFolder()
  let binary: string
  beforeAll(() => {
    const project = generate(work, recipe('orders', '--preset=production'))
    binary = path.join(project, 'bin/orders')
    succeed('make', ['build'], { cwd: project })
  })

  async function running(env: Record<string, string>, use: (service: Service) => Promise<void>) {
    const service = await Service.start([binary], { env: { SHUTDOWN_DRAIN: '0s', ...env } })
    try {
      await service.ready()
      await use(service)
    } finally {
      await service.kill()
    }
  }

  /** A connection that sends `text`, and what is answered until the server closes; `undefined` when it doesn't. */
  async function untilClosed(port: number, text: string): Promise<string | undefined> {
    const socket = net.connect(port, '127.0.0.1')
    let answer = ''
    socket.setEncoding('utf8').on('data', (part) => {
      answer += part
    })
    socket.on('error', () => {})
    socket.write(text)
    const closed = await Promise.race([once(socket, 'close').then(() => true), sleep(soon, false, { ref: false })])
    socket.destroy()
    return closed ? answer : undefined
  }

  test('an idle connection is closed after its time-out', () =>
    running({ HTTP_IDLE_TIMEOUT: '1s' }, async ({ port }) => {
      expect(await untilClosed(port, `${greeting}\r\n`)).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    }))

  test('a header that doesn’t end is given up', () =>
    running({ HTTP_READ_HEADER_TIMEOUT: '1s' }, async ({ port }) => {
      expect(await untilClosed(port, greeting)).not.toContain('200')
    }))

  test('a header over the limit is refused with 431', () =>
    running({ HTTP_MAX_HEADER_BYTES: '4096' }, async ({ port }) => {
      expect(await untilClosed(port, `${greeting}X-Long: ${'x'.repeat(32_768)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /)
    }))

  test('a client that doesn’t read its answers is given up', () => {
    const second = ['TIMEOUT', 'READ_HEADER_TIMEOUT', 'READ_TIMEOUT', 'WRITE_TIMEOUT'].map((name) => [
      `HTTP_${name}`,
      '1s',
    ])
    return running(Object.fromEntries(second), async ({ port }) => {
      const socket = net.connect(port, '127.0.0.1').pause()
      const closed = once(socket, 'close').catch(() => {})
      socket.on('error', () => {})
      // More answers than both ends have buffers for: then the server's write stands still.
      socket.write(`${greeting}\r\n`.repeat(200_000))
      const outcome = await Promise.race([closed.then(() => 'closed'), sleep(soon, 'open', { ref: false })])
      socket.destroy()
      expect(outcome).toBe('closed')
    })
  })

  test('the access log has milliseconds', () =>
    running({}, async (service) => {
      const count = 20
      const before = performance.now()
      for (let sent = 0; sent < count; sent++) {
        await service.get('/v1/greetings')
      }
      const took = performance.now() - before
      const lines = () => records(service.stdout).filter(({ message }) => message === 'request')
      // A line is written after its answer.
      await until(() => lines().length === count)
      const sum = lines().reduce((total, { duration_ms: duration }) => total + Number(duration), 0)
      expect(sum).toBeGreaterThan(0)
      // One after the other: together never more than all of it took. In a smaller unit they would be.
      expect(sum).toBeLessThanOrEqual(took)
    }))

  test('spans that are queued are sent before the end, with what the environment says of the pod', async () => {
    const received: Buffer[] = []
    const collector = http.createServer((request, response) => {
      request.on('data', (part: Buffer) => received.push(part)).on('end', () => response.end())
    })
    await once(collector.listen(0, '127.0.0.1'), 'listening')
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
    try {
      await running(
        {
          OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
          OTEL_SERVICE_NAME: 'renamed',
          OTEL_RESOURCE_ATTRIBUTES: 'k8s.pod.name=orders-7c9',
        },
        async (service) => {
          await service.get('/v1/greetings')
          service.signal('SIGTERM')
          expect(await service.exit()).toEqual({ code: 0, signal: null })
        },
      )
    } finally {
      collector.close()
    }
    const sent = Buffer.concat(received).toString('latin1')
    for (const word of ['service.name', 'renamed', 'k8s.pod.name', 'orders-7c9', '/v1/greetings']) {
      expect(sent).toContain(word)
    }
  })
})
