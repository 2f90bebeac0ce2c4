import { describe, expect, test } from '@jest/globals'
import { judge } from '../../../src/spec/resolve.js'
import { isKey } from '../../../src/spec/table.js'

const cases: Readonly<Record<string, { good: readonly unknown[]; bad: readonly unknown[] }>> = {
  name: {
    good: ['orders', 'a', 'a-b-1', 'a'.repeat(40)],
    bad: [
      '',
      'Orders',
      '1orders',
      '-a',
      'a-',
      'a_b',
      'a.b',
      'a'.repeat(41),
      'örders',
      'a b',
      'a\n',
      '../a',
      '__proto__',
      7,
      null,
      ['a'],
    ],
  },
  module: {
    good: ['example.com/orders', 'example.com/Team/orders', 'example.com/orders/v2', 'gopkg.in/orders.v3', 'a.b'],
    bad: [
      'orders',
      'example.com/',
      '/example.com',
      'example.com//a',
      'example.com/a b',
      'Example.com/a',
      'example.com/orders/v1',
      'example.com/orders/v0',
      'gopkg.in/orders',
      'example.com/con',
      'example.com/a.',
      'example.com/.a',
      'example.com/../a',
      'example.com/a"',
      'example.com/a\n',
      'example.com/x~1',
    ],
  },
  description: {
    good: [
      '',
      'plain',
      '"; rm -rf / #',
      '{{7*7}}',
      '${{ github.token }}',
      '$(id)',
      "'''",
      '`',
      'a\nb',
      '*/',
      '\u2028',
      '😀',
      '订单服务',
    ],
    bad: ['\u0000', '\u0007', '\ud800', 'x'.repeat(501), 5, {}],
  },
  namespace: { good: ['orders', '1a'], bad: ['default', 'kube-system', 'A', '', 'a'.repeat(64)] },
  'http.port': {
    good: [1024, 65535],
    bad: [1023, 65536, 0, -1, 80.5, '8080', 'abc', Number.NaN, Number.POSITIVE_INFINITY, true],
  },
  'http.timeout': {
    good: ['15s', '1m30s', '800ms', '1h', '1.5s'],
    bad: ['15', '', '0s', '-1s', '15 s', '1d', 's', '1e3s', 15],
  },
  'resources.cpu.request': {
    good: ['500m', '1', '2.5', '0.1'],
    bad: ['0', '0m', '-1', '1e3', '500M', '0.0', 'one', ''],
  },
  'resources.cpu.limit': { good: ['none', '1'], bad: ['None', '0'] },
  'resources.memory.limit': { good: ['512Mi', '1Gi', '500M'], bad: ['512', '0Mi', '512mi', '1.5Gi', '512MiB', '-1Gi'] },
  'image.repository': {
    good: [
      'registry.example.com/orders',
      'registry.example.com:5000/team/orders',
      'localhost:5000/orders',
      'team/orders',
      'orders',
    ],
    bad: [
      'registry.example.com/orders:v1',
      'registry.example.com/Orders',
      'https://registry.example.com/orders',
      'a@sha256:b',
      '',
      'a//b',
      'a/$(id)',
    ],
  },
  'image.platforms': {
    good: [['linux/amd64']],
    bad: [[], ['windows/amd64'], ['linux/amd64', 'linux/amd64'], 'linux/amd64'],
  },
  'probes.liveness.path': {
    good: ['/livez', '/a/b'],
    bad: ['livez', '/', '/a/../b', '/a b', '/a?b', '/a//b', '/{x}', '/"'],
  },
  'workload.volume.path': {
    good: ['/data', '/var/lib/orders'],
    bad: ['/', 'data', '/etc', '/etc/x', '/tmp', '/a/../b', '/usr/x'],
  },
  'istio.host': {
    good: ['orders.example.com'],
    bad: [
      'orders',
      '10.0.0.1',
      '*.example.com',
      'orders.example.com.',
      'Orders.example.com',
      'a..b',
      'orders.example.com/x',
    ],
  },
  'istio.gateway': { good: ['create', 'istio-system/main'], bad: ['main', 'a/b/c', '/b', 'a/'] },
  'istio.jwt.issuer': {
    good: ['https://login.example.com', 'https://login.example.com/', 'https://login.example.com:8443/realms/shop_1'],
    bad: [
      'login.example.com',
      'http://login.example.com',
      'https://u:p@login',
      'https://a/?b',
      'https://a/ b',
      'https://a/*',
    ],
  },
  'istio.jwt.jwksUri': {
    good: ['https://login.example.com/.well-known/jwks.json'],
    bad: ['https://login.example.com', 'http://a/keys', 'https://a/keys#b', 'https://a/"b', 'file:///etc/passwd'],
  },
  'istio.jwt.audiences': {
    good: [['orders'], ['https://orders.example.com/', 'a:b~c']],
    bad: [[], ['a', 'a'], ['a b'], ['"'], [''], 'orders'],
  },
  'gatewayApi.class': { good: ['eg', 'gke-l7.x'], bad: ['', 'EG', 'a/b', 'a b', '-a'] },
  'secrets.store': { good: ['vault', 'vault.shared'], bad: ['', 'Vault', 'a b', 'a/b', '*'] },
  'secrets.path': {
    good: ['orders', 'apps/orders', '/apps/Team_a/orders-1.0'],
    bad: ['', '/', 'a/', '//a', '../a', 'a/./b', 'a b', 'a:b', '$(id)', 'a\n'],
  },
  'rollout.weights': {
    good: [
      [80, 20],
      [0, 100],
    ],
    bad: [[100], [50, 25, 25], [101, -1], ['80', '20'], []],
  },
  'rollout.steps': { good: [[10], [5, 25, 100]], bad: [[], [0], [101], ['10'], 10] },
  'rollout.pause': { good: ['10m', '1h30m', '90s'], bad: ['', '0s', '10', '1.5m', '500ms', '10m ', '-1m', '1d'] },
  'metrics.prometheus': {
    good: ['http://prometheus-operated.monitoring.svc:9090', 'https://prometheus.example.com'],
    bad: ['prometheus:9090', 'http://u:p@prometheus', 'http://prometheus/api', 'http://prometheus:99999'],
  },
  'config.values': {
    good: [{}, { 'feature.new-ui': 'true', A_B: '' }],
    bad: [{ '': 'x' }, { '-a': 'x' }, { 'a b': 'x' }, JSON.parse('{"__proto__": "x"}'), { a: 1 }, [], 'a=b'],
  },
  'delivery.path': {
    good: ['services/orders', 'a', 'Teams/pay-ments/v1.2/x'],
    bad: ['', '.', '..', '../a', '/a', 'a/', 'a//b', 'a b', '.github', 'a/.git', 'a/con', 'nul.txt/a', '-a/b'],
  },
  'delivery.argocd.repo': {
    good: [
      'https://git.example.com/team/orders.git',
      'git@git.example.com:team/orders.git',
      'ssh://git@git.example.com:22/orders.git',
    ],
    bad: [
      'http://git.example.com/a',
      'https://user:pw@git.example.com/a',
      'file:///etc',
      'git.example.com/a',
      'https://git.example.com/a b',
    ],
  },
  'entrypoint.waitFor': {
    good: [['db:5432', 'a.b.svc:1']],
    bad: [['db'], ['db:0'], ['db:65536'], ['db:x'], ['$(id):1']],
  },
  'target.kubernetes': { good: ['1.35', '1.37'], bad: ['1.33', '1.3', 1.35, 'latest'] },
}

describe.each(Object.entries(cases))('%s', (key, { good, bad }) => {
  const judged = (value: unknown) => (isKey(key) ? judge(key, value, key) : { code: 'no-such-option' })
  test.each(good.map((value) => [value]))('takes %j', (value) => {
    expect(judged(value)).toBeUndefined()
  })
  test.each(bad.map((value) => [value]))('refuses %j', (value) => {
    expect(judged(value)).toMatchObject({ code: 'invalid-value', where: key })
  })
})
