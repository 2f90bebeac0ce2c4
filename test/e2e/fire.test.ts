import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { greetings } from '../support/greetings.js'
import { Balancer, client, send, until } from '../support/load.js'
import { workFolder } from '../support/project.js'
import { records, Service } from '../support/service.js'
import { describeWith, run, succeed } from '../support/tools.js'
import { judgeLog } from './fire/logs.js'
import { startWithin } from './fire/memory.js'
import { buildProgram, plantedProject } from './fire/project.js'
import { converse, statusOf } from './fire/raw.js'

const minutes = 60_000
const greeting = { path: greetings }
/** Short, so that the tests are, and in the order of the generated ones. */
const hasty = {
  HTTP_READ_HEADER_TIMEOUT: '2s',
  HTTP_TIMEOUT: '3s',
  HTTP_READ_TIMEOUT: '3s',
  HTTP_WRITE_TIMEOUT: '4s',
  HTTP_IDLE_TIMEOUT: '5s',
}
/** Milliseconds that a machine may be late. */
const slack = 5000

const malformed: readonly [what: string, request: string, status: number][] = [
  ['no HTTP at all', 'GARBAGE\r\n\r\n', 400],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['a version of the future', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n', 505],
  ['a broken escape', 'GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['two lengths', 'POST /plant/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
  ['a negative length', 'POST /plant/echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', 400],
  ['a chunk without a size', 'POST /plant/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
  ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n', 400],
]

describeWith(['go', 'gcc'], 'the program under fire', () => {
  const work = workFolder()
  let project: string
  const programs: Record<string, string> = {}

  beforeAll(() => {
    project = plantedProject(work)
    programs['as built'] = buildProgram(project, 'orders')
    programs['with the race detector'] = buildProgram(project, 'orders-race', '-race')
  }, 5 * minutes)

  async function running(
    { env = {}, program = 'as built', limits = [] as readonly string[] },
    use: (service: Service) => Promise<void>,
  ) {
    const service = await Service.start([...limits, programs[program] as string], {
      env: { SHUTDOWN_DRAIN: '0s', ...env },
    })
    try {
      await service.ready()
      await use(service)
    } finally {
      await service.kill()
    }
  }

  /** Ends a service that must have survived, and judges all that it has logged. */
  async function endOf(service: Service): Promise<void> {
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ code: 0, signal: null })
    expect(judgeLog(service)).toEqual([])
  }

  describe.each(['as built', 'with the race detector'])('%s', (program) => {
    test('slow, broken and crashing requests are cut while others are served; then all is as it was', () =>
      running({ program, env: hasty }, async (service) => {
        await send(service.port, greeting)
        const goroutines = await gauge(service, 'go_goroutines')
        const others = { open: true, sent: 0 }
        const served = Promise.all(Array.from({ length: 4 }, () => client(service, others, greeting)))

        const started = Array.from({ length: 50 }, () =>
          converse(service.port, 'GET / HTTP/1.1\r\nHost: x\r\n', { drip: 'X-Slow: '.padEnd(100, 'x') }),
        )
        const body = converse(service.port, 'POST /plant/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n', {
          drip: 'x'.repeat(100),
        })
        const reader = converse(service.port, 'GET /plant/large HTTP/1.1\r\nHost: x\r\n\r\n', { deafFor: 6000 })
        const panics = await Promise.all(Array.from({ length: 20 }, () => send(service.port, { path: '/plant/panic' })))
        const strange = await Promise.all(malformed.map(([, text]) => converse(service.port, text)))
        const huge = await converse(
          service.port,
          `GET / HTTP/1.1\r\nHost: x\r\nX-Huge: ${'x'.repeat(128 << 10)}\r\n\r\n`,
        )

        const ends = await Promise.all(started)
        expect(Math.min(...ends.map(({ took }) => took))).toBeGreaterThan(1900)
        expect(Math.max(...ends.map(({ took }) => took))).toBeLessThan(2000 + slack)
        expect((await body).took).toBeLessThan(3000 + slack)
        expect(statusOf(await body)).not.toBe(200)
        expect((await reader).bytes).toBeLessThan(64 << 20)
        expect(panics.map(({ status }) => status)).toEqual(panics.map(() => 500))
        expect(JSON.parse(panics[0]?.body ?? '')).toMatchObject({ status: 500, requestId: expect.any(String) })
        expect(strange.map((end, index) => [malformed[index]?.[0], statusOf(end)])).toEqual(
          malformed.map(([what, , status]) => [what, status]),
        )
        expect(statusOf(huge)).toBe(431)
        others.open = false
        expect((await served).flat()).toEqual([])
        expect(others.sent).toBeGreaterThan(100)

        expect(await gauge(service, 'http_panics_total')).toBe(20)
        expect(records(service.stderr).map(({ message }) => message)).toEqual(panics.map(() => 'panic in handler'))
        await until(async () => (await gauge(service, 'go_goroutines')) <= goroutines + 2)
        expect(await gauge(service, 'http_requests_in_flight')).toBe(0)
        await endOf(service)
      }))

    test('a body over the limit is refused with 413, whether it says its length or not', () =>
      running({ program }, async (service) => {
        const body = 'x'.repeat(2 << 20)
        const header = 'POST /plant/echo HTTP/1.1\r\nHost: x\r\n'
        // Said in the header alone: the answer doesn't wait for what follows.
        const said = await converse(service.port, `${header}Content-Length: ${body.length}\r\n\r\n`)
        expect(statusOf(said)).toBe(413)
        const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
        const unsaid = await converse(service.port, `${header}Transfer-Encoding: chunked\r\n\r\n${chunk}`)
        expect(statusOf(unsaid)).toBe(413)
        expect(
          await send(service.port, { method: 'POST', path: '/plant/echo', body: 'x'.repeat(1 << 20) }),
        ).toMatchObject({
          status: 200,
        })
        await endOf(service)
      }))

    test('SIGTERM under load with bodies and slow requests in flight loses none of them', () =>
      running({ program, env: { SHUTDOWN_DRAIN: '2s' } }, async (service) => {
        const balancer = new Balancer(service)
        const echo = { method: 'POST', path: '/plant/echo', body: 'x'.repeat(64 << 10) }
        const load = Promise.all(
          [greeting, greeting, echo, echo, ...Array.from({ length: 8 }, () => ({ path: '/plant/slow' }))].map((shot) =>
            client(service, balancer, shot),
          ),
        )
        await until(() => balancer.sent > 300)
        service.signal('SIGTERM')
        const failures = (await load).flat()
        expect(await service.exit()).toEqual({ code: 0, signal: null })
        expect(failures).toEqual([])
        expect(judgeLog(service)).toEqual([])
      }))
  })

  test('a request that is still running when accepting ends is answered in full', () =>
    running({}, async (service) => {
      const slow = Promise.all(Array.from({ length: 20 }, () => send(service.port, { path: '/plant/slow' })))
      await until(async () => (await gauge(service, 'http_requests_in_flight')) === 20)
      service.signal('SIGTERM')
      expect((await slow).map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
      expect(await service.exit()).toEqual({ code: 0, signal: null })
    }))

  test('near the limit of file descriptors clients wait, probes are answered all the while, and it serves once clients leave', () =>
    running(
      {
        // 256 are kept for the admin port and for what the program opens itself.
        limits: ['sh', '-c', 'ulimit -n 300; exec "$0"'],
        env: hasty,
      },
      async (service) => {
        const held = Array.from({ length: 400 }, () => converse(service.port, 'GET / HTTP/1.1\r\nHost: x\r\n'))
        await until(() => service.stdout.includes('no connection is accepted until another one ends'))
        expect((await service.admin('/livez')).status).toBe(200)
        expect((await service.admin('/readyz')).status).toBe(200)
        await Promise.all(held)
        await until(async () => (await send(service.port, greeting).catch(() => ({ status: 0 }))).status === 200)
        expect((await service.admin('/livez')).status).toBe(200)
        await endOf(service)
      },
    ))

  test('a dependency that never answers: not ready in time, alive throughout, and probes do not pile up', async () => {
    const service = await Service.start([programs['as built'] as string], {
      env: { SHUTDOWN_DRAIN: '0s', PLANT_HANG: '1' },
    })
    try {
      await until(async () => (await service.admin('/startupz').catch(() => ({ status: 0 }))).status === 200)
      const goroutines = await gauge(service, 'go_goroutines')
      for (let round = 0; round < 3; round++) {
        const begin = Date.now()
        const probes = await Promise.all(Array.from({ length: 30 }, () => service.admin('/readyz?verbose')))
        // The manifest's readiness probe waits for three seconds.
        expect(Date.now() - begin).toBeLessThan(3000)
        expect(new Set(probes.map(({ status }) => status))).toEqual(new Set([503]))
        expect(probes[0]?.body).toContain('deaf')
        expect((await service.admin('/livez')).status).toBe(200)
        await sleep(1100)
      }
      // Connections of the last probes may still be open: two goroutines each at most; a pile would be all ninety.
      await until(async () => (await gauge(service, 'go_goroutines')) <= goroutines + 10)
      expect((await send(service.port, greeting)).status).toBe(200)
      await endOf(service)
    } finally {
      await service.kill()
    }
  })

  test('memory stays below the limit of the manifest under large bodies and many connections', async () => {
    const manifest = fs.readFileSync(path.join(project, 'deploy/workload/deployment.yaml'), 'utf8')
    const limit = Number(/limits:\n(?:.*\n)*?\s+memory: "(\d+)Mi"/.exec(manifest)?.[1])
    const goLimit = /GOMEMLIMIT\n\s+value: "(\w+)"/.exec(manifest)?.[1] as string
    const { service, group } = await startWithin(limit, [programs['as built'] as string], {
      SHUTDOWN_DRAIN: '0s',
      GOMEMLIMIT: goLimit,
    })
    try {
      await service.ready()
      const load = { open: true, sent: 0 }
      const echo = { method: 'POST', path: '/plant/echo', body: 'x'.repeat(1 << 20) }
      const clients = Promise.all(Array.from({ length: 64 }, () => client(service, load, echo)))
      await until(() => load.sent > 1500)
      load.open = false
      expect((await clients).flat()).toEqual([])
      const status = fs.readFileSync(`/proc/${service.process.pid}/status`, 'utf8')
      expect(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024).toBeLessThan(limit)
      await endOf(service)
    } finally {
      await service.kill()
      group?.remove()
    }
  })

  describeWith(['promtool'], 'promtool', () => {
    test('has nothing to say about the metrics of a program under load', () =>
      running({}, async (service) => {
        for (const shot of [greeting, { path: '/nowhere' }, { path: '/plant/panic' }, { path: '/plant/slow' }]) {
          await send(service.port, shot)
        }
        const { body } = await service.admin('/metrics')
        expect(run('promtool', ['check', 'metrics'], { input: body })).toMatchObject({ code: 0, output: '' })
      }))
  })
})

describeWith(['go'], 'goleak', () => {
  const work = workFolder()

  test(
    'finds no goroutine left behind by the tests of any package',
    () => {
      const project = plantedProject(work)
      succeed('go', ['get', 'go.uber.org/goleak@v1.3.0'], { cwd: project })
      const packages = fs
        .readdirSync(path.join(project, 'internal'))
        .map((name) => path.join(project, 'internal', name))
      for (const folder of packages.filter((name) => fs.readdirSync(name).some((file) => file.endsWith('_test.go')))) {
        const source = `package ${path.basename(folder)}\n\nimport (\n\t"testing"\n\n\t"go.uber.org/goleak"\n)\n\nfunc TestMain(m *testing.M) { goleak.VerifyTestMain(m) }\n`
        fs.writeFileSync(path.join(folder, 'leak_test.go'), source)
      }
      succeed('go', ['test', './internal/...'], { cwd: project })
    },
    5 * minutes,
  )
})

async function gauge(service: Service, name: string): Promise<number> {
  const { body } = await service.admin('/metrics')
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(body)?.[1])
}
