import type { Spec } from '../spec/table.js'
import type { Ledger } from './ledger.js'
import { duration, millisecondsOf, seconds } from './quantity.js'
import type { Istio, Subset } from './types.js'

/** Milliseconds: the proxy waits a little longer than the handler may take, so that the handler's own answer wins. */
const perTrySlack = 1000
/** Milliseconds: Envoy's default retry back-off starts at 25 ms and grows to ten times that; per retry, rounded up. */
const backoff = 250

/** Every number of the traffic rules; undefined without a mesh. */
export function mesh(spec: Spec, ledger: Ledger): Istio | undefined {
  if (!spec['istio.enabled']) {
    return undefined
  }
  const name = spec.name as string
  const times = requestTimes(spec, ledger)
  const create = spec['istio.gateway'] === 'create'
  const subsets = subsetsOf(spec, name)
  return {
    host: spec['istio.host'] as string,
    gateway: create ? `${name}-gateway` : spec['istio.gateway'],
    createGateway: create,
    mtlsMode: spec['istio.mtls'] === 'strict' ? 'STRICT' : 'PERMISSIVE',
    strict: spec['istio.mtls'] === 'strict',
    retries: spec['istio.retries'],
    ...times,
    backoff: duration(backoff),
    outlierErrors: spec['istio.outlierErrors'],
    outlierInterval: seconds(10),
    baseEjection: seconds(30),
    maxEjectionPercent: 50,
    idleTimeout: seconds(60),
    maxConnections: 1024,
    maxPendingRequests: 1024,
    maxRequests: 1024,
    ingressNamespace: 'istio-system',
    ingressServiceAccount: 'istio-ingressgateway-service-account',
    subsets,
    split: spec['rollout.weights'] !== undefined,
  }
}

function requestTimes(spec: Spec, ledger: Ledger): Pick<Istio, 'perTryTimeout' | 'timeout'> {
  const handler = millisecondsOf(spec['http.timeout'])
  const perTry = duration(handler + perTrySlack)
  ledger.text(
    {
      name: 'perTryTimeout',
      reason: "the handler's own time-out answers before the proxy gives up",
      options: ['http.timeout'],
    },
    perTry.text,
    `${duration(handler).text} (handler) + ${perTrySlack / 1000}s = ${perTry.text}`,
  )
  const retries = spec['istio.retries']
  const needed = (retries + 1) * perTry.ms + retries * backoff
  const whole = Math.ceil(needed / 1000) * 1000
  const given = spec['istio.timeout']
  const timeout = duration(given === undefined ? whole : millisecondsOf(given))
  const arithmetic = `(${retries} (retries) + 1) × ${perTry.text} (per try) + ${retries} × ${backoff}ms (back-off) = ${duration(needed).text}`
  ledger.text(
    {
      name: 'VirtualService timeout',
      reason: 'the last retry can still finish',
      options: ['http.timeout', 'istio.retries', 'istio.timeout'],
    },
    timeout.text,
    given === undefined
      ? `${arithmetic}, rounded up to ${timeout.text}`
      : `${timeout.text} given; ${arithmetic} needed`,
  )
  return { perTryTimeout: perTry, timeout }
}

function subsetsOf(spec: Spec, name: string): Subset[] {
  if (spec['rollout.strategy'] === 'canary') {
    // Argo Rollouts adds the hash of each side's pods to the label, and moves the weights.
    const label = { key: 'app.kubernetes.io/name', value: name }
    return [
      { name: 'stable', label, workload: name, weight: 100 },
      { name: 'canary', label, workload: name, weight: 0 },
    ]
  }
  if (spec['rollout.strategy'] === 'blue-green') {
    // The Service chooses the version, so one subset has the pods of both.
    return [{ name: 'v1', label: { key: 'app.kubernetes.io/name', value: name }, workload: name, weight: 100 }]
  }
  const [v1, v2] = spec['rollout.weights'] ?? [100]
  const subset = (version: string, workload: string, weight: number): Subset => ({
    name: version,
    label: { key: 'version', value: version },
    workload,
    weight,
  })
  return [subset('v1', name, v1 ?? 100), ...(v2 === undefined ? [] : [subset('v2', `${name}-v2`, v2)])]
}
