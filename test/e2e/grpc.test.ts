import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { until } from '../support/load.js'
import { filesBelow, generate, recipe, workFolder } from '../support/project.js'
import { freePorts, records, Service } from '../support/service.js'
import { describeWith, type Outcome, run, succeed } from '../support/tools.js'
import { toolPath } from './tools/table.mjs'

const commit = '0123456789abcdef0123456789abcdef01234567'
const greeter = 'greeting.v1.GreetingService'
const health = 'grpc.health.v1.Health'

/** What each protocol means for the program: gRPC beside HTTP, and in its place. */
describeWith(['go', 'make', 'grpcurl'], 'gRPC of a generated project', () => {
  const work = workFolder()

  describe.each([
    { title: 'beside HTTP', flags: ['--grpc'] },
    { title: 'in the place of HTTP', flags: ['--grpc', '--no-http'] },
  ])('$title', ({ title, flags }) => {
    let project: string
    let binary: string
    beforeAll(() => {
      project = generate(work, recipe(title.replaceAll(' ', '-'), ...flags))
      binary = path.join(project, 'bin/orders')
      const stamp = `-X example.com/orders/internal/buildinfo.commit=${commit}`
      succeed('go', ['build', `-ldflags=${stamp}`, '-o', binary, './cmd/orders'], { cwd: project })
    })

    /** Runs the program for the length of `use`, and ends it whatever happens. */
    async function running(
      env: Record<string, string>,
      use: (service: Service, address: string) => Promise<void>,
    ): Promise<void> {
      const [port] = await freePorts(1)
      const service = await Service.start([binary], { env: { SHUTDOWN_DRAIN: '0s', GRPC_PORT: `${port}`, ...env } })
      try {
        await service.ready()
        await use(service, `127.0.0.1:${port}`)
      } finally {
        await service.kill()
      }
    }
    /** grpcurl with the .proto files, as one calls where reflection is off. */
    const call = (address: string, name: string, ...options: string[]): Outcome =>
      run(
        'grpcurl',
        [
          '-plaintext',
          ...['-import-path', path.join(project, 'api'), '-proto', 'greeting/v1/greeting.proto'],
          ...['-d', JSON.stringify({ name }), ...options, address, `${greeter}/Greet`],
        ],
        {},
      )
    /** grpcurl with reflection. */
    const ask = (address: string, method: string, message: object = {}): Outcome =>
      run('grpcurl', ['-plaintext', '-d', JSON.stringify(message), address, method])

    test('greets, refuses with the reason, and names the commit', () =>
      running({}, async (service, address) => {
        expect(JSON.parse(call(address, 'Ada').stdout)).toEqual({ message: 'Hello, Ada!' })
        // 64 and the code: INVALID_ARGUMENT is 3.
        expect(call(address, '<b>')).toMatchObject({
          code: 67,
          output: expect.stringContaining('google.rpc.BadRequest'),
        })
        expect(call(address, 'Ada', '-v').stdout).toContain(`x-commit: ${commit}\n`)
        const { body } = await service.admin('/metrics')
        expect(body).toContain(`grpc_requests_total{code="OK",method="/${greeter}/Greet"} 2\n`)
        expect(body).toContain(`grpc_requests_total{code="InvalidArgument",method="/${greeter}/Greet"} 1\n`)
        expect(body).toMatch(/^grpc_request_duration_seconds_bucket\{.*le="0\.8"\} 3$/m)
      }))

    test('logs a call with its trace, and nothing of its message', () =>
      running({}, async (service, address) => {
        const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
        call(address, 'Ada', '-H', `traceparent: 00-${trace}-00f067aa0ba902b7-01`)
        service.signal('SIGTERM')
        expect(await service.exit()).toEqual({ code: 0, signal: null })
        expect(records(service.stdout).filter(({ message }) => message === 'request')).toEqual([
          expect.objectContaining({
            method: `/${greeter}/Greet`,
            code: 'OK',
            trace_id: trace,
            span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
          }),
        ])
        expect(service.stdout).not.toContain('Ada')
        expect(service.stderr).toBe('')
      }))

    test('a message that is too large is refused, and is in the log and in the metrics', () =>
      running({}, async (service, address) => {
        const large = run(
          'grpcurl',
          [
            ...['-plaintext', '-import-path', path.join(project, 'api'), '-proto', 'greeting/v1/greeting.proto'],
            ...['-d', '@', address, `${greeter}/Greet`],
          ],
          { input: JSON.stringify({ name: 'x'.repeat(8 << 20) }) },
        )
        // 64 and the code: RESOURCE_EXHAUSTED is 8.
        expect(large).toMatchObject({ code: 72, output: expect.stringContaining('larger than max') })
        const counted = `grpc_requests_total{code="ResourceExhausted",method="/${greeter}/Greet"} 1\n`
        await until(async () => (await service.admin('/metrics')).body.includes(counted))
        const whole = () => records(service.stdout.slice(0, service.stdout.lastIndexOf('\n') + 1))
        await until(() => whole().some(({ message }) => message === 'request'))
        expect(whole().filter(({ message }) => message === 'request')).toEqual([
          expect.objectContaining({ method: `/${greeter}/Greet`, code: 'ResourceExhausted' }),
        ])
      }))

    test('tells its methods only where it is asked to', async () => {
      await running({}, async (_, address) => {
        expect(run('grpcurl', ['-plaintext', address, 'list']).code).not.toBe(0)
      })
      await running({ GRPC_REFLECTION: 'true' }, async (_, address) => {
        const listed = succeed('grpcurl', ['-plaintext', address, 'list']).split('\n')
        expect(listed).toEqual(expect.arrayContaining([greeter, health]))
      })
    })

    test('SIGTERM under load: a watching client hears of it, no call is lost, exit 0', () =>
      running({ SHUTDOWN_DRAIN: '3s', GRPC_REFLECTION: 'true' }, async (service, address) => {
        expect(JSON.parse(ask(address, `${health}/Check`, { service: greeter }).stdout)).toEqual({ status: 'SERVING' })
        const watch = watching(address)
        await until(() => watch.heard.includes('"SERVING"'))
        const failures: string[] = []
        let sent = 0
        let open = true
        const load = Array.from({ length: 4 }, async () => {
          while (open) {
            const { code, output } = await shoot(project, address)
            sent += 1
            if (code !== 0) {
              failures.push(output)
            }
          }
        })
        await until(() => sent > 50)
        service.signal('SIGTERM')
        await until(() => watch.heard.includes('"NOT_SERVING"'))
        const status = (name: string) => JSON.parse(ask(address, `${health}/Check`, { service: name }).stdout).status
        expect([status(''), status(greeter), status('liveness')]).toEqual(['NOT_SERVING', 'NOT_SERVING', 'SERVING'])
        expect((await service.admin('/readyz')).status).toBe(503)
        const before = sent
        await until(() => sent > before)
        open = false
        await Promise.all(load)
        expect(await service.exit()).toEqual({ code: 0, signal: null })
        expect(failures).toEqual([])
        expect(service.stderr).toBe('')
        watch.process.kill()
      }))

    test('the smoke test passes for the commit that runs, and for no other', () =>
      running({}, async (service, address) => {
        const base = flags.includes('--no-http') ? `http://${address}` : `http://127.0.0.1:${service.port}`
        const bin = path.dirname(toolPath('grpcurl') as string)
        const smoke = (id: string) =>
          run('sh', ['scripts/smoke.sh', base, id, '0'], {
            cwd: project,
            env: { PATH: `${bin}:${process.env['PATH']}` },
          })
        expect(smoke(commit)).toMatchObject({ code: 0, output: expect.stringContaining(`serves ${commit}`) })
        expect(smoke('f'.repeat(40)).code).toBe(1)
      }))
  })
})

/** A client that watches health, and what it has heard. */
function watching(address: string): { process: ChildProcess; heard: string } {
  const args = ['-plaintext', '-d', JSON.stringify({ service: greeter }), address, `${health}/Watch`]
  const process = spawn(toolPath('grpcurl') as string, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const watch = { process, heard: '' }
  process.stdout.setEncoding('utf8').on('data', (text: string) => {
    watch.heard += text
  })
  return watch
}

/** One call on a connection of its own, without blocking the others. */
async function shoot(project: string, address: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(
    toolPath('grpcurl') as string,
    ['-plaintext', '-import-path', path.join(project, 'api'), '-proto', 'greeting/v1/greeting.proto'].concat([
      '-d',
      '{"name":"Ada"}',
      address,
      `${greeter}/Greet`,
    ]),
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  await sleep(0)
  return { code, output }
}

describeWith(['go', 'buf'], 'the .proto files of a generated project', () => {
  const work = workFolder()

  test('are clean, and their Go code is what the generators write, whatever the module is called', () => {
    const cwd = generate(work, {
      id: 'proto',
      args: ['--name=orders', '--module=github.com/Acme/pay-ments.v2', '--grpc', '--no-http'],
    })
    const before = new Map(
      filesBelow(cwd, /^api\//).map((file) => [file, fs.readFileSync(path.join(cwd, file), 'utf8')]),
    )
    expect(before.size).toBe(3)
    succeed('buf', ['lint'], { cwd })
    succeed('buf', ['format', '--diff', '--exit-code'], { cwd })
    succeed('buf', ['generate'], { cwd })
    const after = new Map(
      filesBelow(cwd, /^api\//).map((file) => [file, fs.readFileSync(path.join(cwd, file), 'utf8')]),
    )
    expect(after).toEqual(before)
  })
})
