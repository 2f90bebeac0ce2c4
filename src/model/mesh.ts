import type { Spec } from '../spec/table.js'
import { t } from '../words.js'
import type { Ledger } from './ledger.js'
import { duration, millisecondsOf, seconds } from './quantity.js'
import type { Istio, Jwt, RequestTimes, Routes, Subset } from './types-mesh.js'

/** Milliseconds: the proxy waits a little longer than the handler may take, so that the handler's own answer wins. */
const perTrySlack = 1000
/** Milliseconds: Envoy's default retry back-off starts at 25 ms and grows to ten times that; per retry, rounded up. */
const backoff = 250

/** The class of Istio's gateways, which is there without an object. */
const istioClass = 'istio'

/** Whether each pod has a proxy of its own. */
export function hasSidecar(spec: Spec): boolean {
  return spec['istio.enabled'] && spec['istio.mode'] === 'sidecar'
}

/** Whether the mesh is one of nodes and waypoints. */
function isAmbient(spec: Spec): boolean {
  return spec['istio.enabled'] && spec['istio.mode'] === 'ambient'
}

/** The host of the last environment, whatever routes it; of an unrouted service nobody asks. */
export function publicHost(spec: Spec): string {
  return (spec['gatewayApi.enabled'] ? spec['gatewayApi.host'] : spec['istio.host']) as string
}

/** Every number of the traffic rules; undefined without a mesh. */
export function mesh(spec: Spec, ledger: Ledger): Istio | undefined {
  if (!spec['istio.enabled']) {
    return undefined
  }
  const name = spec.name as string
  const times = requestTimes(spec, 'istio', ledger)
  const create = spec['istio.gateway'] === 'create'
  const subsets = subsetsOf(spec, name)
  return {
    host: spec['istio.host'] as string,
    gateway: create ? `${name}-gateway` : spec['istio.gateway'],
    createGateway: create,
    mtlsMode: spec['istio.mtls'] === 'strict' ? 'STRICT' : 'PERMISSIVE',
    strict: spec['istio.mtls'] === 'strict',
    ...times,
    outlierErrors: spec['istio.outlierErrors'],
    outlierInterval: seconds(10),
    baseEjection: seconds(30),
    maxEjectionPercent: 50,
    idleTimeout: seconds(60),
    maxConnections: 1024,
    maxPendingRequests: 1024,
    maxRequests: 1024,
    ...ingress(spec, name),
    waypoint: `${name}-waypoint`,
    jwt: jwt(spec),
    subsets,
    firstSubset: subsets[0]?.name ?? '',
    preview: subsets[1]?.name,
    split: spec['rollout.weights'] !== undefined,
  }
}

/** Routes of the Gateway API; undefined with sidecars, whose routes are a VirtualService, and without any. */
export function routes(spec: Spec, istio: Istio | undefined, ledger: Ledger): Routes | undefined {
  const name = spec.name as string
  // Over one host, a GRPCRoute and an HTTPRoute exclude each other (gateway-api.sigs.k8s.io, GRPCRoute).
  const grpcPrefix = spec['http.enabled'] ? 'grpc.' : ''
  if (istio !== undefined && isAmbient(spec)) {
    const { host, retries, perTryTimeout, timeout, backoff } = istio
    return {
      host,
      grpcPrefix,
      ...gatewayOf(spec['istio.gateway'], name),
      className: istioClass,
      ofIstio: true,
      podNamespace: undefined,
      retries,
      perTryTimeout,
      timeout,
      backoff,
    }
  }
  if (!spec['gatewayApi.enabled']) {
    return undefined
  }
  return {
    host: spec['gatewayApi.host'] as string,
    grpcPrefix,
    ...gatewayOf(spec['gatewayApi.gateway'], name),
    className: spec['gatewayApi.class'],
    ofIstio: spec['gatewayApi.class'] === istioClass,
    podNamespace: gatewayPods(spec, name),
    ...requestTimes(spec, 'gatewayApi', ledger),
  }
}

/** Istio makes a Gateway's pods beside it, where the NetworkPolicy lets everybody in; Envoy Gateway beside itself. */
function gatewayPods(spec: Spec, name: string): string | undefined {
  const beside = gatewayOf(spec['gatewayApi.gateway'], name).gatewayNamespace
  return spec['gatewayApi.namespace'] ?? (spec['gatewayApi.class'] === istioClass ? beside : 'envoy-gateway-system')
}

function gatewayOf(given: string, name: string): Pick<Routes, 'gateway' | 'gatewayNamespace' | 'createGateway'> {
  const [namespace, existing] = given.split('/')
  return existing === undefined
    ? { gateway: `${name}-gateway`, gatewayNamespace: undefined, createGateway: true }
    : { gateway: existing, gatewayNamespace: namespace, createGateway: false }
}

/** Who brings the traffic from outside. A Gateway of Istio's class runs as the ServiceAccount `GATEWAY-istio` beside it. */
function ingress(
  spec: Spec,
  name: string,
): Pick<Istio, 'ingressNamespace' | 'ingressWithin' | 'ingressServiceAccount'> {
  if (!isAmbient(spec)) {
    return {
      ingressNamespace: 'istio-system',
      ingressWithin: false,
      ingressServiceAccount: 'istio-ingressgateway-service-account',
    }
  }
  const { gateway, gatewayNamespace } = gatewayOf(spec['istio.gateway'], name)
  return {
    ingressNamespace: gatewayNamespace ?? (spec.namespace as string),
    ingressWithin: gatewayNamespace === undefined,
    ingressServiceAccount: `${gateway}-istio`,
  }
}

function jwt(spec: Spec): Jwt | undefined {
  const issuer = spec['istio.jwt.issuer']
  return issuer === undefined
    ? undefined
    : {
        issuer,
        principals: `${issuer}/*`,
        jwksUri: spec['istio.jwt.jwksUri'],
        audiences: spec['istio.jwt.audiences'] ?? [],
      }
}

function requestTimes(spec: Spec, from: 'istio' | 'gatewayApi', ledger: Ledger): RequestTimes {
  const handler = millisecondsOf(spec['http.timeout'])
  const perTry = duration(handler + perTrySlack)
  ledger.text(
    {
      name: 'perTryTimeout',
      reason: t("the handler's own time-out answers before the proxy gives up"),
      options: ['http.timeout'],
    },
    perTry.text,
    t`${duration(handler).text} (handler) + ${perTrySlack / 1000}s = ${perTry.text}`,
  )
  const retries = spec[`${from}.retries`]
  const needed = (retries + 1) * perTry.ms + retries * backoff
  const whole = Math.ceil(needed / 1000) * 1000
  const given = spec[`${from}.timeout`]
  const timeout = duration(given === undefined ? whole : millisecondsOf(given))
  const arithmetic = t`(${retries} (retries) + 1) × ${perTry.text} (per try) + ${retries} × ${backoff}ms (back-off) = ${duration(needed).text}`
  ledger.text(
    {
      name: hasSidecar(spec) ? t('VirtualService timeout') : t('HTTPRoute timeout'),
      reason: t('the last retry can still finish'),
      options: ['http.timeout', `${from}.retries`, `${from}.timeout`],
    },
    timeout.text,
    given === undefined
      ? t`${arithmetic}, rounded up to ${timeout.text}`
      : t`${timeout.text} given; ${arithmetic} needed`,
  )
  return { retries, perTryTimeout: perTry, timeout, backoff: duration(backoff) }
}

function subsetsOf(spec: Spec, name: string): Subset[] {
  if (isAmbient(spec)) {
    // Waypoints route to Services, and know no subsets.
    return []
  }
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
