import { describe, expect, test } from '@jest/globals'
import { layerOf, resolve } from '../../../src/spec/resolve.js'
import { keys, optionOf } from '../../../src/spec/table.js'
import { findingCodes, resolved } from '../../support/specs.js'

describe('layers', () => {
  test('each layer overrides the one below, and explain knows which one won', () => {
    const result = resolve(
      [
        layerOf('extends', { 'http.port': 8081, 'autoscaling.max': 5 }, () => 'org.yaml'),
        layerOf('service.yaml', { 'http.port': 8082 }, () => 'service.yaml:3'),
        layerOf('flag', { 'http.port': 8083 }, () => '--http-port'),
      ],
      'orders',
    )
    if ('findings' in result) {
      throw new Error('unexpected findings')
    }
    expect(result.spec['http.port']).toBe(8083)
    expect(result.origins.get('http.port')).toEqual({ layer: 'flag', where: '--http-port' })
    expect(result.spec['autoscaling.max']).toBe(5)
    expect(result.origins.get('autoscaling.min')?.layer).toBe('default')
  })

  test('a preset lies below what is answered and above the built-in defaults', () => {
    const { spec, origins } = resolved({ preset: 'production', 'autoscaling.min': 4 })
    expect(spec['istio.enabled']).toBe(true)
    expect(origins.get('istio.enabled')?.layer).toBe('preset')
    expect(spec['autoscaling.min']).toBe(4)
  })

  test('answers that equal the layer below are not kept', () => {
    expect(resolved({ 'http.port': 8080, module: 'example.com/orders', 'http.adminPort': 9191 }).answers).toEqual({
      'http.adminPort': 9191,
    })
  })

  test('what extends says is not kept either, and an answer that undoes it is, also when it is a built-in default', () => {
    const result = resolve(
      [
        layerOf('extends', { 'http.port': 8081, owner: 'payments' }, () => 'org.yaml'),
        layerOf('flag', { 'http.port': 8080, owner: 'payments' }, (key) => key),
      ],
      'orders',
    )
    expect(result).toMatchObject({ spec: { 'http.port': 8080, owner: 'payments' } })
    expect('answers' in result && result.answers).toEqual({ 'http.port': 8080 })
  })

  test('a wrong value is found in a lower layer even when it is overridden', () => {
    const result = resolve(
      [
        layerOf('service.yaml', { 'http.port': 1 }, () => 'service.yaml:1'),
        layerOf('flag', { 'http.port': 8080 }, () => '--http-port'),
      ],
      'orders',
    )
    expect('findings' in result && result.findings).toMatchObject([{ where: 'service.yaml:1' }])
  })

  test('without any name it says so', () => {
    const result = resolve([], undefined)
    expect('findings' in result && result.findings[0]?.code).toBe('missing-name')
  })
})

describe('what is not in this version', () => {
  const whole = keys.filter((key) => optionOf(key).later === true)
  test('no option is refused as a whole', () => {
    expect(whole).toEqual([])
  })
  const choices = keys.flatMap((key) => {
    const { later } = optionOf(key)
    return Array.isArray(later) ? later.map((value) => [key, value] as const) : []
  })
  test.each(choices)('%s %s is refused', (key, value) => {
    expect(findingCodes({ [key]: value, 'istio.enabled': true })).toEqual(['not-in-this-version'])
  })
})

/** Two regions, with changes. */
function regions(first: object = {}, second: object = {}): object[] {
  return [
    { name: 'east', cluster: 'east', weight: 60, replicas: 18, ...first },
    { name: 'north', cluster: 'north', weight: 40, replicas: 12, ...second },
  ]
}

describe('what can not be had together', () => {
  test.each([
    ['entrypoint-needs-shell', { 'entrypoint.enabled': true }],
    ['cgo-needs-glibc', { 'image.cgo': true, 'image.base': 'alpine' }],
    ['wait-for-without-entrypoint', { 'entrypoint.waitFor': ['db:1'] }],
    ['wait-for-store', { 'entrypoint.enabled': true, 'image.base': 'debian', 'entrypoint.waitFor': ['postgres'] }],
    ['same-port', { 'http.port': 9090 }],
    ['same-port', { 'grpc.enabled': true, 'grpc.port': 9090 }],
    ['same-port', { 'grpc.enabled': true, 'grpc.port': 8080 }],
    ['no-traffic', { 'http.enabled': false }],
    ['replica-range', { 'autoscaling.min': 20 }],
    ['name-left-out-by-go', { name: 'testdata' }],
    ['name-left-out-by-go', { name: 'vendor', module: 'example.com/orders' }],
    ['name-is-a-tool', { name: 'sleep', 'entrypoint.enabled': true, 'image.base': 'debian' }],
    ['name-of-windows', { name: 'con', module: 'example.com/orders' }],
    ['name-of-windows', { name: 'lpt9', module: 'example.com/orders' }],
    ['environment-of-windows', { 'delivery.environments': ['aux', 'production'] }],
    ['weights-sum', { 'istio.enabled': true, 'rollout.weights': [80, 30] }],
    ['weights-need-istio', { 'rollout.weights': [80, 20] }],
    ['weights-need-sidecar', { 'istio.enabled': true, 'istio.mode': 'ambient', 'rollout.weights': [80, 20] }],
    ['gateway-api-or-istio', { 'istio.enabled': true, 'gatewayApi.enabled': true }],
    ['faults-need-sidecar', { 'istio.faultInjection': true }],
    ['faults-need-sidecar', { 'istio.enabled': true, 'istio.mode': 'ambient', 'istio.faultInjection': true }],
    [
      'faults-need-an-earlier-environment',
      { 'istio.enabled': true, 'istio.faultInjection': true, 'delivery.environments': ['production'] },
    ],
    ['jwt-needs-issuer', { 'istio.enabled': true, 'istio.jwt.audiences': ['orders'] }],
    ['jwt-needs-issuer', { 'istio.enabled': true, 'istio.jwt.jwksUri': 'https://login.example.com/keys' }],
    ['strategy-needs-deployment', { 'rollout.strategy': 'canary', 'workload.kind': 'statefulset' }],
    ['strategy-or-weights', { 'istio.enabled': true, 'rollout.weights': [80, 20], 'rollout.strategy': 'blue-green' }],
    ['steps-ascend', { 'rollout.strategy': 'canary', 'rollout.steps': [10, 10] }],
    ['weights-need-deployment', { 'istio.enabled': true, 'rollout.weights': [80, 20], 'workload.kind': 'statefulset' }],
    ['probe-paths', { 'probes.liveness.path': '/readyz' }],
    ['probe-path-taken', { 'probes.liveness.path': '/metrics' }],
    ['reload-needs-file', { 'config.source': 'env', 'config.values': { a: 'b' } }],
    ['values-are-no-secrets', { 'config.values': { 'db.Password': 'b' } }],
    ['consul-options-without-consul', { 'config.consul.prefix': 'a/' }],
    ['nacos-options-without-nacos', { 'config.source': 'consul', 'config.nacos.group': 'A' }],
    ['region-of-windows', { regions: regions({}, { name: 'nul' }) }],
    ['regions-sum', { regions: regions({}, { weight: 30 }) }],
    ['regions-clusters', { regions: regions({}, { cluster: 'east' }) }],
    ['regions-by-name-or-address', { regions: regions({}, { cluster: 'https://north.example.com:6443' }) }],
    ['regions-or-clusters', { regions: regions(), 'delivery.argocd.clusters': ['a'] }],
    ['clusters-need-argocd', { regions: regions(), 'delivery.argocd.enabled': false }],
    ['clusters-need-argocd', { 'delivery.argocd.clusters': ['a'], 'delivery.argocd.enabled': false }],
    ['dns-needs-regions', { 'dns.provider': 'route53' }],
    ['dns-needs-routes', { 'dns.provider': 'route53', regions: regions() }],
    ['clusters-or-sealed', { regions: regions(), 'secrets.provider': 'sealed-secrets' }],
    ['clusters-or-colours', { regions: regions(), 'rollout.strategy': 'blue-green', 'rollout.engine': 'none' }],
    ['region-host-taken', { regions: regions({}, { name: 'staging' }) }],
    ['region-taken', { regions: regions(), 'delivery.environments': ['p-north', 'p'] }],
    ['slo-needs-metrics', { 'metrics.enabled': false, 'slo.latencyP99': '1s' }],
  ])('%s', (code, answers) => {
    expect(findingCodes(answers)).toEqual([code])
  })
})

describe('derived defaults', () => {
  test('every option that says what its default follows from has one', () => {
    const { spec } = resolved()
    const derived = keys.filter((key) => optionOf(key).derived === '<name>' && optionOf(key).later !== true)
    expect(derived.length).toBeGreaterThan(5)
    expect(derived.filter((key) => spec[key] === undefined)).toEqual([])
  })
})
