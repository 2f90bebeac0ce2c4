import { describe, expect, test } from '@jest/globals'
import { conflictRules } from '../../../src/spec/conflicts.js'
import type { Answers } from '../../support/render.js'
import { findingCodes } from '../../support/specs.js'

const region = (name: string, weight: number, cluster = name) => ({ name, cluster, weight, replicas: 3 })
const regions = [region('east', 60), region('north', 40)]
/** Pods of both reach each other by address. */
const flat = regions.map((one, at) => ({ ...one, podNetwork: `10.${at + 1}.0.0/16` }))
const mesh = { 'istio.enabled': true }

/** Answers that break a rule, and the nearest ones that don't. */
const cases: Readonly<Record<string, readonly [broken: Answers, sound: Answers]>> = {
  'entrypoint-needs-shell': [{ 'entrypoint.enabled': true }, { 'entrypoint.enabled': true, 'image.base': 'alpine' }],
  'cgo-needs-glibc': [
    { 'image.cgo': true, 'image.base': 'alpine' },
    { 'image.cgo': true, 'image.base': 'debian' },
  ],
  'wait-for-without-entrypoint': [
    { 'entrypoint.waitFor': ['db:5432'] },
    { 'entrypoint.waitFor': ['db:5432'], 'entrypoint.enabled': true, 'image.base': 'alpine' },
  ],
  'wait-for-store': [
    { 'entrypoint.waitFor': ['postgres'], 'entrypoint.enabled': true, 'image.base': 'alpine' },
    {
      'entrypoint.waitFor': ['postgres'],
      'entrypoint.enabled': true,
      'image.base': 'alpine',
      'postgres.enabled': true,
    },
  ],
  'name-left-out-by-go': [{ name: 'testdata' }, { name: 'data' }],
  'name-is-a-tool': [
    { name: 'sleep', 'entrypoint.enabled': true, 'image.base': 'alpine' },
    { name: 'sleep', 'image.base': 'alpine' },
  ],
  'name-of-windows': [
    { name: 'con', module: 'example.com/orders' },
    { name: 'cons', module: 'example.com/orders' },
  ],
  'environment-of-windows': [
    { 'delivery.environments': ['aux', 'production'] },
    { 'delivery.environments': ['auxiliary', 'production'] },
  ],
  'region-of-windows': [
    { regions: [region('nul', 60), region('north', 40)] },
    { regions: [region('null', 60), region('north', 40)] },
  ],
  'port-of-the-proxy': [{ 'http.port': 15_006, ...mesh }, { 'http.port': 15_006 }],
  'same-port': [{ 'http.port': 9090 }, { 'http.port': 9091 }],
  'no-traffic': [{ 'http.enabled': false }, { 'http.enabled': false, 'grpc.enabled': true }],
  'replica-range': [
    { 'autoscaling.min': 5, 'autoscaling.max': 4 },
    { 'autoscaling.min': 4, 'autoscaling.max': 4 },
  ],
  'queue-needs-target': [
    { 'autoscaling.queue.name': 'jobs' },
    { 'autoscaling.queue.name': 'jobs', 'autoscaling.queue.target': 10 },
  ],
  'queue-needs-name': [{ 'autoscaling.queue.target': 10 }, { 'autoscaling.queue.target': 10, 'nats.enabled': true }],
  'scaling-needs-metrics': [
    { 'autoscaling.qps': 10, 'metrics.enabled': false },
    { 'autoscaling.qps': 10, 'metrics.enabled': true },
  ],
  'weights-sum': [
    { ...mesh, 'rollout.weights': [80, 30] },
    { ...mesh, 'rollout.weights': [80, 20] },
  ],
  'weights-need-deployment': [
    { ...mesh, 'rollout.weights': [80, 20], 'workload.kind': 'statefulset' },
    { ...mesh, 'rollout.weights': [80, 20] },
  ],
  'strategy-needs-deployment': [
    { 'rollout.strategy': 'canary', 'workload.kind': 'statefulset' },
    { 'rollout.strategy': 'canary' },
  ],
  'strategy-or-weights': [
    { ...mesh, 'rollout.weights': [80, 20], 'rollout.strategy': 'canary' },
    { ...mesh, 'rollout.strategy': 'canary' },
  ],
  'canary-needs-rollouts': [
    { 'rollout.engine': 'none', 'rollout.strategy': 'canary' },
    { 'rollout.engine': 'none', 'rollout.strategy': 'blue-green' },
  ],
  'steps-ascend': [
    { 'rollout.strategy': 'canary', 'rollout.steps': [50, 50] },
    { 'rollout.strategy': 'canary', 'rollout.steps': [50, 51] },
  ],
  'probe-paths': [{ 'probes.liveness.path': '/readyz' }, { 'probes.liveness.path': '/alive' }],
  'probe-path-taken': [{ 'probes.liveness.path': '/metrics' }, { 'probes.liveness.path': '/metrics2' }],
  'reload-needs-file': [
    { 'config.source': 'env', 'config.values': { a: 'b' } },
    { 'config.source': 'file', 'config.values': { a: 'b' } },
  ],
  'values-are-no-secrets': [{ 'config.values': { 'db.Password': 'b' } }, { 'config.values': { 'db.passes': 'b' } }],
  'consul-options-without-consul': [
    { 'config.consul.prefix': 'apps/' },
    { 'config.consul.prefix': 'apps/', 'config.source': 'consul' },
  ],
  'nacos-options-without-nacos': [
    { 'config.nacos.group': 'G' },
    { 'config.nacos.group': 'G', 'config.source': 'nacos' },
  ],
  'nats-url-scheme': [
    { 'nats.enabled': true, 'nats.url': 'tls://nats:4222', 'nats.tls': 'disable' },
    { 'nats.enabled': true, 'nats.url': 'tls://nats:4222', 'nats.tls': 'verify' },
  ],
  'slo-needs-metrics': [
    { 'metrics.enabled': false, 'slo.latencyP99': '500ms' },
    { 'metrics.enabled': true, 'slo.latencyP99': '500ms' },
  ],
  'gateway-api-or-istio': [{ ...mesh, 'gatewayApi.enabled': true }, { 'gatewayApi.enabled': true }],
  'weights-need-istio': [{ 'rollout.weights': [80, 20] }, { ...mesh, 'rollout.weights': [80, 20] }],
  'weights-need-sidecar': [
    { ...mesh, 'istio.mode': 'ambient', 'rollout.weights': [80, 20] },
    { ...mesh, 'rollout.weights': [80, 20] },
  ],
  'faults-need-sidecar': [
    { ...mesh, 'istio.mode': 'ambient', 'istio.faultInjection': true },
    { ...mesh, 'istio.faultInjection': true },
  ],
  'faults-need-an-earlier-environment': [
    { ...mesh, 'istio.faultInjection': true, 'delivery.environments': ['production'] },
    { ...mesh, 'istio.faultInjection': true, 'delivery.environments': ['staging', 'production'] },
  ],
  'jwt-needs-issuer': [
    { ...mesh, 'istio.jwt.audiences': ['orders'] },
    { ...mesh, 'istio.jwt.audiences': ['orders'], 'istio.jwt.issuer': 'https://login.example.com' },
  ],
  'regions-sum': [{ regions: [region('east', 60), region('north', 39)] }, { regions }],
  'regions-clusters': [{ regions: [region('east', 60, 'one'), region('north', 40, 'one')] }, { regions }],
  'regions-networks': [
    { ...mesh, regions: [{ ...region('east', 60), podNetwork: '10.1.0.0/16' }, region('north', 40)] },
    { ...mesh, regions: flat },
  ],
  'regions-networks-need-fail-over': [
    { ...mesh, 'istio.mode': 'ambient', regions: flat },
    { ...mesh, regions: flat },
  ],
  'regions-by-name-or-address': [
    { regions: [region('east', 60), region('north', 40, 'https://north.example.com')] },
    { regions },
  ],
  'regions-or-clusters': [{ regions, 'delivery.argocd.clusters': ['a', 'b'] }, { regions }],
  'clusters-need-argocd': [{ regions, 'delivery.argocd.enabled': false }, { regions }],
  'dns-needs-regions': [
    { ...mesh, 'dns.provider': 'route53' },
    { ...mesh, 'dns.provider': 'route53', regions },
  ],
  'dns-needs-routes': [
    { 'dns.provider': 'route53', regions },
    { ...mesh, 'dns.provider': 'route53', regions },
  ],
  'clusters-or-colours': [
    { regions, 'rollout.engine': 'none', 'rollout.strategy': 'blue-green' },
    { regions, 'rollout.engine': 'none' },
  ],
  'clusters-or-sealed': [
    { regions, 'secrets.provider': 'sealed-secrets' },
    { regions, 'secrets.provider': 'external-secrets' },
  ],
  'region-host-taken': [
    { regions, 'delivery.environments': ['east', 'production'] },
    { regions, 'delivery.environments': ['west', 'production'] },
  ],
  'region-taken': [
    { regions, 'delivery.environments': ['production-east', 'production'] },
    { regions, 'delivery.environments': ['production-west', 'production'] },
  ],
}

describe('answers that can’t be had together', () => {
  test('each rule has a case', () => {
    expect(conflictRules.map(({ code }) => code).filter((code) => cases[code] === undefined)).toEqual([])
  })
  test.each(Object.entries(cases))('%s', (code, [broken, sound]) => {
    expect(findingCodes(broken)).toContain(code)
    expect(findingCodes(sound)).toEqual([])
  })
})
