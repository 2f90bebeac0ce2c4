import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from '@jest/globals'
import { send, until } from '../support/load.js'
import { workFolder } from '../support/project.js'
import { freePorts, records, Service } from '../support/service.js'
import { describeWith } from '../support/tools.js'
import { buildProgram, plantedProject } from './fire/project.js'

const minutes = 60_000
/** The server cuts at two seconds, and a handler's own time is one. */
const hasty = { HTTP_TIMEOUT: '1s', HTTP_WRITE_TIMEOUT: '2s', HTTP_READ_TIMEOUT: '2s', HTTP_READ_HEADER_TIMEOUT: '2s' }
/** Room for four spans in the export and for four that wait. */
const smallQueue = { OTEL_BSP_MAX_QUEUE_SIZE: '4', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '4' }

/** A table of what clients and operators do to the HTTP server, and what must come of it. */
describeWith(['go'], 'drill: the HTTP server', () => {
  const work = workFolder()
  let program: string

  beforeAll(() => {
    program = buildProgram(plantedProject(work, { plant: 'drill.go.txt', flags: ['--grpc'] }), 'orders')
  }, 5 * minutes)

  async function running(env: Record<string, string>, use: (service: Service) => Promise<void>): Promise<void> {
    const [grpc] = await freePorts(1)
    const service = await Service.start([program], {
      env: { SHUTDOWN_DRAIN: '0s', GRPC_PORT: `${grpc}`, ...hasty, ...env },
    })
    try {
      await service.ready()
      await use(service)
    } finally {
      await service.kill()
    }
  }

  const logged = (service: Service, route: string) =>
    records(service.stdout.slice(0, service.stdout.lastIndexOf('\n') + 1)).filter(
      (line) => line['message'] === 'request' && line['route'] === route,
    )

  const outcome = async (service: Service, route: string) => {
    await until(() => logged(service, route).length > 0)
    const { body } = await service.admin('/metrics')
    const counted = new RegExp(`^http_requests_total\\{code="(\\d+)",method="\\w+",route="${route}"\\} 1$`, 'm').exec(
      body,
    )
    return { log: logged(service, route)[0]?.['status'], metric: Number(counted?.[1]) }
  }

  const droppedSpans = async (service: Service) => {
    const { body } = await service.admin('/metrics')
    const lost = (reason: string) =>
      Number(new RegExp(`^trace_spans_dropped_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(body)?.[1])
    return { queue_full: lost('queue_full'), export_failed: lost('export_failed') }
  }

  test('a websocket is handed over by type, outlives the budget, and hears of the stop', () =>
    running({}, async (service) => {
      const socket = net.connect(service.port, '127.0.0.1')
      let got = ''
      socket.setEncoding('utf8').on('data', (text: string) => {
        got += text
      })
      const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n'
      socket.write(
        `GET /drill/websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${key}\r\n`,
      )
      await until(() => got.includes('s3pPLMBiTxaQ9kYGzzhZRbK+xOo='))
      expect(got).toMatch(/^HTTP\/1\.1 101 /)
      await sleep(2500)
      socket.write('still there?')
      await until(() => got.endsWith('still there?'))
      service.signal('SIGTERM')
      await until(() => got.endsWith('bye'))
      expect(await service.exit()).toEqual({ code: 0, signal: null })
      expect(logged(service, '/drill/websocket')[0]?.['status']).toBe(101)
    }))

  test('a stream flushes, lasts as long as its own budget, and ends with the server', () =>
    running({}, async (service) => {
      let got = ''
      const socket = net.connect(service.port, '127.0.0.1').setEncoding('utf8')
      socket.on('data', (text: string) => {
        got += text
      })
      socket.write('GET /drill/stream HTTP/1.1\r\nHost: x\r\n\r\n')
      await until(() => got.includes('data: 0\n'))
      // Past the time of every other route, and past both of the server's deadlines.
      await until(() => got.includes('data: 20\n'))
      service.signal('SIGTERM')
      expect(await service.exit()).toEqual({ code: 0, signal: null })
      expect(got.endsWith('0\r\n\r\n')).toBe(true)
      expect(logged(service, '/drill/stream')[0]?.['status']).toBe(200)
    }))

  test('the same without a budget of its own ends with the usual one', () =>
    running({}, async (service) => {
      const { status, body } = await service.get('/drill/short-stream')
      expect([status, body.includes('data: 2\n'), body.includes('data: 8\n')]).toEqual([200, true, false])
    }))

  test('a handler that outlives the WriteTimeout is no 200', () =>
    running({}, async (service) => {
      expect(await service.get('/drill/deaf').catch(() => 'cut')).toBe('cut')
      expect(await outcome(service, '/drill/deaf')).toEqual({ log: 503, metric: 503 })
    }))

  test('an error that nobody has mapped is 500, in the log once, and not told to the client', () =>
    running({}, async (service) => {
      const { status, headers, body } = await service.get('/drill/unmapped')
      expect([status, headers['content-type']]).toEqual([500, 'application/problem+json'])
      expect(JSON.parse(body)).toEqual({
        type: 'about:blank',
        title: 'Internal Server Error',
        status: 500,
        requestId: expect.any(String),
      })
      expect(await outcome(service, '/drill/unmapped')).toEqual({ log: 500, metric: 500 })
      expect(records(service.stderr).map((line) => [line['message'], line['error']])).toEqual([
        ['error in handler', 'relation "cards" does not exist'],
      ])
    }))

  test('out of time is 503 without an ERROR, and a client that hangs up is 499 without one', () =>
    running({}, async (service) => {
      expect((await service.get('/drill/slow')).status).toBe(503)
      const socket = net.connect(service.port, '127.0.0.1')
      socket.write('GET /drill/slow HTTP/1.1\r\nHost: x\r\n\r\n')
      await sleep(200)
      socket.destroy()
      await until(() => logged(service, '/drill/slow').length === 2)
      expect(logged(service, '/drill/slow').map((line) => line['status'])).toEqual([503, 499])
      expect(service.stderr).toBe('')
    }))

  test.each([
    ['taken', 'application/json', '{"amount":1}', 200, undefined],
    ['an unknown field', 'application/json', '{"amuont":1}', 400, 'amuont'],
    ['a wrong type', 'application/json', '{"amount":"1"}', 400, 'amount'],
    ['two values', 'application/json', '{"amount":1}{"amount":2}', 400, undefined],
    ['another type of content', 'text/plain', '{"amount":1}', 415, undefined],
    ['too large', 'application/json', `{"amount":1${' '.repeat(2 << 20)}}`, 413, undefined],
  ])('a JSON body: %s', (_, type, body, status, field) =>
    running({}, async (service) => {
      const answer = await send(service.port, {
        method: 'POST',
        path: '/drill/decode',
        headers: { 'content-type': type },
        body,
      })
      expect([answer.status, JSON.parse(answer.body).errors?.[0].field]).toEqual([status, field])
    }),
  )

  const head = 'POST /drill/decode HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
  test.each<[string, string, 'end' | 'destroy' | 'reset' | 'stay', number]>([
    ['ends early', `${head}Content-Length: 99\r\n\r\n{"amo`, 'end', 499],
    ['ends early, and nobody reads', `${head}Content-Length: 99\r\n\r\n{"amo`, 'destroy', 499],
    ['is reset', `${head}Content-Length: 99\r\n\r\n{"amo`, 'reset', 499],
    ['ends early, in chunks', `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"amo\r\n`, 'end', 499],
    ['never comes', `${head}Content-Length: 99\r\n\r\n{"amo`, 'stay', 408],
    ['has a bad chunk', `${head}Transfer-Encoding: chunked\r\n\r\nno length\r\n{"amo`, 'stay', 400],
  ])('a body that %s is the client’s', (_, sent, then, status) =>
    running({}, async (service) => {
      const socket = net.connect({ port: service.port, host: '127.0.0.1', allowHalfOpen: true })
      let got = ''
      socket.setEncoding('utf8').on('data', (text: string) => {
        got += text
      })
      socket.on('error', () => undefined)
      socket.write(sent)
      await sleep(200)
      ;({
        end: () => socket.end(),
        destroy: () => socket.destroy(),
        reset: () => socket.resetAndDestroy(),
        stay: () => undefined,
      })[then]()
      expect(await outcome(service, '/drill/decode')).toEqual({ log: status, metric: status })
      // Whoever can still read is told, and nobody is told that it went well.
      expect(got).toMatch(then === 'destroy' || then === 'reset' ? /^$/ : /^HTTP\/1\.1 4\d\d /)
      expect(service.stderr).toBe('')
      socket.destroy()
    }),
  )

  test('a file goes out by the server’s own ReadFrom, and is counted', () =>
    running({}, async (service) => {
      expect((await service.get('/drill/file')).body).toHaveLength(1 << 20)
      await until(() => logged(service, '/drill/file').length > 0)
      expect(logged(service, '/drill/file')[0]).toMatchObject({ status: 200, bytes: 1 << 20 })
    }))

  test.each([0, 1, 5, 50, 300])('SIGTERM again after %d ms is the same wish', (pause) =>
    running({ SHUTDOWN_DRAIN: '1s' }, async (service) => {
      const begin = Date.now()
      service.signal('SIGTERM')
      if (pause > 0) {
        await sleep(pause)
      }
      service.signal('SIGTERM')
      expect(await service.exit()).toEqual({ code: 0, signal: null })
      expect(Date.now() - begin).toBeGreaterThan(900)
    }),
  )

  test('SIGTERM again after more than a second is the second', () =>
    running({ SHUTDOWN_DRAIN: '60s' }, async (service) => {
      service.signal('SIGTERM')
      await sleep(1200)
      service.signal('SIGTERM')
      expect(await service.exit()).toEqual({ code: 1, signal: null })
    }))

  test('the name of the scheme before the admin token has no case', async () => {
    const credentials = path.join(work, 'credentials')
    fs.mkdirSync(credentials)
    fs.writeFileSync(path.join(credentials, 'admin-token'), 'correct-horse')
    await running({ CREDENTIALS_DIR: credentials }, async (service) => {
      const put = async (authorization: string) => {
        const body = '{"level":"info"}'
        return (await send(service.adminPort, { method: 'PUT', path: '/loglevel', headers: { authorization }, body }))
          .status
      }
      expect(
        await Promise.all(['Bearer', 'bearer', 'BEARER', 'Basic'].map((scheme) => put(`${scheme} correct-horse`))),
      ).toEqual([200, 200, 200, 401])
    })
  })

  test.each([
    ['an exporter', {}, true, true],
    ['OTEL_TRACES_EXPORTER=none', { OTEL_TRACES_EXPORTER: 'none' }, true, false],
    ['OTEL_SDK_DISABLED=true', { OTEL_SDK_DISABLED: 'true' }, false, false],
  ])('%s: who gets ids and spans', async (_, env, ids, exports) => {
    const sent: string[] = []
    const collector = net.createServer((socket) =>
      socket.on('data', (data) => {
        sent.push(data.toString('latin1'))
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      }),
    )
    const [port] = await freePorts(1)
    await new Promise<void>((resolve) => collector.listen(port, '127.0.0.1', resolve))
    try {
      const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }
      await running({ ...endpoint, ...(env as Record<string, string>) }, async (service) => {
        await service.get('/drill/unmapped')
        await send(service.port, { method: 'BREW', path: '/drill/any' })
        await until(() => logged(service, '/drill/unmapped').length > 0)
        expect(Boolean(logged(service, '/drill/unmapped')[0]?.['trace_id'])).toBe(ids)
        service.signal('SIGTERM')
        await service.exit()
      })
      const everything = sent.join('')
      expect(everything.includes('GET /drill/unmapped')).toBe(exports)
      expect(everything.includes('error.type')).toBe(exports)
      // A method that is none gives its span no name, and is an attribute only.
      expect(everything.includes('HTTP /drill/any')).toBe(exports)
      expect(everything).not.toMatch(/(BREW|_OTHER) \/drill\/any/)
    } finally {
      collector.close()
    }
  })

  test('failures of every route and method are counted from zero, before anybody has asked', () =>
    running({}, async (service) => {
      const { body } = await service.admin('/metrics')
      for (const code of [500, 502, 503, 504]) {
        expect(body).toContain(`http_requests_total{code="${code}",method="GET",route="/drill/unmapped"} 0\n`)
        expect(body).toContain(`http_requests_total{code="${code}",method="POST",route="/v1/greetings"} 0\n`)
      }
      for (const code of ['Internal', 'Unavailable', 'DeadlineExceeded']) {
        expect(body).toContain(`grpc_requests_total{code="${code}",method="/greeting.v1.GreetingService/Greet"} 0\n`)
      }
    }))

  test('spans that a dead collector refuses are counted, and said once', () =>
    running({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', ...smallQueue }, async (service) => {
      // A refusal comes at once, so whether the queue ever fills depends on the machine: either reason is a lost span.
      await until(async () => {
        await service.get('/version')
        const lost = await droppedSpans(service)
        return lost.queue_full + lost.export_failed > 0
      })
      await until(() => service.stdout.includes('tracing: error in the SDK or the exporter'))
    }))

  test('spans that wait for a collector which never answers are counted once the queue is full', async () => {
    const sockets = new Set<net.Socket>()
    const collector = net.createServer((socket) => sockets.add(socket))
    const [port] = await freePorts(1)
    await new Promise<void>((resolve) => collector.listen(port, '127.0.0.1', resolve))
    try {
      await running({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, ...smallQueue }, async (service) => {
        for (let sent = 0; sent < 50; sent++) {
          await service.get('/version')
        }
        // Four wait in the export and four in the queue: of 50, at least 40 are dropped, however fast the machine is.
        expect((await droppedSpans(service)).queue_full).toBeGreaterThanOrEqual(40)
      })
    } finally {
      for (const socket of sockets) {
        socket.destroy()
      }
      collector.close()
    }
  })
})
