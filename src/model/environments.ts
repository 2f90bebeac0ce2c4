import { sqlStoreNames } from '../spec/stores.js'
import type { Spec } from '../spec/table.js'
import { hasSidecar, publicHost } from './mesh.js'
import { hasAlerts, hasDashboards } from './monitoring.js'
import { destinations, regions, sites } from './regions.js'
import { hasColours } from './rollout.js'
import { scalers } from './scaling.js'
import type { Environment, WorkloadRef } from './types.js'
import type { SmokeTarget } from './types-regions.js'

/** Seconds for Argo CD's next look at Git (three minutes), the image and the pods. */
const smokeTimeout = 900

/** Environments of these names run one small replica and hold no budget. */
const developmentNames = new Set(['dev', 'develop', 'development', 'local', 'sandbox', 'test'])

/** One overlay an environment, in the order of promotion. */
export function environments(spec: Spec, works: readonly WorkloadRef[]): Environment[] {
  const names = spec['delivery.environments']
  const lastName = names.at(-1)
  const promoted = names.filter((name) => name === lastName || !developmentNames.has(name))
  // Otherwise development would wait for the approval of production, the only release there is.
  const released = promoted.length === 1 ? names : promoted
  return names.map((name, index) => {
    const isProduction = index === names.length - 1
    const isDevelopment = !isProduction && developmentNames.has(name)
    const hpa = spec['autoscaling.enabled'] && !isDevelopment
    const pdb = spec['pdb.enabled'] && !isDevelopment
    const strategy = isProduction ? spec['rollout.strategy'] : 'rolling'
    const host = isProduction ? publicHost(spec) : `${name}.${publicHost(spec)}`
    const spread = isProduction ? sites(spec).length : 0
    // Where one address has all clusters behind it, the last of them is waited for there.
    const waits = smokeTimeout * (spec.regions === undefined ? Math.max(1, spread) : 1)
    const targets = isProduction ? smokeTargets(spec, host) : [oneTarget(host)]
    const namespace = isProduction ? (spec.namespace as string) : `${spec.namespace}-${name}`
    return {
      name,
      namespace,
      isDevelopment,
      isProduction,
      replicas: isDevelopment ? 1 : hpa ? undefined : spec['workload.replicas'],
      hpa,
      scalers: hpa && asksPrometheus(spec) ? scalers(spec, namespace, works) : [],
      pdb,
      canary: strategy === 'canary',
      blueGreen: strategy === 'blue-green',
      // Old and new answer in turn for good, or until a person promotes the new one.
      smokeInARow: spec['rollout.weights'] !== undefined || strategy === 'canary' ? 1 : 3,
      smokes: spec['delivery.argocd.enabled'] && strategy !== 'blue-green',
      routed: strategy === 'canary' && hasSidecar(spec),
      ignores: hpa || spec['rollout.strategy'] === 'blue-green' || (strategy === 'canary' && hasSidecar(spec)),
      logLevel: isDevelopment ? 'debug' : 'info',
      components: components(spec, hpa, pdb, isProduction),
      monitoring: [
        ...(hasAlerts(spec) && !isDevelopment ? [`alerts/${name}`] : []),
        // One for all environments, which it chooses from: two with the same uid would overwrite each other.
        ...(hasDashboards(spec) && isProduction ? ['dashboards'] : []),
      ],
      alerts: hasAlerts(spec) && !isDevelopment,
      host,
      tlsSecret: `${namespace}-tls`,
      secretKey: `${spec['secrets.path']}/${name}`,
      variable: name.toUpperCase().replaceAll('-', '_'),
      application: `${spec.name}-${name}`,
      // With a pipeline the approval is made there, before the commit; a manual sync would be a second gate.
      autoSync: !isProduction || spec['delivery.ci'] !== 'none',
      destinations: destinations(spec, isProduction),
      spread: spread > 0,
      smokeTargets: targets,
      smokeTimeout: waits,
      deployMinutes: (waits * targets.length) / 60 + 15,
      released: released.includes(name),
      previous: released[released.indexOf(name) - 1],
      traceRatio: isDevelopment ? '1' : '0.1',
    }
  })
}

/** Each region by itself: behind the address of all, one that lags would be hidden. */
function smokeTargets(spec: Spec, host: string): SmokeTarget[] {
  const targets = regions(spec).map(({ name, host: own, variable }) => ({
    host: own,
    region: name,
    suffix: `_${variable}`,
  }))
  // The next region waits until a person has promoted the first, which may be tomorrow.
  const reached = spec['rollout.strategy'] === 'rolling' ? targets : targets.slice(0, 1)
  return reached.length === 0 ? [oneTarget(host)] : reached
}

function oneTarget(host: string): SmokeTarget {
  return { host, region: undefined, suffix: '' }
}

/** KEDA does so for what is not CPU or memory. */
function asksPrometheus(spec: Spec): boolean {
  return (
    spec['autoscaling.engine'] === 'keda' &&
    (spec['autoscaling.qps'] !== undefined || spec['autoscaling.queue.target'] !== undefined)
  )
}

/** Only the last environment has the traffic that a release is judged by; before it, a Rollout is a rolling update. */
function components(spec: Spec, hpa: boolean, pdb: boolean, isProduction: boolean): string[] {
  const strategy = isProduction ? spec['rollout.strategy'] : 'rolling'
  const chosen: [string, boolean][] = [
    // First, because it adds a workload, and others change every workload there is.
    ['traffic-split', spec['rollout.weights'] !== undefined],
    ['canary', strategy === 'canary'],
    ['blue-green', strategy === 'blue-green' && !hasColours(spec)],
    ['migrations', sqlStoreNames.some((name) => spec[`${name}.enabled`])],
    ['autoscaling', hpa],
    ['pdb', pdb],
    ['network-policy', spec['networkPolicy.enabled']],
    ['service-monitor', spec['metrics.enabled']],
    ['istio', spec['istio.enabled']],
    ['routes', spec['gatewayApi.enabled'] || (spec['istio.enabled'] && !hasSidecar(spec))],
    // After the routes that it goes before. Never where the users are.
    ['fault-injection', spec['istio.faultInjection'] && !isProduction],
  ]
  return chosen.filter(([, on]) => on).map(([name]) => name)
}
