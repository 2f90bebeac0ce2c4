import { type StoreName, sqlStoreNames, storeNames } from '../spec/stores.js'
import type { Spec } from '../spec/table.js'
import { t } from '../words.js'
import { resources } from './capacity.js'
import { released } from './changes.js'
import { choices } from './choices.js'
import { centrePlaces, configCentre } from './config-centre.js'
import { entrypoint, image } from './container.js'
import { environments } from './environments.js'
import { Ledger } from './ledger.js'
import { hasSidecar, mesh, routes } from './mesh.js'
import { messaging } from './messaging.js'
import { hasAlerts, hasDashboards, monitoring, slo } from './monitoring.js'
import { toBeSet } from './placeholders.js'
import { dns, failOver, noteRegions, regions, sites } from './regions.js'
import { hasColours, rollout, rolloutHash } from './rollout.js'
import { autoscaling } from './scaling.js'
import { mostPods, stores } from './stores.js'
import { timelines } from './timelines.js'
import { timing } from './timing.js'
import type { Environment, Model, Numbers, Pipeline, WorkloadRef } from './types.js'
import type { Stores } from './types-dependencies.js'
import { actions, images, jobs, versions } from './versions.js'
import { hostOf, webAddress } from './web-address.js'
import { colourWorkloads, workload, workloads } from './workload.js'

/** Version and addresses of this tool, passed in by the entry. */
export type Tool = Model['tool']

/** The OpenTelemetry collector that most clusters run; the overlay's environment overrides it. */
const collector = {
  namespace: 'observability',
  port: 4318,
  endpoint: 'http://otel-collector.observability.svc.cluster.local:4318',
}

/** The whole Model of a spec. Pure: the same spec gives the same model. */
export function buildModel(spec: Spec, tool: Tool): Model {
  const numbers = numbersOf(spec, tool)
  return { ...numbers, choices: choices(numbers), timelines: timelines(numbers) }
}

function numbersOf(spec: Spec, tool: Tool): Numbers {
  const ledger = new Ledger()
  const name = spec.name as string
  const times = timing(spec, ledger)
  const istio = mesh(spec, ledger)
  const route = routes(spec, istio, ledger)
  const capacity = resources(spec, ledger)
  const works = hasColours(spec) ? colourWorkloads(name) : workloads(name, istio)
  const objectives = slo(spec, ledger)
  const release = rollout(spec, objectives.latencySeconds, ledger)
  const scale = autoscaling(spec, works, ledger)
  const envs = environments(spec, works)
  const parts = regions(spec)
  noteRegions(spec, parts, ledger)
  const clusters = sites(spec)
  const lost = failOver(spec, parts, ledger)
  const records = dns(spec, ledger)
  const data = stores(
    spec,
    mostPods(spec, works.length, { grace: times.shutdown.grace, minReadySeconds: times.minReadySeconds }),
    ledger,
  )
  const places = centrePlaces(spec)
  const centre = configCentre(spec, places)
  const brokers = messaging(spec, data)
  const description = isVisible(spec.description) ? spec.description : t`${name} is a Go service on Kubernetes.`
  const owner = isVisible(spec.owner) ? spec.owner : undefined
  return {
    answers: spec,
    tool,
    name,
    module: spec.module as string,
    description: { text: description },
    owner: owner === undefined ? undefined : { text: owner },
    ownerLabel: owner !== undefined && isLabelValue(owner) ? owner : undefined,
    preset: spec.preset,
    namespace: spec.namespace as string,
    features: {
      http: spec['http.enabled'],
      grpc: spec['grpc.enabled'],
      metrics: spec['metrics.enabled'],
      tracing: spec['tracing.enabled'],
      configFile: spec['config.source'] !== 'env',
      configReload: spec['config.source'] !== 'env' && spec['config.reload'],
      configCentre: centre !== undefined,
      consul: centre?.name === 'Consul',
      nacos: centre?.name === 'Nacos',
      autoscaling: scale.enabled,
      keda: scale.enabled && scale.keda,
      entrypoint: spec['entrypoint.enabled'],
      networkPolicy: spec['networkPolicy.enabled'],
      istio: istio !== undefined,
      sidecar: hasSidecar(spec),
      ambient: istio !== undefined && !hasSidecar(spec),
      jwt: istio?.jwt !== undefined,
      routes: route !== undefined,
      gatewayApi: spec['gatewayApi.enabled'],
      trafficSplit: istio?.split === true,
      rollout: release !== undefined,
      canary: spec['rollout.strategy'] === 'canary',
      blueGreen: spec['rollout.strategy'] === 'blue-green',
      release: spec['rollout.strategy'] !== 'rolling',
      colours: hasColours(spec),
      analysis: release?.analysis !== undefined,
      argocd: spec['delivery.argocd.enabled'],
      regions: parts.length > 0,
      applicationSet: clusters.length > 0,
      ownNamespace: spec.namespace === spec.name,
      pipeline: spec['delivery.ci'] !== 'none',
      github: spec['delivery.ci'] === 'github',
      gitlab: spec['delivery.ci'] === 'gitlab',
      jenkins: spec['delivery.ci'] === 'jenkins',
      stores: Object.values(data).some((store) => store !== undefined),
      ...chosenStores(data),
      remote: [...Object.values(data), brokers.nats, brokers.kafka].some((one) => one !== undefined),
      tlsModes: [...Object.values(data), brokers.kafka].some((one) => one !== undefined),
      migrations: sqlStoreNames.some((store) => data[store] !== undefined),
      messaging: brokers.nats !== undefined || brokers.kafka !== undefined,
      nats: brokers.nats !== undefined,
      kafka: brokers.kafka !== undefined,
      compose: [centre, ...Object.values(data), brokers.nats, brokers.kafka].some((one) => one !== undefined),
      externalSecrets: spec['secrets.provider'] === 'external-secrets',
      sealedSecrets: spec['secrets.provider'] === 'sealed-secrets',
      alerts: hasAlerts(spec),
      receiver: hasAlerts(spec) && spec['alerts.receiver'] !== 'none',
      dashboards: hasDashboards(spec),
    },
    ports: {
      http: spec['http.port'],
      grpc: spec['grpc.port'],
      admin: spec['http.adminPort'],
      service: 80,
      tunnel: 15_008,
    },
    timeouts: times.timeouts,
    versionPath: '/version',
    versionPattern: 'GET /version',
    limits: { headerBytes: 64 * 1024, bodyBytes: 1024 * 1024 },
    shutdown: times.shutdown,
    coldStart: times.coldStart,
    probes: times.probes,
    resources: capacity,
    workload: workload(spec, times),
    workloads: works,
    autoscaling: scale,
    pdb: { maxUnavailable: 1 },
    image: image(spec),
    entrypoint: entrypoint(spec),
    images: images.local,
    stores: data,
    messaging: brokers,
    secrets: {
      store: spec['secrets.store'],
      restarts: spec['secrets.rotation'] === 'restart',
      after: spec['secrets.rotation'] === 'restart' ? t('then a rolling restart') : t('which running pods read'),
    },
    istio,
    routes: route,
    rollout: release,
    argocd: {
      repo: spec['delivery.argocd.repo'] as string,
      project: spec['delivery.argocd.project'] as string,
      description: { text: shortened(description, projectDescription) },
      namespace: 'argocd',
      siteLabel: parts.length > 0 ? 'region' : 'cluster',
      siteKey: clusters[0]?.cluster.startsWith('https:') ? 'server' : 'name',
      maxUpdate: spec['delivery.ci'] === 'none' ? 0 : 1,
    },
    pipeline: pipeline(spec, works, envs),
    config: {
      values: Object.entries(spec['config.values'])
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => ({ key: { text: key }, value: { text: value } })),
      hasValues: Object.keys(spec['config.values']).length > 0,
      dir: `/etc/${name}/config`,
      file: `/etc/${name}/config/config.yaml`,
      credentialsDir: `/etc/${name}/credentials`,
      centre,
      ...places,
    },
    names: {
      config: `${name}-config`,
      credentials: `${name}-credentials`,
      headless: `${name}-headless`,
      gateway: `${name}-gateway`,
      proxies: `${name}-proxies`,
      rotationRole: `${name}-credentials-rotation`,
      migrate: `${name}-migrate`,
      releaseRole: `${name}-release`,
      preview: `${name}-preview`,
      metrics: `${name}-metrics`,
      rolloutHash,
      operatorsGroup: `${name}-operators`,
    },
    slo: objectives,
    environments: envs,
    regions: parts,
    failOver: lost,
    dns: records,
    sites: clusters,
    developmentEnv: envs.find(({ isDevelopment }) => isDevelopment),
    productionEnv: envs.at(-1) as Environment,
    kubernetes: kubernetes(spec['target.kubernetes']),
    monitoring: monitoring(spec, ledger),
    tracing: collector,
    istioVersion: spec['target.istio'],
    versions,
    jobs,
    actions,
    decisions: ledger.decisions,
    placeholders: toBeSet(spec),
  }
}

/** New commits go to the last of the workloads, which takes its share of the traffic. */
function pipeline(spec: Spec, works: readonly WorkloadRef[], envs: readonly Environment[]): Pipeline {
  const waits = envs.flatMap(({ promotions }) => promotions)
  const backs = envs.filter(({ back }) => back).map((env) => env.name)
  const folder = spec['delivery.path']
  const name = spec.name as string
  const web = webAddress(spec['delivery.argocd.repo'] as string)
  return {
    prefix: folder === undefined ? '' : `${folder}/`,
    folder: folder ?? '.',
    below: folder !== undefined,
    own: folder === undefined ? '' : `${name}-`,
    variables: folder === undefined ? '' : `${name.toUpperCase().replaceAll('-', '_')}_`,
    web,
    host: hostOf(web),
    branch: 'main',
    image: works.at(-1)?.image ?? (spec.name as string),
    changes: released(folder === undefined ? '' : `${folder}/`),
    first: (envs.find(({ released }) => released) as Environment).name,
    followers: envs.filter(({ released }) => !released).map((env) => env.name),
    backs,
    backsProduction: !hasColours(spec),
    backMinutes: Math.max(...envs.map(({ backMinutes }) => backMinutes)),
    patienceDays: 3 * (1 + waits.length) + 1,
  }
}

/** KEP-3015: PreferSameZone is stable since 1.35; PreferClose is its older name, deprecated from there on. */
function kubernetes(version: string): Model['kubernetes'] {
  const minor = Number(version.split('.')[1])
  return { version, minor, trafficDistribution: minor >= 35 ? 'PreferSameZone' : 'PreferClose' }
}

/** Words of which a reader sees something: blanks and invisible characters alone say nothing. */
function isVisible(words: string | undefined): words is string {
  return words !== undefined && /[^\s\p{C}\p{Z}]/u.test(words)
}

/** Kubernetes' label value: at most 63 of letters, digits and `-_.`, alphanumeric at both ends. */
function isLabelValue(text: string): boolean {
  return text.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(text)
}

/** A flag for each data store. */
function chosenStores(data: Stores): Readonly<Record<StoreName, boolean>> {
  const flags = storeNames.map((name) => [name, data[name] !== undefined])
  return Object.fromEntries(flags) as Record<StoreName, boolean>
}

/** Characters of an AppProject's description: `maxLength` in manifests/crds/appproject-crd.yaml of Argo CD. */
const projectDescription = 255

/** A text of at most so many characters, as an API server counts them; what was cut ends in an ellipsis. */
function shortened(text: string, most: number): string {
  const characters = [...text]
  return characters.length <= most
    ? text
    : `${characters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`
}
