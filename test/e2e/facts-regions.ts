import { parse as readYaml } from 'yaml'
import { generatedBy, type Manifest, type Overlay } from '../support/manifests.js'
import { containerOf, type Fact, numberIn, same } from './facts-reading.js'

interface Region {
  readonly name: string
  readonly cluster: string
  readonly weight: number
  readonly replicas: number
  readonly podNetwork?: string
}

/** The regions that service.yaml asks for. */
function regionsOf(overlay: Overlay): readonly Region[] {
  return readYaml(overlay.read('service.yaml')).regions ?? []
}

/** The region that an overlay is of, by its name; none for an environment. */
function regionOf(overlay: Overlay): Region | undefined {
  return regionsOf(overlay).find(({ name }) => overlay.environment.endsWith(`-${name}`))
}

/** Networks of the other regions' pods, which the mesh may send requests from. */
export function peerNetworksOf(overlay: Overlay): string[] {
  const own = regionOf(overlay)
  return own === undefined
    ? []
    : regionsOf(overlay).flatMap(({ name, podNetwork = [] }) => (name === own.name ? [] : podNetwork))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

/** Go's notation of a duration. */
function secondsOf(text: string): number {
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 }
  return sum(
    [...text.matchAll(/([\d.]+)(ms|[hms])/g)].map(([, amount, unit = '']) => Number(amount) * (units[unit] ?? 0)),
  )
}

/** The ApplicationSet of production, for the overlays that it deploys and the one that they are made of. */
function setOf(overlay: Overlay): Manifest | undefined {
  const file = overlay.applicationSetFile
  return file === undefined ? undefined : readYaml(overlay.read(file))
}

/** Destinations of the Applications that the AppProject does not allow, as Argo CD compares them. */
function forbidden(overlay: Overlay, applications: readonly Manifest[]): string[] {
  const { spec } = readYaml(overlay.read('deploy/argocd/appproject.yaml'))
  const text = ({ server, name, namespace }: Manifest): string => `${server ?? name}/${namespace}`
  const allowed: string[] = spec.destinations.map(text)
  return applications
    .map((application) => text(application.spec.destination))
    .filter((destination) => !allowed.includes(destination))
    .map((destination) => `the AppProject does not allow ${destination}`)
}

/** The order in which the strategy reaches the Applications; one that it never reaches is missing. */
function order(set: Manifest, applications: readonly Manifest[]): string[] {
  return set.spec.strategy.rollingSync.steps.flatMap(({ matchExpressions }: Manifest) =>
    applications
      .filter(({ metadata }) =>
        matchExpressions.every(
          ({ key, operator, values }: Manifest) => operator === 'In' && values.includes(metadata.labels[key]),
        ),
      )
      .map(({ metadata }) => metadata.name),
  )
}

/** An Application has the set's name, and behind it the region that its overlay is of or the cluster that it goes to. */
function isNamedAfter(set: string, { name }: Manifest, { source, destination }: Manifest): boolean {
  const site = name.slice(set.length + 1)
  return name === `${set}-${site}` && (source.path.endsWith(`-${site}`) || destination.name === site)
}

export const regionFacts: readonly Fact[] = [
  {
    id: '20',
    rule: 'a region runs its own replicas, can run those of all if it is left alone, and their weights sum to 100',
    contradictions: (overlay) => {
      const region = regionOf(overlay)
      if (region === undefined) {
        return []
      }
      const all = sum(regionsOf(overlay).map(({ replicas }) => replicas))
      const scalers = overlay.all('HorizontalPodAutoscaler', 'ScaledObject').map(({ spec }) => ({
        least: spec.minReplicas ?? spec.minReplicaCount,
        most: spec.maxReplicas ?? spec.maxReplicaCount,
      }))
      const file = overlay.read(`deploy/overlays/${overlay.environment}/kustomization.yaml`)
      return [
        ...(overlay.read('README.md').includes(`| ${region.weight} % | ${region.replicas} |`)
          ? []
          : [`the README does not tell of ${region.weight} % and ${region.replicas} replicas`]),
        ...same('sum of weights', sum(regionsOf(overlay).map(({ weight }) => weight)), 'the whole', 100),
        ...same(
          'weight that the overlay tells',
          numberIn(file, /, (\d+) % of/, /的\s*(\d+) %/),
          'weight',
          region.weight,
        ),
        ...scalers.flatMap(({ least, most }) => [
          ...same('fewest pods', least, 'replicas', region.replicas),
          ...(most >= all ? [] : [`at most ${most} pods, and all regions together have ${all}`]),
        ]),
        ...(scalers.length > 0
          ? []
          : overlay.workloads.flatMap(({ spec }) => same('replicas', spec.replicas, 'asked for', region.replicas))),
      ]
    },
  },
  {
    rule: 'logs, traces and metrics of a region name it, and those of an environment without regions name none',
    contradictions: (overlay) => {
      const region = regionOf(overlay)
      const asked = regionsOf(overlay).length > 0
      const relabelled = overlay
        .all('ServiceMonitor')
        .flatMap(({ spec }) => spec.endpoints)
        .flatMap(({ relabelings = [] }: Manifest) => relabelings)
        .some(
          ({ sourceLabels = [], targetLabel }: Manifest) =>
            targetLabel === 'region' && sourceLabels.join() === '__meta_kubernetes_pod_label_region',
        )
      return [
        ...(overlay.one('ServiceMonitor') === undefined
          ? []
          : same('metrics name the region', relabelled, 'regions', asked)),
        ...same('logs name the region', overlay.read('internal/app/run.go').includes('"REGION"'), 'regions', asked),
        ...overlay.workloads.flatMap((workload) => {
          const env: Manifest[] = containerOf(workload).env ?? []
          const from = env.find(({ name }) => name === 'REGION')?.valueFrom?.fieldRef?.fieldPath
          const traces: string | undefined = env.find(({ name }) => name === 'OTEL_RESOURCE_ATTRIBUTES')?.value
          return [
            ...same('label of the pods', workload.spec.template.metadata.labels.region, 'region', region?.name),
            ...same('REGION', from, 'the label', asked ? "metadata.labels['region']" : undefined),
            ...(traces === undefined
              ? []
              : same('traces name the region', traces.includes('cloud.region=$(REGION)'), 'regions', asked)),
          ]
        }),
      ]
    },
  },
  {
    rule: 'in the mesh, a region answers under its own name beside that of all',
    contradictions: (overlay) => {
      const region = regionOf(overlay)
      const lists: string[][] = [
        ...overlay.all('VirtualService').map(({ spec }) => spec.hosts),
        ...overlay.istioGateways.flatMap(({ spec }) =>
          spec.servers.map(({ hosts }: Manifest) => hosts.map((host: string) => host.replace('./', ''))),
        ),
      ]
      return region === undefined
        ? []
        : lists.flatMap((hosts) =>
            same('has a host of the region', hosts.includes(`${region.name}.${hosts[0]}`), 'wanted', true),
          )
    },
  },
  {
    rule: 'the records of a region have its weight, its name and a short life where ExternalDNS is asked for, and are nobody’s elsewhere',
    contradictions: (overlay) => {
      const region = regionOf(overlay)
      const { dns } = readYaml(overlay.read('service.yaml'))
      const wanted =
        region === undefined || dns?.provider !== 'route53'
          ? undefined
          : { 'aws-weight': `${region.weight}`, 'set-identifier': region.name, ttl: '30' }
      const { name } = overlay.one('Service')?.metadata ?? {}
      return overlay
        .all('VirtualService', 'HTTPRoute', 'GRPCRoute', 'Gateway')
        .filter(
          ({ apiVersion, metadata }) =>
            apiVersion.startsWith('networking.istio.io/') ||
            [name, `${name}-redirect`, `${name}-grpc`].includes(metadata.name),
        )
        .flatMap(({ kind, metadata }) => {
          const found = Object.entries<string>(metadata.annotations ?? {})
            .filter(([key]) => key.startsWith('external-dns.kubernetes.io/'))
            .map(([key, value]) => [key.slice('external-dns.kubernetes.io/'.length), value])
            .sort()
          return same(
            `records of ${kind} ${metadata.name}`,
            found.length === 0 ? undefined : Object.fromEntries(found),
            'wanted',
            wanted,
          )
        })
    },
  },
  {
    rule: 'the pipeline asks every region for the new commit, in the order of a release; one that waits for a person is asked once',
    contradictions: (overlay) => {
      const region = regionOf(overlay)
      const file = ['.github/workflows/release.yaml', 'pipeline.gitlab-ci.yml', '.gitlab-ci.yml', 'Jenkinsfile'].find(
        (name) => overlay.has(name),
      )
      if (region === undefined || file === undefined) {
        return []
      }
      const ascending = [...regionsOf(overlay)].sort((a, b) => a.weight - b.weight).map(({ name }) => name)
      const { strategy } = overlay.one('Rollout')?.spec ?? {}
      // A canary is met in the first region alone; what all have, and what is rolled back, is asked of all of them.
      const whole = ascending.map((name) => `${name},`).join('')
      const first = strategy?.canary === undefined ? whole : `${ascending[0]},`
      const order = new RegExp(`^(${whole}|${first})${strategy === undefined ? '+' : '*'}$`)
      const asked = overlay
        .read(file)
        .split('\n')
        .flatMap((line) => ascending.find((name) => line.includes(`https://${name}.`)) ?? [])
      return order.test(asked.map((name) => `${name},`).join(''))
        ? []
        : [`asked is ${asked}, and the order is ${order}`]
    },
  },
  {
    rule: 'the ApplicationSet makes what the AppProject allows, of overlays that exist, and keeps what runs when it is deleted',
    contradictions: (overlay) => {
      const set = setOf(overlay)
      if (set === undefined) {
        return []
      }
      const applications = generatedBy(set)
      const names = applications.map(({ metadata }) => metadata.name)
      const places = applications.map(({ spec }) => `${spec.destination.server ?? spec.destination.name}`)
      const regions = regionsOf(overlay)
      const options: string[] = set.spec.goTemplateOptions ?? []
      return [
        ...same('name', set.metadata.name, 'environment', `${overlay.name}-${overlay.base}`),
        ...applications
          .filter(({ metadata, spec }) => !isNamedAfter(set.metadata.name, metadata, spec))
          .map(({ metadata }) => `${metadata.name} is named after no cluster`),
        ...same('goTemplate', set.spec.goTemplate, 'wanted', true),
        ...(options.includes('missingkey=error') ? [] : ['a misspelt parameter is no error']),
        ...same('keeps what runs', set.spec.syncPolicy?.preserveResourcesOnDeletion, 'wanted', true),
        ...applications
          .filter(({ spec }) => !overlay.has(`${overlay.inProject(spec.source.path)}/kustomization.yaml`))
          .map(({ spec }) => `no ${spec.source.path}`),
        ...same('names', new Set(names).size, 'Applications', names.length),
        ...same('clusters', new Set(places).size, 'Applications', places.length),
        ...regions.flatMap(({ name, cluster }) => {
          const of = applications.find(({ spec }) => spec.source.path.endsWith(`-${name}`))
          return same(
            `cluster of ${name}`,
            of?.spec.destination.name ?? of?.spec.destination.server,
            'asked for',
            cluster,
          )
        }),
        ...applications
          .filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] !== overlay.name)
          .map(({ metadata }) => `${metadata.name} is not labelled as the service's`),
        ...same(
          'namespace',
          set.metadata.namespace,
          'AppProject',
          readYaml(overlay.read('deploy/argocd/appproject.yaml')).metadata.namespace,
        ),
        ...same('label', set.metadata.labels?.['app.kubernetes.io/name'], 'the service', overlay.name),
        ...forbidden(overlay, applications),
      ]
    },
  },
  {
    rule: 'a release reaches one cluster after the other, each once, the one with the least traffic first',
    contradictions: (overlay) => {
      const set = setOf(overlay)
      if (set === undefined) {
        return []
      }
      const applications = generatedBy(set)
      const reached = order(set, applications)
      const ascending = [...regionsOf(overlay)].sort((a, b) => a.weight - b.weight).map(({ name }) => name)
      return [
        ...same('strategy', set.spec.strategy.type, 'one after the other', 'RollingSync'),
        ...same(
          'reached',
          [...reached].sort(),
          'Applications',
          applications.map(({ metadata }) => metadata.name).sort(),
        ),
        ...ascending.flatMap((name, at) =>
          reached[at]?.endsWith(`-${name}`) ? [] : [`${reached[at]} is before ${name}`],
        ),
        ...set.spec.strategy.rollingSync.steps
          .filter(({ maxUpdate }: Manifest) => maxUpdate !== (overlay.has('scripts/promote.sh') ? 1 : 0))
          .map(({ maxUpdate }: Manifest) => `${maxUpdate} at a time`),
        // It hands the syncs to the strategy, and says whether they remove what has left Git.
        ...applications
          .filter(({ spec }) => (spec.syncPolicy.automated?.prune === true) !== overlay.has('scripts/promote.sh'))
          .map(({ metadata }) => `${metadata.name} keeps what has left Git`),
      ]
    },
  },
  {
    id: '21',
    rule: 'the mesh moves the traffic of the largest region by itself, in time, and that of another stays until a person moves it; with a canary it can move none',
    contradictions: (overlay) => {
      const region = regionOf(overlay)
      if (region === undefined) {
        return []
      }
      const ascending = [...regionsOf(overlay)].sort((a, b) => a.weight - b.weight).map(({ name }) => name)
      const isLargest = region.name === ascending.at(-1)
      const { readinessProbe } = containerOf(overlay.workloads[0])
      const { periodSeconds: period, failureThreshold: failures, timeoutSeconds: timeout } = readinessProbe ?? {}
      const tries: number[] = overlay
        .all('VirtualService')
        .flatMap(({ spec }) => spec.http)
        .map(({ retries, timeout: whole }: Manifest) => Math.ceil(secondsOf(retries?.perTryTimeout ?? whole)))
      // Its subsets are of pods with a hash, which those of another cluster don't have.
      const isCanary = overlay.workloads.some(({ spec }) => spec.strategy?.canary?.trafficRouting !== undefined)
      // An ambient mesh is one of this cluster alone, and its rule has no subsets.
      const alone = overlay.one('VirtualService') === undefined
      return overlay.all('DestinationRule').flatMap(({ spec: { trafficPolicy } }) => {
        if (isCanary || alone) {
          return same('locality', trafficPolicy.loadBalancer.localityLbSetting, 'wanted', undefined)
        }
        const { localityLbSetting: { enabled, failover, distribute } = {} as Manifest } = trafficPolicy.loadBalancer
        const worst = period * failures + timeout + 10 + Math.max(...tries)
        return [
          ...same('locality', enabled, 'wanted', true),
          ...same(
            'moves by itself',
            failover,
            'to',
            isLargest ? [{ from: region.name, to: ascending.at(-2) }] : undefined,
          ),
          ...same(
            'stays',
            distribute,
            'here',
            isLargest ? undefined : [{ from: `${region.name}/*`, to: { [`${region.name}/*`]: 100 } }],
          ),
          ...(trafficPolicy.outlierDetection === undefined ? ['nothing notices pods that fail'] : []),
          ...(isLargest && !(worst <= 90) ? [`the fail-over takes up to ${worst} s`] : []),
          ...(isLargest &&
          numberIn(
            overlay.read(`deploy/overlays/${overlay.environment}/kustomization.yaml`),
            /within (\d+) s/,
            /(\d+)\s*(?:s|秒)\s*之?\s*内/,
          ) !== worst
            ? [`the overlay does not tell of ${worst} s`]
            : []),
        ]
      })
    },
  },
]
