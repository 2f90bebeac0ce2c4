import fc from 'fast-check'
import { type Key, keys, optionOf } from '../../src/spec/table.js'
import { hostile } from '../support/hostile.js'
import { type Answers, judgeAnswers } from '../support/render.js'

const words = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'grapheme', maxLength: 30 }).map(withoutControls))
const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,18}[a-z0-9])?$/)
const durations = fc.constantFrom('800ms', '1s', '1.5s', '15s', '20s', '1m', '1m30s', '10m')
const bytes = fc.constantFrom('64Mi', '100M', '256Mi', '512Mi', '1Gi', '3G', '8Gi')
const hosts = fc.constantFrom(
  'db',
  'db.data.svc',
  'db.data.svc.cluster.local',
  'db.example.com',
  '10.0.0.1',
  'fd00::7',
  'a1',
)
const sqlNames = fc.constantFrom('orders', '_', 'true', 'null', 'x'.repeat(32), 'a1')
const kafkaName = fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,40}$/)
const paths = fc.constantFrom('/livez', '/readyz', '/startupz', '/healthz', '/a/b-c', '/~x.y', '/probe/_z')

/** Values of the options whose alphabet is a pattern; every such option is here, or {@link valuesOf} throws. */
const texts: Readonly<Partial<Record<Key, fc.Arbitrary<unknown>>>> = {
  name: fc.oneof(label, fc.constantFrom('a', 'x'.repeat(40), 'true', 'null', 'no', 'v2', 'http', 'main', 'config')),
  module: fc.constantFrom(
    'example.com/orders',
    'github.com/Acme/pay-ments.v2',
    'a.b',
    'example.com/a/v3',
    'gopkg.in/orders.v3',
    'go.example/x_y~z',
  ),
  description: words,
  owner: fc.oneof(words, fc.constantFrom('payments', 'team-a', 'A.b_c', '1')),
  namespace: fc.oneof(label, fc.constantFrom('1a', 'true', 'null', '0', '1e3', 'n'.repeat(50))),
  'image.repository': fc.constantFrom(
    'registry.example.com/orders',
    'registry.example.com:5000/team/orders',
    'localhost:5000/a',
    'team/orders',
    'orders',
  ),
  'image.platforms': fc.subarray(['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'linux/386', 'linux/s390x'], {
    minLength: 1,
  }),
  'entrypoint.waitFor': fc.subarray(['db:5432', 'cache.data.svc:6379', 'kafka.example.com:9092', '10.0.0.1:1'], {
    minLength: 1,
  }),
  'http.timeout': durations,
  'probes.liveness.path': paths,
  'probes.readiness.path': paths,
  'probes.startup.path': paths,
  'workload.volume.size': bytes,
  'workload.volume.path': fc.constantFrom('/data', '/var/lib/orders', '/a.b/-c'),
  'workload.volume.storageClass': fc.constantFrom('fast', 'a.b', 'true', '1'),
  'resources.cpu.request': fc.constantFrom('100m', '500m', '1', '0.25'),
  'resources.cpu.limit': fc.constantFrom('none', '1', '2', '1.5', '4000m'),
  'resources.memory.request': bytes,
  'resources.memory.limit': bytes,
  'istio.host': fc.constantFrom('orders.example.com', 'a.b', 'x-1.y2.example'),
  'istio.gateway': fc.constantFrom('create', 'istio-system/main', 'a/b.c'),
  'istio.timeout': durations,
  'istio.jwt.issuer': fc.constantFrom('https://login.example.com', 'https://a.b:8443/realms/x~y/'),
  'istio.jwt.jwksUri': fc.constantFrom('https://login.example.com/.well-known/jwks.json', 'https://1/a'),
  'istio.jwt.audiences': fc.subarray(['orders', 'true', '1', 'https://orders.example.com/'], { minLength: 1 }),
  'gatewayApi.host': fc.constantFrom('orders.example.com', 'a.b', 'x-1.y2.example'),
  'gatewayApi.gateway': fc.constantFrom('create', 'infra/public', 'a/b.c'),
  'gatewayApi.class': fc.constantFrom('eg', 'true', '1', 'gke-l7.x'),
  'gatewayApi.namespace': fc.constantFrom('envoy-gateway-system', 'true', '1'),
  'gatewayApi.timeout': durations,
  'slo.latencyP99': durations,
  'slo.availability': fc.constantFrom(50, 93.1, 99, 99.9, 99.95, 99.9873, 99.999),
  'alerts.wecom.corpId': fc.constantFrom('ww0123456789abcdef', 'null', '0x1F', '1e10'),
  'alerts.wecom.agentId': fc.constantFrom('1000002', '0', '0012'),
  'rollout.steps': fc
    .uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 5 })
    .map((steps) => steps.sort((a, b) => a - b)),
  'rollout.pause': fc.constantFrom('5m', '10m', '1h30m', '300s', '1m'),
  'rollout.weights': fc.integer({ min: 0, max: 100 }).map((weight) => [weight, 100 - weight]),
  'config.consul.address': fc.constantFrom('http://consul:8500', 'https://consul.example.com', 'http://a.b.svc:1'),
  'config.consul.prefix': fc.constantFrom('orders/', 'a/B_1.0/c/'),
  'config.nacos.address': fc.constantFrom('http://nacos.shared.svc:8848', 'https://n', 'http://10.0.0.1:8848'),
  'config.nacos.namespace': fc.constantFrom('dev', 'c4f0-1', 'true', '1'),
  'config.nacos.group': fc.constantFrom('DEFAULT_GROUP', 'null', 'a:b.c'),
  'config.nacos.dataId': fc.constantFrom('orders.yaml', '1', '1e3'),
  'postgres.host': hosts,
  'postgres.database': sqlNames,
  'postgres.user': sqlNames,
  'mysql.host': hosts,
  'mysql.database': sqlNames,
  'mysql.user': sqlNames,
  'redis.host': hosts,
  'config.values': fc.dictionary(fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,5}([._-][A-Za-z0-9]{1,5}){0,2}$/), words, {
    maxKeys: 4,
    noNullPrototype: true,
  }),
  'kafka.brokers': fc.constantFrom(['kafka.messaging.svc:9093'], ['a:1', '10.0.0.1:65535', 'b.example.com:9092']),
  'kafka.user': kafkaName,
  'kafka.topic': kafkaName,
  'kafka.group': kafkaName,
  'autoscaling.queue.name': fc.constantFrom('jobs', '1e3', 'true', 'a.b-c_D'),
  'metrics.prometheus': fc.constantFrom('http://prometheus.example.com', 'https://a.svc:9090'),
  'nats.url': fc.constantFrom('nats://nats.messaging.svc:4222', 'tls://10.0.0.1:65535', 'nats://a:1'),
  'nats.stream': fc.stringMatching(/^[A-Za-z0-9_-]{1,48}$/),
  'nats.subject': fc.constantFrom('a', 'greetings.created', 'A-1.b_2.true.0'),
  'nats.consumer': fc.stringMatching(/^[A-Za-z0-9_-]{1,48}$/),
  'secrets.store': fc.constantFrom('cluster-secrets', 'vault.shared', 'true', '1'),
  'secrets.path': fc.constantFrom('orders', '/a/B_1.0/c', 'null', '1e3', '0'),
  'delivery.environments': fc
    .subarray(['dev', 'test', 'staging', 'canary', 'production', 'true', '1', 'x'.repeat(20)], { minLength: 1 })
    .chain((names) => fc.shuffledSubarray(names, { minLength: names.length })),
  'delivery.path': fc.constantFrom('services/orders', 'a', 'Teams/pay-ments/v1.2/x'),
  'delivery.argocd.repo': fc.constantFrom(
    'https://git.example.com/team/orders.git',
    'git@git.example.com:team/orders.git',
    'ssh://git@git.example.com:22/o.git',
  ),
  'delivery.argocd.project': label,
  'delivery.argocd.clusters': fc.constantFrom(['a'], ['in-cluster', '1', 'a.b-c']),
  regions: fc.constantFrom(
    [
      { name: 'cn-east', cluster: 'east', weight: 60, replicas: 18 },
      { name: 'cn-north', cluster: 'north', weight: 40, replicas: 12 },
    ],
    [
      { name: 'true', cluster: 'https://10.0.0.1:6443', weight: 0, replicas: 1 },
      { name: '1', cluster: 'https://b.example.com', weight: 99, replicas: 3 },
      { name: 'null', cluster: 'https://c', weight: 1, replicas: 2 },
    ],
  ),
}

/** Options that can be answered in this version, other than the version of the file format. */
export const answerable = keys.filter((key) => optionOf(key).later !== true && key !== 'version')

/** What an option can be answered with in this version; empty where that is no list. */
export function choicesOf(key: Key): readonly unknown[] {
  const { kind, choices = [], later } = optionOf(key)
  return kind === 'boolean'
    ? [true, false]
    : choices.filter((choice) => !Array.isArray(later) || !later.includes(choice))
}

/** Any value that an option takes, near its default where it is a number: far away no spec is sound. */
function valuesOf(key: Key): fc.Arbitrary<unknown> {
  const option = optionOf(key)
  const given = texts[key]
  if (given !== undefined) {
    return given
  }
  const choices = choicesOf(key)
  if (choices.length > 0) {
    return fc.constantFrom(...choices)
  }
  const [, min, max] = /^a whole number from (\d+) to (\d+)$/.exec(option.expect) ?? []
  if (option.kind === 'integer' && min !== undefined) {
    const middle = typeof option.default === 'number' ? option.default : 20
    const near = { min: Math.max(Number(min), Math.floor(middle / 2)), max: Math.min(Number(max), middle * 2 + 2) }
    return fc.oneof({ weight: 4, arbitrary: fc.integer(near) }, fc.constantFrom(Number(min), Number(max)))
  }
  throw new Error(`no values for ${key}; add them to test/matrix/specs.ts`)
}

/**
 * Whole sets of answers that this version takes: about a third of the options answered, then whatever the rules name
 * as the cause of a conflict is left out until none is left.
 */
export const soundAnswers: fc.Arbitrary<Answers> = fc
  .record(Object.fromEntries(answerable.map((key) => [key, sometimes(valuesOf(key))])), {
    noNullPrototype: true,
  })
  .map(repaired)

/** Absent two times of three, and first when a failure is made smaller. */
function sometimes(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: values },
  )
}

function repaired(wish: Answers): Answers {
  let answers: Answers = Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined))
  for (;;) {
    const judged = judgeAnswers(answers)
    if (!('findings' in judged)) {
      return answers
    }
    const causes = new Set(judged.findings.flatMap(({ options = [], where = '' }) => [...options, where]))
    // What follows from the name, such as the module, may be what is wrong.
    const isDerived = !Object.keys(answers).some((key) => causes.has(key))
    const rest = Object.fromEntries(
      Object.entries(answers).filter(([key]) => !causes.has(key) && !(isDerived && key === 'name')),
    )
    if (Object.keys(rest).length === Object.keys(answers).length) {
      throw new Error(`findings that name no answer: ${JSON.stringify(judged.findings)} of ${JSON.stringify(answers)}`)
    }
    answers = rest
  }
}

function withoutControls(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    '',
  )
}
