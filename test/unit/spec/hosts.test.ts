import { describe, expect, test } from '@jest/globals'
import { parse, parseAllDocuments } from 'yaml'
import { judge } from '../../../src/spec/resolve.js'
import type { Key } from '../../../src/spec/table.js'
import { type Answers, judgeAnswers, renderFiles } from '../../support/render.js'

describe('the host of a store', () => {
  test.each(['db', 'db.data.svc', '10.20.30.40', 'fd00::1', '2001:db8:0:1:2:3:4:5', 'fd00::', 'a.1b'])(
    '%s is one',
    (host) => {
      expect(judge('postgres.host', host, 'host')).toBeUndefined()
    },
  )

  test.each([
    '',
    '1',
    '10.0.0.999',
    '10.0.0',
    'a.1',
    '[fd00::1]',
    'fd00:::1',
    '1:2',
    '::1',
    'fd00::1::2',
    'db:5432',
    'FD00::1',
  ])('%p is none', (host) => {
    expect(judge('postgres.host', host, 'host')).toBeDefined()
  })
})

/** A value of every option that says where something is, with a host in it. */
const places: readonly (readonly [Key, (host: string) => unknown])[] = [
  ['nats.url', (host) => `nats://${host}:4222`],
  ['kafka.brokers', (host) => [`${host}:9092`]],
  ['entrypoint.waitFor', (host) => [`${host}:80`]],
  ['config.consul.address', (host) => `http://${host}:8500`],
  ['config.nacos.address', (host) => `https://${host}`],
  ['metrics.prometheus', (host) => `http://${host}:9090`],
  ['istio.jwt.issuer', (host) => `https://${host}:8443/realms/shop`],
  ['istio.jwt.jwksUri', (host) => `https://${host}/keys`],
  ['delivery.argocd.repo', (host) => `ssh://git@${host}:2222/team/orders.git`],
  ['delivery.argocd.repo', (host) => `https://${host}/team/orders.git`],
  [
    'regions',
    (host) => [
      { name: 'south', cluster: `https://${host}:6443`, weight: 60, replicas: 6 },
      { name: 'north', cluster: `https://n.example.com`, weight: 40, replicas: 4 },
    ],
  ],
]

describe.each(places)('%s', (key, at) => {
  test.each(['db.data.svc', '10.20.30.40', '[fd00::1]', '[2001:db8:0:1:2:3:4:5]'])('takes %s', (host) => {
    expect(judge(key, at(host), key)).toBeUndefined()
  })
  test.each(['fd00::1', '[fd00:::1]', '[10.0.0.1]', '[db]', '[fd00::1', 'fd00::1]', '[fe80::1%eth0]'])(
    'refuses %s, and says how',
    (host) => {
      expect(judge(key, at(host), key)?.message).toMatch(/bracket|such as|https:\/\//)
    },
  )
  if (key !== 'delivery.argocd.repo') {
    test.each(['10.0.0.999', '10.0.0', 'a.1'])('refuses %s, which only looks like an address', (host) => {
      expect(judge(key, at(host), key)).toBeDefined()
    })
  }
})

test('a registry with an IPv6 address is refused, and the way out is said', () => {
  expect(judge('image.repository', '[fd00::1]:5000/orders', 'image')?.message).toContain('needs a name')
})

type Peer = { ipBlock?: { cidr: string } }

/** The networks that a policy opens to a port. */
function networks(answers: Answers, port: number): unknown[] {
  return peers(answers, port).map((peer) => (peer === '*' ? peer : (peer.ipBlock?.cidr ?? '*')))
}

/** To whom a policy opens the way to a port: `*` is everybody. */
function peers(answers: Answers, port: number): (Peer | '*')[] {
  const [policy] = parseAllDocuments(policyOf(answers)).map((document) => document.toJS())
  return policy.spec.egress
    .filter(({ ports }: { ports: { port: number }[] }) => ports.some((one) => one.port === port))
    .flatMap(({ to }: { to?: Peer[] }) => to ?? ['*'])
}

function policyOf(answers: Answers): string {
  const resolved = judgeAnswers(answers)
  if ('findings' in resolved) {
    throw new Error(JSON.stringify(resolved.findings))
  }
  return (
    [...renderFiles(resolved)].find(({ path }) => path.endsWith('network-policy/networkpolicy.yaml'))?.content ?? ''
  )
}

describe('a NetworkPolicy', () => {
  test.each<[string, Answers, number, string]>([
    ['a store', { 'redis.enabled': true, 'redis.host': '10.20.30.40' }, 6379, '10.20.30.40/32'],
    ['a store by IPv6', { 'mysql.enabled': true, 'mysql.host': 'fd00::7' }, 3306, 'fd00::7/128'],
    ['NATS', { 'nats.enabled': true, 'nats.url': 'nats://10.0.0.7:4222', 'nats.tls': 'disable' }, 4222, '10.0.0.7/32'],
    ['a broker', { 'kafka.enabled': true, 'kafka.brokers': ['10.0.0.8:9093'] }, 9093, '10.0.0.8/32'],
    [
      'NATS by IPv6',
      { 'nats.enabled': true, 'nats.url': 'nats://[fd00::7]:4222', 'nats.tls': 'disable' },
      4222,
      'fd00::7/128',
    ],
    ['a broker by IPv6', { 'kafka.enabled': true, 'kafka.brokers': ['[fd00::8]:9093'] }, 9093, 'fd00::8/128'],
    [
      'a centre by IPv6',
      { 'config.source': 'nacos', 'config.nacos.address': 'http://[fd00::9]:8849' },
      8849,
      'fd00::9/128',
    ],
    [
      'what is waited for by IPv6',
      { 'image.base': 'alpine', 'entrypoint.enabled': true, 'entrypoint.waitFor': ['[fd00::6]:7000'] },
      7000,
      'fd00::6/128',
    ],
    ['a centre', { 'config.source': 'consul', 'config.consul.address': 'http://10.0.0.9:8500' }, 8500, '10.0.0.9/32'],
    [
      'what is waited for',
      { 'image.base': 'alpine', 'entrypoint.enabled': true, 'entrypoint.waitFor': ['10.0.0.6:7000'] },
      7000,
      '10.0.0.6/32',
    ],
  ])('opens the way to %s at an address, and nowhere else', (_, answers, port, network) => {
    expect(networks(answers, port)).toEqual([network])
  })

  test.each([
    ['a Service', 'kafka.messaging.svc'],
    ['a Service with the domain', 'kafka.messaging.svc.cluster.local'],
    ['a pod of a headless Service', 'kafka-0.kafka.messaging.svc.cluster.local'],
    ['a pod without the domain', 'kafka-0.kafka.messaging.svc'],
    ['a cluster of another domain', 'kafka.messaging.svc.shop.internal'],
  ])('opens the way to %s within its namespace alone', (_, host) => {
    for (const [answers, port] of [
      [{ 'kafka.enabled': true, 'kafka.brokers': [`${host}:9093`] }, 9093],
      [{ 'redis.enabled': true, 'redis.host': host }, 6379],
    ] as const) {
      expect(peers(answers, port)).toEqual([
        { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'messaging' } } },
      ])
    }
  })

  test.each(['kafka.example.com', 'svc.example.com', 'a.b.c.d.svc', 'kafka'])('knows no namespace of %s', (host) => {
    expect(peers({ 'redis.enabled': true, 'redis.host': host }, 6379)).toEqual(['*'])
  })

  test('by addresses of brokers says that all have to be listed', () => {
    const policy = policyOf({ 'kafka.enabled': true, 'kafka.brokers': ['10.0.0.8:9093'] })
    expect(policy.replaceAll(/\s*#\s*/g, ' ')).toContain('those have to be in `kafka.brokers`, all of them')
  })

  test('what an address is written into says it as it stands in one', () => {
    const answers: Answers = {
      'image.base': 'alpine',
      'entrypoint.enabled': true,
      'entrypoint.waitFor': ['redis', 'postgres', '[fd00::6]:7000'],
      'redis.enabled': true,
      'redis.host': 'fd00::1',
      'postgres.enabled': true,
      'postgres.host': 'fd00::',
      'kafka.enabled': true,
      'kafka.brokers': ['[fd00::3]:9092', '10.0.0.1:9092'],
      'config.source': 'consul',
      'config.consul.address': 'https://[fd00::7]:8501',
    }
    const resolved = judgeAnswers(answers)
    if ('findings' in resolved) {
      throw new Error(JSON.stringify(resolved.findings))
    }
    const files = renderFiles(resolved)
    const text = (name: string) => files.find(({ path }) => path === name)?.content ?? ''
    expect(text('scripts/entrypoint.sh')).toMatch(
      /\[fd00::1\]:6379\n +postgres:\/\/\[fd00::\]:5432\n +\[fd00::6\]:7000\n/,
    )
    const settings = parse(text('deploy/overlays/production/config.yaml'))
    expect(settings).toMatchObject({
      redis: { host: 'fd00::1' },
      postgres: { host: 'fd00::' },
      kafka: { brokers: '[fd00::3]:9092,10.0.0.1:9092' },
      consul: { address: 'https://[fd00::7]:8501' },
    })
    // No address is followed by a port without its brackets.
    for (const { path, content } of files) {
      expect({ path, bare: content.match(/(?<![[:\w])fd00:[0-9a-f:]*:(5432|6379|7000|8501|9092)\b/)?.[0] }).toEqual({
        path,
      })
    }
  })

  test('lets questions for names reach the address that kube-dns has in the cluster, and no server on the internet', () => {
    const open = networks({}, 53) as string[]
    // What a pod asks: the node's cache by its own address, and by that of kube-dns in usual clusters and in GKE's.
    for (const asked of [
      '169.254.20.10',
      '10.96.0.10',
      '172.20.0.10',
      '192.168.0.10',
      '100.64.0.10',
      '34.118.224.10',
    ]) {
      expect([asked, open.some((network) => network.includes('/') && holds(network, asked))]).toEqual([asked, true])
    }
    expect(open.some((network) => holds(network, '8.8.8.8'))).toBe(false)
  })
})

function holds(network: string, asked: string): boolean {
  const number = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const [base = '', length = ''] = network.split('/')
  const size = 2 ** (32 - Number(length))
  return base.includes('.') && Math.floor(number(base) / size) === Math.floor(number(asked) / size)
}
