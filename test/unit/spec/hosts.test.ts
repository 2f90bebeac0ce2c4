import { describe, expect, test } from '@jest/globals'
import { parseAllDocuments } from 'yaml'
import { judge } from '../../../src/spec/resolve.js'
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

  test.each([
    ['nats.url', 'nats://10.0.0.999:4222'],
    ['kafka.brokers', ['10.0.0:9092']],
    ['entrypoint.waitFor', ['10.0.0.256:80']],
    ['config.consul.address', 'http://10.0.0.300:8500'],
  ] as const)('%s refuses what only looks like an address', (key, value) => {
    expect(judge(key, value, key)).toBeDefined()
  })
})

/** The networks that a policy opens to a port. */
function networks(answers: Answers, port: number): unknown[] {
  const resolved = judgeAnswers(answers)
  if ('findings' in resolved) {
    throw new Error(JSON.stringify(resolved.findings))
  }
  const file = [...renderFiles(resolved)].find(({ path }) => path.endsWith('network-policy/networkpolicy.yaml'))
  const [policy] = parseAllDocuments(file?.content ?? '').map((document) => document.toJS())
  return policy.spec.egress
    .filter(({ ports }: { ports: { port: number }[] }) => ports.some((one) => one.port === port))
    .flatMap(({ to }: { to?: { ipBlock?: { cidr: string } }[] }) =>
      (to ?? [{}]).map((peer) => peer.ipBlock?.cidr ?? '*'),
    )
}

describe('a NetworkPolicy', () => {
  test.each<[string, Answers, number, string]>([
    ['a store', { 'redis.enabled': true, 'redis.host': '10.20.30.40' }, 6379, '10.20.30.40/32'],
    ['a store by IPv6', { 'mysql.enabled': true, 'mysql.host': 'fd00::7' }, 3306, 'fd00::7/128'],
    ['NATS', { 'nats.enabled': true, 'nats.url': 'nats://10.0.0.7:4222', 'nats.tls': 'disable' }, 4222, '10.0.0.7/32'],
    ['a broker', { 'kafka.enabled': true, 'kafka.brokers': ['10.0.0.8:9093'] }, 9093, '10.0.0.8/32'],
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
