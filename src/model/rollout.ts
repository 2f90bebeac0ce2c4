import type { Spec } from '../spec/table.js'
import { t } from '../words.js'
import type { Ledger } from './ledger.js'
import { hasSidecar } from './mesh.js'
import { hasConsumer } from './messaging.js'
import { duration, millisecondsOf, seconds } from './quantity.js'
import type { AnalysedProtocol, AnalysedSeries, Analysis, Rollout, RolloutStep } from './types-rollout.js'

/** Seconds: four scrapes of 30 s, so that a rate has more than one pair of samples. */
const window = 120
/** Seconds: shorter would ask twice about the same scrapes. */
const interval = 60
/**
 * Measurements one after the other that abort together: two bad minutes can be a blip of a dependency. Not as many in all:
 * a release that waits for a person for days would collect them by chance.
 */
const badInARow = 3
/** The default of Argo Rollouts: five times in a row, and nobody sees what the new version does. */
const errorLimit = 4
/** The article's "error rate +50 %". */
const errorFactor = 1.5
/** Two versions that are equally slow differ by less, in windows of minutes. */
const latencyFactor = 1.2
/** Burning the budget so many times too fast wakes somebody within the hour: see the burn rates of model/monitoring.ts. */
const fastBurn = 14.4
/** Share of errors that counts as none on the old side, at most: a lax objective allows more than anybody releases. */
const highestFloor = 0.02
/** Fewest and most requests that a verdict needs: fewer are chance, and a service with less traffic would never have one. */
const requestBounds = [50, 500] as const
/** Seconds: proxies and kube-proxy forget the old pods' addresses in less; the default of Argo Rollouts. */
const scaleDownDelay = 30
/** Seconds: long enough to look at a pod that failed; where pods take messages, they go on with that until they end. */
const abortScaleDownDelay = { idle: 600, consuming: 30 }

/** What a release by Argo Rollouts consists of; undefined where a rolling update does it. */
export function rollout(spec: Spec, latencySeconds: string, ledger: Ledger): Rollout | undefined {
  if (!usesRollouts(spec)) {
    return undefined
  }
  const analysis = spec['metrics.enabled'] ? analysisOf(spec, latencySeconds, ledger) : undefined
  const isCanary = spec['rollout.strategy'] === 'canary'
  return {
    steps: isCanary ? stepsOf(spec, ledger) : [],
    analysis,
    scaleDownDelay: isCanary ? scaleDownDelay : millisecondsOf(spec['rollout.pause']) / 1000,
    abortScaleDownDelay: hasConsumer(spec) ? abortScaleDownDelay.consuming : abortScaleDownDelay.idle,
    rollbackRevisions: 3,
  }
}

/** By this label Argo Rollouts tells the pods of its revisions apart. */
export const rolloutHash = 'rollouts-pod-template-hash'

/** Whether the workload is a Rollout. */
export function usesRollouts(spec: Spec): boolean {
  return spec['rollout.strategy'] !== 'rolling' && spec['rollout.engine'] !== 'none'
}

/** The workloads of a release by hand: two Deployments, one of which serves. */
export const colours = ['blue', 'green'] as const

/** Whether a script switches between two Deployments. */
export function hasColours(spec: Spec): boolean {
  return spec['rollout.strategy'] === 'blue-green' && spec['rollout.engine'] === 'none'
}

/** How many times its replicas a workload has while a release is under way, beside the surge of a rolling update. */
export function fleets(spec: Spec): number {
  const bothWhole = (spec['rollout.strategy'] === 'blue-green' && usesRollouts(spec)) || isRouted(spec)
  return bothWhole ? 2 : 1
}

/** The mesh divides the traffic, so that the old version stays whole until the end. */
function isRouted(spec: Spec): boolean {
  return spec['rollout.strategy'] === 'canary' && hasSidecar(spec)
}

function stepsOf(spec: Spec, ledger: Ledger): RolloutStep[] {
  const steps = spec['rollout.steps'].map((weight, at): Omit<RolloutStep, 'rest'> => {
    // Nobody has seen the new version under real traffic before the first step.
    const gate = at === 0 || !spec['metrics.enabled']
    return { weight, gate, pause: gate ? undefined : spec['rollout.pause'], next: at + 1 }
  })
  for (const [at, { weight, pause }] of steps.entries()) {
    ledger.text(
      {
        name: t`canary step ${at + 1}`,
        reason: isRouted(spec)
          ? t('the mesh divides the requests, however many pods there are')
          : t('without a mesh the share of pods is the share of requests, so few pods make coarse steps'),
        options: ['rollout.steps', 'rollout.pause', 'autoscaling.min', 'workload.replicas'],
      },
      t`${weight} %, ${pause === undefined ? t('until somebody promotes it') : t`then ${pause}`}`,
      isRouted(spec) ? t`weight ${weight} of the routes` : shareOfPods(spec, weight),
    )
  }
  return steps.map((step, at) => ({ ...step, rest: steps.slice(at + 1) }))
}

/** Fewest pods that the last environment runs. */
function fewestPods(spec: Spec): number {
  return spec['autoscaling.enabled'] ? spec['autoscaling.min'] : spec['workload.replicas']
}

function shareOfPods(spec: Spec, weight: number): string {
  const pods = fewestPods(spec)
  const { canary, total } = nearestShare(pods, weight)
  return t`${canary} of ${total} pods = ${Math.round((canary * 100) / total)} % with ${pods} replicas; ${Math.ceil(100 / weight)} replicas or more come near`
}

/**
 * Pods of the new version and of both, as Argo Rollouts chooses them with a surge of one: the share that is nearest
 * (approximateWeightedCanaryStableReplicaCounts in its utils/replicaset/canary.go).
 */
export function nearestShare(replicas: number, weight: number): { canary: number; total: number } {
  const [floor, ceil] = [Math.floor((replicas * weight) / 100), Math.ceil((replicas * weight) / 100)]
  const isTied = (total: number) => ((total * weight) / 100) % 1 === 0.5
  const mayBeNone = weight === 100
  const options = [
    ...(ceil < replicas || mayBeNone ? [{ canary: ceil, total: replicas }] : []),
    ...(!isTied(replicas) && (floor !== 0 || mayBeNone) ? [{ canary: floor, total: replicas }] : []),
    { canary: ceil, total: replicas + 1 },
    ...(!isTied(replicas + 1) && (floor !== 0 || mayBeNone) ? [{ canary: floor, total: replicas + 1 }] : []),
  ]
  const distance = ({ canary, total }: { canary: number; total: number }) => Math.abs((canary * 100) / total - weight)
  return options.reduce((best, option) => (distance(option) < distance(best) ? option : best))
}

function analysisOf(spec: Spec, latencySeconds: string, ledger: Ledger): Analysis {
  const verdict = ledger.note(
    {
      name: t('time to abort'),
      unit: 's',
      reason: t('a version that is bad from its first request loses its traffic before the next step gives it more'),
      options: ['rollout.pause'],
    },
    window + interval * badInARow,
    t`${window} (a window of the new version alone) + ${interval} × ${badInARow} (bad measurements in a row) = ${window + interval * badInARow}`,
  )
  const pause = millisecondsOf(spec['rollout.pause']) / 1000
  const bounds = errorBounds(spec['slo.availability'], ledger)
  return {
    prometheus: spec['metrics.prometheus'],
    protocols: protocolsOf(spec),
    window: seconds(window),
    interval: seconds(interval),
    badInARow,
    span: seconds(badInARow * interval),
    errorLimit,
    ...bounds,
    errorFactor: String(errorFactor),
    latencySeconds,
    latencyFactor: String(latencyFactor),
    count: Math.max(badInARow, Math.floor((pause - window) / interval)),
    verdict,
    pause: duration(millisecondsOf(spec['rollout.pause'])).text,
  }
}

/** From which share of errors on they count, and how many requests it takes to say so. */
function errorBounds(availability: number, ledger: Ledger): Pick<Analysis, 'errorFloor' | 'minRequests'> {
  const budget = (100 - availability) / 100
  const floor = Number(Math.min(highestFloor, fastBurn * budget).toPrecision(3))
  const [fewest, most] = requestBounds
  const needed = Math.ceil(1 / (errorFactor * floor))
  const minRequests = Math.min(most, Math.max(fewest, needed))
  const options = ['slo.availability']
  ledger.text(
    {
      name: t('errors of a release that count'),
      reason: t('below what would wake somebody, more errors than the old version has are chance'),
      options,
    },
    `${floor}`,
    t`min(${fastBurn} (fast burn) × ${Number(budget.toPrecision(3))} (error budget), ${highestFloor}) = ${floor}`,
  )
  ledger.note(
    {
      name: t('requests of a verdict'),
      reason: t('one that fails among so many is less than what counts, as far as a service has so much traffic'),
      options,
    },
    minRequests,
    t`1 ÷ (${errorFactor} × ${floor}) = ${needed}, ${fewest} to ${most}`,
  )
  return { errorFloor: `${floor}`, minRequests }
}

/** Answers that are the service's own fault: gRPC's codes as google.rpc.Code maps them to 5xx. */
const faults = {
  http: 'code=~"5.."',
  grpc: 'code=~"Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss"',
} as const

function protocolsOf(spec: Spec): AnalysedProtocol[] {
  const requests = (['http', 'grpc'] as const)
    .filter((protocol) => spec[`${protocol}.enabled`])
    .map((name) =>
      versionsOf(name, spec, (labels) => ({
        requests: `${name}_requests_total{${labels}}`,
        failures: `${name}_requests_total{${labels},${faults[name]}}`,
        buckets: `${name}_request_duration_seconds_bucket{${labels}}`,
      })),
    )
  const messages = versionsOf('messages', spec, (labels) => ({
    requests: `consumer_messages_total{${labels}}`,
    failures: `consumer_messages_total{${labels},outcome=~"failed|dead_lettered"}`,
    buckets: '',
  }))
  return spec['nats.enabled'] || spec['kafka.enabled'] ? [...requests, messages] : requests
}

/** Series of both versions, by what the ServiceMonitor gives each; the analysis is told the hash of each version's pods. */
function versionsOf(
  name: AnalysedProtocol['name'],
  spec: Spec,
  seriesOf: (labels: string) => AnalysedSeries,
): AnalysedProtocol {
  const of = (version: 'canary' | 'stable') =>
    seriesOf(`job="${spec.name}",namespace="{{args.namespace}}",subset="{{args.${version}}}"`)
  return { name, answers: name !== 'messages', canary: of('canary'), stable: of('stable') }
}
