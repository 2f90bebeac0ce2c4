import type { Conflict } from './conflict.js'
import type { Spec } from './table.js'

/** What several clusters can't be had with. */
export const clusterConflicts: readonly Conflict[] = [
  {
    code: 'regions-sum',
    keys: ['regions'],
    violated: ({ regions = [] }) => regions.length > 0 && regions.reduce((sum, { weight }) => sum + weight, 0) !== 100,
    message: ({ regions = [] }) =>
      `the weights of regions, ${regions.map(({ weight }) => weight).join(' and ')}, do not sum to 100`,
    hint: 'give weights that sum to 100, such as 60 and 40',
  },
  {
    code: 'regions-clusters',
    keys: ['regions'],
    violated: ({ regions = [] }) => new Set(regions.map(({ cluster }) => cluster)).size < regions.length,
    message: () => 'two regions are in one cluster',
    hint: 'give each region a cluster of its own: what they share, they lose together',
  },
  {
    code: 'regions-by-name-or-address',
    keys: ['regions'],
    violated: ({ regions = [] }) => new Set(regions.map(({ cluster }) => cluster.startsWith('https:'))).size > 1,
    message: () => 'some clusters of regions are given by name and others by address',
    hint: 'give all by name, or all by address',
  },
  {
    code: 'regions-networks',
    keys: ['regions'],
    violated: ({ regions = [] }) => {
      const networks = regions.flatMap(({ podNetwork = [] }) => podNetwork)
      return networks.length > 0 && new Set(networks).size < regions.length
    },
    message: () => 'podNetwork is given for some regions and not for others, or is the same for two',
    hint: 'give each region the network of its own pods, or none: over a flat network no two pods have one address',
  },
  {
    code: 'regions-networks-need-fail-over',
    keys: ['regions', 'istio.enabled', 'istio.mode', 'rollout.strategy'],
    violated: (spec) =>
      (spec.regions ?? []).some(({ podNetwork }) => podNetwork !== undefined) &&
      (!spec['istio.enabled'] || spec['istio.mode'] !== 'sidecar' || spec['rollout.strategy'] === 'canary'),
    message: () => 'podNetwork lets in what the mesh sends over from other regions, and here it sends nothing over',
    hint: 'use istio.mode sidecar with rollout.strategy rolling or blue-green, or leave podNetwork out',
  },
  {
    code: 'regions-or-clusters',
    keys: ['regions', 'delivery.argocd.clusters'],
    violated: (spec) => spec.regions !== undefined && spec['delivery.argocd.clusters'] !== undefined,
    message: () => 'regions and delivery.argocd.clusters both say where production runs',
    hint: 'leave delivery.argocd.clusters out: each region has its cluster',
  },
  {
    code: 'clusters-need-argocd',
    keys: ['delivery.argocd.clusters', 'regions', 'delivery.argocd.enabled'],
    violated: (spec) =>
      !spec['delivery.argocd.enabled'] &&
      (spec.regions !== undefined || spec['delivery.argocd.clusters'] !== undefined),
    message: (spec) =>
      `${spec.regions === undefined ? 'delivery.argocd.clusters' : 'regions'}: it is Argo CD that delivers to several clusters, and delivery.argocd.enabled is off`,
    hint: 'add delivery.argocd.enabled: true (--delivery-argocd), or leave it out',
  },
  {
    code: 'dns-needs-regions',
    keys: ['dns.provider', 'regions'],
    violated: (spec) => spec['dns.provider'] !== 'none' && spec.regions === undefined,
    message: () => 'dns.provider weighs the records of regions, and there are none',
    hint: 'give regions, or leave dns.provider out',
  },
  {
    code: 'dns-needs-routes',
    keys: ['dns.provider', 'istio.enabled', 'gatewayApi.enabled'],
    violated: (spec) =>
      spec['dns.provider'] !== 'none' &&
      spec.regions !== undefined &&
      !spec['istio.enabled'] &&
      !spec['gatewayApi.enabled'],
    message: () => 'dns.provider reads hosts from routes, and istio.enabled and gatewayApi.enabled are both off',
    hint: 'add istio.enabled: true or gatewayApi.enabled: true, or leave dns.provider out',
  },
  {
    code: 'clusters-or-colours',
    keys: ['rollout.engine', 'regions', 'delivery.argocd.clusters'],
    violated: (spec) =>
      isSpread(spec) && spec['rollout.engine'] === 'none' && spec['rollout.strategy'] === 'blue-green',
    message: () =>
      'rollout.engine none keeps which colour serves in the overlay, and with several clusters each would switch by itself',
    hint: 'use rollout.engine argo-rollouts, or rollout.strategy rolling',
  },
  {
    code: 'clusters-or-sealed',
    keys: ['secrets.provider', 'regions', 'delivery.argocd.clusters'],
    violated: (spec) => isSpread(spec) && spec['secrets.provider'] === 'sealed-secrets',
    message: () => 'secrets.provider sealed-secrets seals for one cluster, and production has several',
    hint: 'use secrets.provider external-secrets or kubernetes',
  },
  {
    code: 'region-host-taken',
    keys: ['regions', 'delivery.environments'],
    violated: ({ regions = [], 'delivery.environments': names }) => regions.some(({ name }) => names.includes(name)),
    message: () => 'a region has the name of an environment, and both would answer at one host',
    hint: 'rename the environment or the region',
  },
  {
    code: 'region-taken',
    keys: ['regions', 'delivery.environments'],
    violated: (spec) => takenOverlay(spec) !== undefined,
    message: (spec) => `the overlay ${takenOverlay(spec)} would be an environment's and a region's`,
    hint: 'rename the environment or the region',
  },
]

/** Production runs in more than one cluster. */
function isSpread(spec: Spec): boolean {
  return spec.regions !== undefined || (spec['delivery.argocd.clusters'] ?? []).length > 1
}

/** An environment whose overlay a region would take. */
function takenOverlay({ regions = [], 'delivery.environments': names }: Spec): string | undefined {
  return regions.map(({ name }) => `${names.at(-1)}-${name}`).find((overlay) => names.includes(overlay))
}
