import type { Manifest, Overlay } from '../../support/manifests.js'
import type { ControlPlane } from './control-plane.js'
import { type End, passes, selects } from './network-policies.js'

/** What runs in a cluster beside one service, at one moment. */
export interface World {
  /** Everything that is read, of all namespaces. */
  readonly objects: readonly Manifest[]
  readonly namespace: string
  readonly own: readonly Manifest[]
  readonly proxies: readonly Manifest[]
  /** Deployments of the proxies. */
  readonly makers: readonly Manifest[]
}

const kinds = [
  'pods',
  'services',
  'endpointslices',
  'horizontalpodautoscalers',
  'poddisruptionbudgets',
  'networkpolicies',
  'namespaces',
  'replicasets',
  'deployments',
]

/**
 * Reads the cluster. Pods are told by what runs in them and not by their labels, which are what is judged.
 * @param from another namespace whose proxies bring the service's traffic
 */
export function worldOf(plane: ControlPlane, namespace: string, workloads: readonly Manifest[], from?: string): World {
  const objects: Manifest[] = plane.json(['get', kinds.join(), '-A']).items
  const pods = objects.filter(({ kind, metadata }) => kind === 'Pod' && metadata.deletionTimestamp === undefined)
  const programs: string[] = workloads.map(({ spec }) => spec.template.spec.containers[0].name)
  const owner = 'gateway.envoyproxy.io/owning-gateway-namespace'
  const isProxy = ({ namespace: place, labels }: Manifest, { containers }: Manifest): boolean =>
    ['istio-proxy', 'envoy'].includes(containers[0].name) &&
    [namespace, from].includes(place) &&
    [namespace, undefined].includes(labels?.[owner])
  return {
    objects,
    namespace,
    own: pods.filter(
      ({ metadata, spec }) => metadata.namespace === namespace && programs.includes(spec.containers[0].name),
    ),
    proxies: pods.filter(({ metadata, spec }) => isProxy(metadata, spec)),
    makers: objects.filter(
      ({ kind, metadata, spec }) => kind === 'Deployment' && isProxy(metadata, spec.template.spec),
    ),
  }
}

const named = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`
const of = (world: World, kind: string): Manifest[] => world.objects.filter((object) => object.kind === kind)
const inside = (world: World, kind: string): Manifest[] =>
  of(world, kind).filter(({ metadata }) => metadata.namespace === world.namespace)

/** Pods that two budgets protect, and so nobody can evict. */
export function budgetFindings(world: World): string[] {
  return [...world.own, ...world.proxies].flatMap((pod) => {
    const budgets = of(world, 'PodDisruptionBudget').filter(
      ({ metadata, spec }) =>
        metadata.namespace === pod.metadata.namespace && selects(spec.selector, pod.metadata.labels),
    )
    return budgets.length < 2 ? [] : [`${named(pod)} has the budgets ${budgets.map(({ metadata }) => metadata.name)}`]
  })
}

/** Services of the overlay that send requests to pods of others, or to none. */
export function endpointFindings(world: World, overlay: Overlay): string[] {
  const mine = new Set(world.own.map(({ metadata }) => metadata.name))
  return overlay.all('Service').flatMap((service) => {
    const reached: string[] = inside(world, 'EndpointSlice')
      .filter(({ metadata }) => metadata.labels['kubernetes.io/service-name'] === service.metadata.name)
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ conditions }: Manifest) => conditions.terminating !== true)
      .map(({ targetRef }: Manifest) => targetRef.name)
    return [
      ...(reached.length === 0 ? [`${named(service)} reaches nobody`] : []),
      ...reached.filter((name) => !mine.has(name)).map((name) => `${named(service)} reaches ${name}`),
    ]
  })
}

/** What the overlay means for its own pods, and the proxies' pods or Services have the labels for. */
export function selectorFindings(world: World, overlay: Overlay): string[] {
  const near = world.proxies.filter(({ metadata }) => metadata.namespace === world.namespace)
  const made = inside(world, 'Service').filter(
    ({ metadata }) => !overlay.all('Service').some((own) => own.metadata.name === metadata.name),
  )
  return overlay.objects.flatMap((object) => {
    const { kind, spec } = object
    const pods = [
      spec?.podSelector,
      spec?.workloadSelector?.matchLabels === undefined && spec?.workloadSelector?.labels !== undefined
        ? { matchLabels: spec.workloadSelector.labels }
        : spec?.workloadSelector,
      kind === 'Service' ? { matchLabels: spec.selector } : kind === 'ServiceMonitor' ? undefined : spec?.selector,
      ...(spec?.template?.spec?.topologySpreadConstraints ?? []).map(({ labelSelector }: Manifest) => labelSelector),
    ]
    const found = pods
      // A selector of Istio's own Gateway means gateways.
      .filter((selector) => selector !== undefined && kind !== 'Gateway')
      .flatMap((selector) => near.filter(({ metadata }) => selects(selector, metadata.labels)))
    const scraped =
      kind === 'ServiceMonitor' ? made.filter(({ metadata }) => selects(spec.selector, metadata.labels)) : []
    return [...new Set([...found, ...scraped].map(named))].map((other) => `${named(object)} selects ${other}`)
  })
}

/** Connections that have to come through, or must not, by the policies of the cluster. */
export function trafficFindings(
  world: World,
  ways: readonly {
    readonly from: readonly Manifest[] | 'outside'
    readonly to: readonly Manifest[]
    readonly port: number
  }[],
): string[] {
  const policies = of(world, 'NetworkPolicy')
  const end = (pod: Manifest): End => ({
    pod,
    namespaceLabels: of(world, 'Namespace').find(({ metadata }) => metadata.name === pod.metadata.namespace).metadata
      .labels,
    address: pod.status.podIP,
  })
  const outside: End = { address: '203.0.113.7' }
  return ways.flatMap(({ from, to, port }) => {
    const ends = from === 'outside' ? [outside] : from.map(end)
    return [
      ...(ends.length === 0 || to.length === 0 ? [`nobody is there to connect on port ${port}`] : []),
      ...ends.flatMap((one) =>
        to
          .filter((server) => !passes(policies, one, end(server), port))
          .map(
            (server) =>
              `${one.pod?.metadata.name ?? 'a client outside'} can't connect to ${server.metadata.name}:${port}`,
          ),
      ),
    ]
  })
}

/**
 * Autoscalers that don't know whose pods they count, or count the load of others.
 * @param percent what each of the service's own pods uses of its request
 */
export function scalerFindings(world: World, overlay: Overlay, percent?: number): string[] {
  const names = overlay.all('HorizontalPodAutoscaler').map(({ metadata }) => metadata.name)
  return inside(world, 'HorizontalPodAutoscaler').flatMap((scaler) => {
    const { conditions, currentMetrics } = scaler.status ?? {}
    const active = conditions?.find(({ type }: Manifest) => type === 'ScalingActive')
    const cpu = currentMetrics?.find((one: Manifest) => (one?.resource ?? one?.containerResource)?.name === 'cpu')
    const use: number | undefined = (cpu?.resource ?? cpu?.containerResource)?.current.averageUtilization
    return [
      ...(active?.reason === 'ValidMetricFound' ? [] : [`${named(scaler)} is ${active?.reason}: ${active?.message}`]),
      ...(percent === undefined || !names.includes(scaler.metadata.name) || use === percent
        ? []
        : [`${named(scaler)} counts ${use} % of the requests, and its own pods use ${percent} %`]),
    ]
  })
}

/** Pods that were not let in by the namespace's Pod Security, as the workloads' controllers tell. */
export function refusedFindings(world: World): string[] {
  return inside(world, 'ReplicaSet').flatMap((set) =>
    (set.status.conditions ?? [])
      .filter(({ type, status }: Manifest) => type === 'ReplicaFailure' && status === 'True')
      .map(({ message }: Manifest) => `${named(set)}: ${message}`),
  )
}
