import type { Spec } from '../spec/table.js'
import { t } from '../words.js'
import type { Ledger } from './ledger.js'
import { hasSidecar } from './mesh.js'
import type { WorkloadRef } from './types.js'
import type { Autoscaling, QueueMetric, RequestRate, Scaler } from './types-scaling.js'

/** Twice the scrape interval is the shortest window that always holds two samples; twice that survives a lost one. */
const rateWindow = '2m'

/** The horizontal autoscaler: its bounds, what it looks at, and how fast it moves. */
export function autoscaling(spec: Spec, works: readonly WorkloadRef[], ledger: Ledger): Autoscaling {
  const enabled = spec['autoscaling.enabled']
  const { min, max, cpu, memory } = {
    min: spec['autoscaling.min'],
    max: spec['autoscaling.max'],
    cpu: spec['autoscaling.cpu'],
    memory: spec['autoscaling.memory'],
  }
  const rate = enabled ? requestRate(spec) : undefined
  const queue = enabled ? queueMetric(spec, works) : undefined
  if (enabled) {
    ledger.text(
      {
        name: t('CPU that starts a scale-up'),
        reason: t('the autoscaler compares the average use with the request, not with the limit'),
        options: ['autoscaling.cpu', 'resources.cpu.request'],
      },
      t`${cpu} % of ${spec['resources.cpu.request']} per pod`,
      t`replicas = ⌈current × use ÷ ${cpu} %⌉, between ${min} and ${max}`,
    )
  }
  if (rate !== undefined) {
    ledger.text(
      {
        name: t('Requests that start a scale-up'),
        reason: t('load that waits for something else costs no CPU, and is still load'),
        options: ['autoscaling.qps', 'autoscaling.max'],
      },
      t`${rate.perPod} a second and pod`,
      t`replicas = ⌈all requests a second ÷ ${rate.perPod}⌉; ${max} pods take ${rate.perPod * max} a second`,
    )
  }
  if (queue !== undefined) {
    ledger.text(
      {
        name: t('Queue that starts a scale-up'),
        reason: t('messages that wait are work that no metric of the pods shows'),
        options: ['autoscaling.queue.target', 'autoscaling.max'],
      },
      t`${queue.perPod} messages a pod`,
      t`replicas = ⌈messages that wait ÷ ${queue.perPod}⌉; more than ${queue.perPod * max} can't be told apart`,
    )
  }
  const metrics = [
    ...(memory === undefined ? [] : ['memory']),
    ...(cpu === undefined ? [] : ['CPU']),
    ...(rate === undefined ? [] : ['requests']),
    ...(queue === undefined ? [] : [t('the queue')]),
  ]
  if (enabled && metrics.length > 1) {
    ledger.text(
      {
        name: t('Which metric wins'),
        reason: t(
          'whichever is short decides; one that can’t be read stops scaling down, and the others still scale up',
        ),
        options: ['autoscaling.cpu', 'autoscaling.memory', 'autoscaling.qps', 'autoscaling.queue.target'],
      },
      t('the one that asks for the most pods'),
      t`replicas = max of what ${metrics.join(t(', '))} ask for, each computed by itself`,
    )
  }
  return {
    enabled,
    engine: spec['autoscaling.engine'],
    keda: spec['autoscaling.engine'] === 'keda',
    min,
    max,
    cpu,
    memory,
    requests: rate,
    queue,
    adapter: spec['autoscaling.engine'] === 'hpa' && (rate !== undefined || queue !== undefined),
    external: rate !== undefined || queue !== undefined,
    doubles: spec['autoscaling.scaleUp.percent'] === 100,
    perContainer: hasSidecar(spec),
    scaleUpWindow: spec['autoscaling.scaleUp.window'],
    scaleUpPercent: spec['autoscaling.scaleUp.percent'],
    scaleDownWindow: spec['autoscaling.scaleDown.window'],
    scaleDownPercent: spec['autoscaling.scaleDown.percent'],
    scalers: scalers(spec, spec.namespace as string, works),
    prometheus: spec['metrics.prometheus'],
    pollingInterval: 30,
  }
}

function requestRate(spec: Spec): RequestRate | undefined {
  const perPod = spec['autoscaling.qps']
  if (perPod === undefined) {
    return undefined
  }
  return {
    perPod,
    quantity: canonical(perPod),
    metric: 'requests_per_second',
    counter: requestCounters(spec)[0] as string,
    adapterQuery: `${rateOf(spec, '<<.LabelMatchers>>')} by (<<.GroupBy>>)`,
    window: rateWindow,
  }
}

/** The counters of the protocols that are served. */
function requestCounters(spec: Spec): string[] {
  return [
    ...(spec['http.enabled'] ? ['http_requests_total'] : []),
    ...(spec['grpc.enabled'] ? ['grpc_requests_total'] : []),
  ]
}

/** Requests a second of all that the labels select, in PromQL. */
function rateOf(spec: Spec, labels: string): string {
  const counters = requestCounters(spec)
  const selector = counters.length === 1 ? `${counters[0]}{${labels}}` : `{__name__=~"${counters.join('|')}",${labels}}`
  return `sum(rate(${selector}[${rateWindow}]))`
}

/** What KEDA asks Prometheus for each workload of an environment. */
export function scalers(spec: Spec, namespace: string, works: readonly WorkloadRef[]): Scaler[] {
  const labels = `job="${spec.name}",namespace="${namespace}"`
  const perPod = spec['autoscaling.qps']
  const queue = queueMetric(spec, works)
  return works.map(({ name, version }) => ({
    name,
    // Each side of a split scales by its own share.
    requests:
      perPod === undefined
        ? undefined
        : { query: rateOf(spec, works.length > 1 ? `${labels},subset="${version}"` : labels), perPod },
    queue: queue && {
      query: `max(${queue.metric}{${queue.own ? `${labels},` : ''}${queue.label}="${queue.value}"})`,
      perPod: shareOf(queue.perPod, works.length),
      own: queue.own,
      shared: queue.shared,
      waiting: queue.perPod,
    },
  }))
}

function queueMetric(spec: Spec, works: readonly WorkloadRef[]): QueueMetric | undefined {
  const perPod = spec['autoscaling.queue.target']
  if (perPod === undefined) {
    return undefined
  }
  const name = spec['autoscaling.queue.name']
  const common = {
    perPod,
    quantity: canonical(shareOf(perPod, works.length)),
    shared: works.length > 1,
  }
  return name === undefined
    ? { ...common, own: true, metric: 'consumer_lag_messages', label: 'consumer', value: broker(spec) }
    : { ...common, own: false, metric: 'queue_messages', label: 'queue', value: name }
}

/**
 * The target of each of several workloads that consume the same queue. Their autoscalers all read the whole of it, so each
 * has to come to its part of the pods, and a message goes to any pod, whatever the weights of requests: equal parts.
 */
function shareOf(perPod: number, workloads: number): number {
  return perPod * workloads
}

/** A whole number as the API server gives it back: 1500 is 1500, and 2000 is 2k. */
function canonical(count: number): string {
  const suffixes = ['', 'k', 'M', 'G']
  let [rest, power] = [count, 0]
  while (rest % 1000 === 0 && power < suffixes.length - 1) {
    rest /= 1000
    power += 1
  }
  return `${rest}${suffixes[power]}`
}

/** The broker whose consumer this service is, as its metrics name it. */
function broker(spec: Spec): string {
  return spec['nats.enabled'] ? 'nats' : 'kafka'
}
