import type { Spec } from '../spec/table.js'
import { t } from '../words.js'
import type { Ledger } from './ledger.js'
import { hasSidecar, publicHost } from './mesh.js'
import { millisecondsOf } from './quantity.js'
import type { Destination, Dns, FailOver, Region, Site } from './types-regions.js'

/** Argo CD's own cluster. */
const ownCluster: Destination = { key: 'server', value: 'https://kubernetes.default.svc' }

/**
 * The regions in the order in which a release reaches them: the one with the least traffic first, as what is wrong with a
 * release then meets the fewest.
 */
export function regions(spec: Spec): Region[] {
  const given = spec.regions ?? []
  const all = given.reduce((sum, { replicas }) => sum + replicas, 0)
  const ascending = [...given].sort((a, b) => a.weight - b.weight)
  const heir = ascending.at(-2)?.name
  return ascending.map(({ name, weight, replicas }, at) => ({
    // From where most of the traffic is to the next largest. The way back is a person's, as in a region that was small
    // enough to be the second one all of the traffic arrives at once.
    takenOverBy: meshMoves(spec) && at === ascending.length - 1 ? heir : undefined,
    name,
    weight,
    replicas,
    max: spec['autoscaling.enabled'] ? Math.max(scaled(spec, replicas), all) : replicas,
    overlay: `${productionOf(spec)}-${name}`,
    host: `${name}.${publicHost(spec)}`,
    peerNetworks: ascending.flatMap((other) => (other.name === name ? [] : (other.podNetwork ?? []))),
    variable: name.toUpperCase().replaceAll('-', '_'),
  }))
}

/**
 * Whether the mesh can send a region's requests to another one. Not in ambient mode, where several clusters share no
 * waypoint. Not with a canary: Argo Rollouts adds the hash of the
 * cluster's own pods to the subsets of its routes, and no pod of another cluster has it.
 */
function meshMoves(spec: Spec): boolean {
  return hasSidecar(spec) && spec['rollout.strategy'] !== 'canary'
}

/** Seconds from a lost region to answers from another, at most. */
const budget = 90
/** Seconds until Envoy has heard of endpoints that are gone: istiod waits 100 ms and up to 10 s for more changes. */
const spread = 10
/** Milliseconds that the mesh adds to the handler's time for one try. */
const slack = 1000

/** How long a region whose pods are lost goes on failing; undefined where the mesh sends its traffic nowhere else. */
export function failOver(spec: Spec, list: readonly Region[], ledger: Ledger): FailOver | undefined {
  const [from] = list.filter(({ takenOverBy }) => takenOverBy !== undefined)
  if (from === undefined) {
    return undefined
  }
  const period = spec['probes.readiness.period']
  const failures = spec['probes.readiness.failureThreshold']
  const leave = period * failures + spec['probes.readiness.timeout']
  const request = Math.ceil((millisecondsOf(spec['http.timeout']) + slack) / 1000)
  const worst = ledger.sum(
    {
      name: t`Fail-over from ${from.name} to ${from.takenOverBy}`,
      unit: 's',
      reason: t`by itself, when the pods of ${from.name} are lost and its gateway is not; ${budget} s are allowed`,
      options: [
        'probes.readiness.period',
        'probes.readiness.failureThreshold',
        'probes.readiness.timeout',
        'http.timeout',
      ],
    },
    [
      [t`readiness: ${failures} checks, one each ${period} s, and the last time-out`, leave],
      [t('the news reaches every proxy'), spread],
      [t('a request that was sent to the last pod'), request],
    ],
  )
  return { leave, spread, request, worst, budget }
}

/** Records of the regions; undefined where somebody else weighs them. */
export function dns(spec: Spec, ledger: Ledger): Dns | undefined {
  if (spec['dns.provider'] === 'none') {
    return undefined
  }
  // Route 53 checks each 10 s (fast) or 30 s, and takes a record out after 1 to 10 failures.
  const [ttl, interval, failures] = [30, 10, 3]
  const worst = ledger.sum(
    {
      name: t('Fail-over by DNS'),
      unit: 's',
      reason: t('a cluster that is lost with its gateway, where the records have a health check'),
      options: ['dns.provider'],
    },
    [
      [t`${failures} checks, one each ${interval} s`, interval * failures],
      [t('resolvers keep the old answer (TTL)'), ttl],
    ],
  )
  return { ttl, interval, failures, worst }
}

/** What `autoscaling.max` is to `autoscaling.min`, of a region's replicas. */
function scaled(spec: Spec, replicas: number): number {
  return Math.ceil((replicas * spec['autoscaling.max']) / spec['autoscaling.min'])
}

/** Tells why the bounds of the regions are what they are. */
export function noteRegions(spec: Spec, list: readonly Region[], ledger: Ledger): void {
  const all = list.reduce((sum, { replicas }) => sum + replicas, 0)
  for (const { name, replicas, max } of spec['autoscaling.enabled'] ? list : []) {
    ledger.note(
      {
        name: t`Most pods in ${name}`,
        unit: t('pods'),
        reason: t('a region that is left alone can take what all of them took together'),
        options: ['regions', 'autoscaling.min', 'autoscaling.max'],
      },
      max,
      t`max(⌈${replicas} (replicas) × ${spec['autoscaling.max']} (autoscaling.max) ÷ ${spec['autoscaling.min']} (autoscaling.min)⌉, ${all} (replicas of all regions)) = ${max}`,
    )
  }
}

/** The clusters of production where there are several; empty where an Application does. */
export function sites(spec: Spec): Site[] {
  const production = productionOf(spec)
  const application = (site: string): string => `${spec.name}-${production}-${site}`
  const clusters = spec['delivery.argocd.clusters'] ?? []
  if (spec.regions !== undefined) {
    const clusterOf = new Map(spec.regions.map(({ name, cluster }) => [name, cluster]))
    return regions(spec).map(({ name, overlay }) => ({
      name,
      cluster: clusterOf.get(name) as string,
      overlay,
      application: application(name),
    }))
  }
  return clusters.length < 2
    ? []
    : clusters.map((name) => ({ name, cluster: name, overlay: production, application: application(name) }))
}

/** Where an environment runs; those before production have Argo CD's own cluster. */
export function destinations(spec: Spec, isProduction: boolean): Destination[] {
  const chosen = spec.regions?.map(({ cluster }) => cluster) ?? spec['delivery.argocd.clusters'] ?? []
  return isProduction && chosen.length > 0
    ? chosen.map((value) => ({ key: value.startsWith('https:') ? 'server' : 'name', value }))
    : [ownCluster]
}

function productionOf(spec: Spec): string {
  return spec['delivery.environments'].at(-1) as string
}
