import { sqlStoreNames } from '../spec/stores.js'
import type { Spec } from '../spec/table.js'
import { hasSidecar, publicHost } from './mesh.js'
import { hasAlerts, hasDashboards } from './monitoring.js'
import { release } from './promotions.js'
import { destinations, sites } from './regions.js'
import { hasColours } from './rollout.js'
import { scalers } from './scaling.js'
import type { Environment, WorkloadRef } from './types.js'

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
    const flow = release(spec, { name, isProduction, host })
    const included = components(spec, hpa, pdb, isProduction)
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
      ...flow,
      routed: strategy === 'canary' && hasSidecar(spec),
      ignores: hpa || spec['rollout.strategy'] === 'blue-green' || (strategy === 'canary' && hasSidecar(spec)),
      logLevel: isDevelopment ? 'debug' : 'info',
      components: included,
      ungated: included.filter((component) => component !== flow.gate),
      monitoring: [
        ...(hasAlerts(spec) && !isDevelopment ? [`alerts/${name}`] : []),
        // One for all environments, which it chooses from: two with the same uid would overwrite each other.
        ...(hasDashboards(spec) && isProduction ? ['dashboards'] : []),
      ],
      alerts: hasAlerts(spec) && !isDevelopment,
      host,
      tlsSecret: `${namespace}-tls`,
      secretKey: `${spec['secrets.path']}/${name}`,
      application: `${spec.name}-${name}`,
      // With a pipeline the approval is made there, before the commit; a manual sync would be a second gate.
      autoSync: !isProduction || spec['delivery.ci'] !== 'none',
      destinations: destinations(spec, isProduction),
      spread: spread > 0,
      released: released.includes(name),
      previous: released[released.indexOf(name) - 1],
      traceRatio: isDevelopment ? '1' : '0.1',
    }
  })
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
