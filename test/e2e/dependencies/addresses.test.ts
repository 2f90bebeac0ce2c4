import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { expect, test } from '@jest/globals'
import { until } from '../../support/load.js'
import { generate, recipe, workFolder } from '../../support/project.js'
import { Service } from '../../support/service.js'
import { describeWith, succeed } from '../../support/tools.js'

/** What the program calls, with the setting that says where; `at` is what that setting is for an IPv6 address. */
const places: readonly { readonly name: string; readonly at: (port: number) => Record<string, string> }[] = [
  ...['POSTGRES', 'MYSQL', 'REDIS'].map((name) => ({
    name,
    at: (port: number) => ({ [`${name}_HOST`]: '::1', [`${name}_PORT`]: `${port}`, [`${name}_TLS`]: 'disable' }),
  })),
  { name: 'NATS', at: (port) => ({ NATS_URL: `nats://[::1]:${port}`, NATS_TLS: 'disable' }) },
  { name: 'KAFKA', at: (port) => ({ KAFKA_BROKERS: `[::1]:${port}`, KAFKA_TLS: 'disable' }) },
  { name: 'CONSUL', at: (port) => ({ CONSUL_ADDRESS: `http://[::1]:${port}` }) },
  { name: 'OTLP', at: (port) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://[::1]:${port}` }) },
]

/** A caller whose trace is sampled, so that there are spans to send. */
const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`

describeWith(['go'], 'a program whose servers have IPv6 addresses', () => {
  const work = workFolder()

  test('calls each of them, at its port', async () => {
    const flags = ['--postgres', '--mysql', '--redis', '--nats', '--kafka', '--config-source=consul', '--tracing']
    const project = generate(work, recipe('orders', ...flags))
    const binary = path.join(work, 'program')
    succeed('go', ['build', '-o', binary, './cmd/orders'], { cwd: project })
    const credentials = path.join(work, 'credentials')
    fs.mkdirSync(credentials)
    for (const file of [
      'admin-token',
      'postgres-password',
      'mysql-password',
      'redis-password',
      'nats-password',
      'kafka-password',
      'consul-token',
    ]) {
      fs.writeFileSync(path.join(credentials, file), 'x'.repeat(32))
    }
    const called = new Set<string>()
    const servers = await Promise.all(
      places.map(async ({ name }) => {
        const server = net.createServer((socket) => {
          called.add(name)
          socket.on('error', () => {}).end()
        })
        await new Promise<void>((resolve) => server.listen(0, '::1', resolve))
        return server
      }),
    )
    const ports = servers.map((server) => (server.address() as net.AddressInfo).port)
    const env = places.map(({ at }, index) => at(ports[index] as number))
    const service = await Service.start([binary], {
      env: Object.assign({ CREDENTIALS_DIR: credentials, LOG_LEVEL: 'warn' }, ...env),
    })
    try {
      await until(async () => {
        // A request makes spans and asks the first store; readiness asks all of them.
        await fetch(`http://127.0.0.1:${service.port}/v1/greetings`, { headers: { traceparent } }).catch(() => {})
        await fetch(`http://127.0.0.1:${service.adminPort}/readyz`).catch(() => {})
        return places.every(({ name }) => called.has(name))
      }).catch(() => {})
      expect({
        called: [...called].sort(),
        log: called.size < places.length ? (service.stderr + service.stdout).slice(-3000) : '',
      }).toEqual({
        called: places.map(({ name }) => name).sort(),
        log: '',
      })
    } finally {
      service.process.kill('SIGKILL')
      for (const server of servers) {
        server.close()
      }
    }
  })
})
