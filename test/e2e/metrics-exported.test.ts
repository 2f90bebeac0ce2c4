import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { Consul } from '../support/consul.js'
import { creation } from '../support/greetings.js'
import { send, until } from '../support/load.js'
import { Nats } from '../support/nats.js'
import { generate, recipe, workFolder } from '../support/project.js'
import { record } from '../support/proof.js'
import { Redis } from '../support/redis.js'
import { freePorts, Service } from '../support/service.js'
import { describeWith, run, succeed } from '../support/tools.js'
import { externals, targetLabels } from './monitoring/externals.js'
import { exported, missing, queriesOf, selectorsOf } from './monitoring/queries.js'
import { toolVersion } from './tools/table.mjs'

const password = 'first'

/** Invariant 14: what rules and dashboards read is there, checked against the program, and not against its sources. */
describeWith(['go', 'promql', 'redis-server', 'nats-server', 'consul', 'grpcurl'], 'invariant 14', () => {
  const work = workFolder()
  const credentials = path.join(work, 'credentials')
  let project: string
  let body: string

  beforeAll(async () => {
    const flags = ['--preset=production', '--redis', '--nats', '--config-source=consul', '--grpc', '--no-tracing']
    project = generate(work, recipe('orders', ...flags))
    succeed('go', ['build', '-trimpath', '-o', 'bin/orders', './cmd/orders'], { cwd: project })
    fs.mkdirSync(credentials)
    fs.writeFileSync(path.join(credentials, 'redis-password'), password)
    fs.writeFileSync(path.join(credentials, 'nats-password'), password)
    body = await metricsUnderLoad()
  }, 120_000)

  /** Every kind of request, in good days and without Redis; then what the program exports. */
  async function metricsUnderLoad(): Promise<string> {
    const redis = await Redis.start(password)
    const nats = await Nats.start({ access: { token: password } })
    const consul = await Consul.prepare()
    await consul.launch()
    await consul.set({ 'orders/values/greeting': 'Hello' })
    const [grpc] = await freePorts(1)
    const service = await Service.start([path.join(project, 'bin/orders')], {
      env: {
        SHUTDOWN_DRAIN: '0s',
        GRPC_PORT: `${grpc}`,
        CREDENTIALS_DIR: credentials,
        REDIS_HOST: '127.0.0.1',
        REDIS_PORT: `${redis.port}`,
        REDIS_TLS: 'disable',
        NATS_URL: `nats://127.0.0.1:${nats.port}`,
        NATS_REPLICAS: '1',
        CONSUL_ADDRESS: `http://${consul.address}`,
      },
    })
    const call = () =>
      run('grpcurl', [
        ...['-plaintext', '-import-path', path.join(project, 'api'), '-proto', 'greeting/v1/greeting.proto'],
        ...['-d', '{"name":"Ada"}', `127.0.0.1:${grpc}`, 'greeting.v1.GreetingService/Greet'],
      ]).code
    // A client whose .proto lies: bytes that are no text, which the server refuses before any handler.
    const lying = () => {
      const folder = path.join(credentials, 'lying/greeting/v1')
      fs.mkdirSync(folder, { recursive: true })
      const proto = fs.readFileSync(path.join(project, 'api/greeting/v1/greeting.proto'), 'utf8')
      fs.writeFileSync(path.join(folder, 'greeting.proto'), proto.replace('string name = 1', 'bytes name = 1'))
      return run('grpcurl', [
        ...['-plaintext', '-import-path', path.join(credentials, 'lying'), '-proto', 'greeting/v1/greeting.proto'],
        ...['-d', '{"name":"/w=="}', `127.0.0.1:${grpc}`, 'greeting.v1.GreetingService/Greet'],
      ]).code
    }
    try {
      await service.ready()
      const create = async () => (await send(service.port, creation('Ada'))).status
      expect(await create()).toBe(201)
      expect(await create()).toBe(201)
      expect(call()).toBe(0)
      // 64, and 13 for INTERNAL.
      expect(lying()).toBe(77)
      // Asked every 15 seconds, and at the start there is no consumer yet.
      await until(async () => (await service.admin('/metrics')).body.includes('consumer_lag_messages{'))
      await redis.kill()
      expect(await create()).toBe(503)
      await until(async () => (await service.admin('/metrics')).body.includes('outcome="processed"} 2'))
      return (await service.admin('/metrics')).body
    } finally {
      await service.kill()
      await Promise.all([redis.end(), nats.end(), consul.end()])
    }
  }

  test('every expression is PromQL, and every metric, label and bound that it reads is exported', () => {
    const queries = queriesOf(project)
    const own = exported(body)
    const recorded = new Set(queries.map(({ where }) => where.split(' ').at(-1) as string))
    const findings = selectorsOf(queries).flatMap((selector) => {
      const { metric, where } = selector
      const external = externals.find((one) => one.metric === metric)
      if (external !== undefined) {
        const labels = new Set([...targetLabels, ...external.labels])
        return [...selector.grouping, ...selector.matchers.map(({ label }) => label)]
          .filter((label) => !labels.has(label))
          .map((label) => `${where}: ${metric} has no label ${label}`)
      }
      if (metric.includes(':')) {
        return recorded.has(metric) ? [] : [`${where}: nobody records ${metric}`]
      }
      return missing(selector, own, targetLabels).map((what) => `${where}: ${what}`)
    })
    record({
      group: 'monitoring',
      tool: 'promql',
      version: toolVersion('promql'),
      subject: 'metrics of a program under load',
      judged: queries.length,
      unit: 'expressions',
      findings,
    })
    expect(findings).toEqual([])
  })

  test.each([
    ['a metric', 'http_request_total{job="orders"}'],
    ['a label', 'sum by (path) (http_requests_total)'],
    ['a value', 'consumer_messages_total{outcome="dead"}'],
    ['a bound', 'http_request_duration_seconds_bucket{le="0.9"}'],
    ['a code', 'http_requests_total{code=~"6.."}'],
  ])('%s that nobody exports is noticed', (_, expr) => {
    const [selector] = selectorsOf([{ where: 'here', expr }])
    expect(selector && missing(selector, exported(body), targetLabels)).toHaveLength(1)
  })

  test('every external metric is read by somebody', () => {
    // Each kind of workload has metrics of its own.
    const others = [recipe('deployment', '--alerts'), recipe('ordered', '--alerts', '--workload-kind=statefulset')]
    const projects = [project, ...others.map((other) => generate(work, other))]
    const read = new Set(projects.flatMap((one) => selectorsOf(queriesOf(one)).map(({ metric }) => metric)))
    expect(externals.map(({ metric }) => metric).filter((metric) => !read.has(metric))).toEqual([])
  })
})
