import fs from 'node:fs'
import path from 'node:path'
import { parse as readYaml } from 'yaml'
import type { Manifest, Overlay } from '../support/manifests.js'
import { filesBelow } from '../support/project.js'
import { containerOf, type Fact, same } from './facts-reading.js'

const adapterRules = 'deploy/monitoring/prometheus-adapter.yaml'

/** Names of the metrics that the Go code declares. */
function exported(overlay: Overlay): Set<string> {
  const sources = filesBelow(path.join(overlay.project, 'internal'), /(?<!_test)\.go$/).map((file) =>
    overlay.read(`internal/${file}`),
  )
  return new Set(sources.flatMap((text) => [...text.matchAll(/"([a-z]+(?:_[a-z]+)+)"/g)].map(([, name = '']) => name)))
}

/** Names of the metrics that an expression asks for: what a brace follows, and what `__name__` lists. */
function asked(query: string): string[] {
  const listed = /__name__=~"([^"]+)"/.exec(query)?.[1]?.split('|') ?? []
  return [...listed, ...[...query.matchAll(/([a-z_]+)\{/g)].flatMap(([, name = '']) => (name === '' ? [] : [name]))]
}

/** The README's table of what one pod takes, by what is counted. */
function promised(overlay: Overlay): { requests: number | undefined; messages: number | undefined } {
  const readme = overlay.read('README.md')
  const cell = (what: string) => {
    const found = new RegExp(`^\\| (?:${what}) \\| (?:每秒 )?(\\d+)(?: a second| 个)? \\|`, 'm').exec(readme)?.[1]
    return found === undefined ? undefined : Number(found)
  }
  return { requests: cell('requests|请求'), messages: cell('waiting messages|等待的消息') }
}

/** 2k is 2000. */
function count(quantity: string): number {
  const [, digits = '', suffix = ''] = /^(\d+)([kMG]?)$/.exec(quantity) ?? []
  return Number(digits) * 1000 ** ['', 'k', 'M', 'G'].indexOf(suffix)
}

interface Rule {
  readonly seriesQuery: string
  readonly metricsQuery: string
  readonly name?: { readonly as: string }
  readonly resources: { readonly namespaced?: boolean }
}

/** What the metrics of HorizontalPodAutoscalers and the adapter's rules say of one another. */
function adapterContradictions(overlay: Overlay): string[] {
  const metrics: Manifest[] = overlay.all('HorizontalPodAutoscaler').flatMap(({ spec }) => spec.metrics)
  const pods = metrics.filter(({ type }) => type === 'Pods')
  const external = metrics.filter(({ type }) => type === 'External')
  if (pods.length + external.length === 0) {
    return []
  }
  const { custom = [], external: outside = [] }: { custom?: Rule[]; external?: Rule[] } = readYaml(
    overlay.read(adapterRules),
  ).rules
  const names = exported(overlay)
  const { requests, messages } = promised(overlay)
  return [
    ...pods.flatMap(({ pods: { metric, target } }) => {
      const rule = custom.find(({ name }) => name?.as === metric.name)
      return rule === undefined
        ? [`no rule serves ${metric.name}`]
        : [
            ...[...asked(rule.metricsQuery), ...asked(rule.seriesQuery)]
              .filter((name) => !names.has(name))
              .map((name) => `the program exports no ${name}`),
            ...same('requests a pod', count(target.averageValue), 'README', requests),
            ...(target.type === 'AverageValue' ? [] : [`requests are compared by ${target.type}`]),
          ]
    }),
    ...external.flatMap(({ external: { metric, target } }) => {
      const labels: Record<string, string> = metric.selector?.matchLabels ?? {}
      const own = labels['consumer'] !== undefined
      const rule = outside.find(({ seriesQuery }) => asked(seriesQuery).includes(metric.name))
      return [
        ...(rule === undefined ? [`no rule serves ${metric.name}`] : []),
        ...(own && !names.has(metric.name) ? [`the program exports no ${metric.name}`] : []),
        ...(own
          ? same(
              'job of the queue',
              labels['job'],
              'the service',
              overlay.one('Service').metadata.labels['app.kubernetes.io/name'],
            )
          : same(
              'README names the queue',
              overlay.read('README.md').includes(`{queue="${labels['queue']}"}`),
              'it',
              true,
            )),
        ...(own && !fs.existsSync(path.join(overlay.project, 'internal/broker', labels['consumer'] ?? ''))
          ? [`no consumer ${labels['consumer']}`]
          : []),
        // Several workloads read the whole queue, and each is to come to its part of the pods.
        ...same('messages a pod', count(target.averageValue) / overlay.workloads.length, 'README', messages),
        ...(target.type === 'AverageValue' ? [] : [`messages are compared by ${target.type}`]),
      ]
    }),
  ]
}

/** KEDA's own definition takes any word and number here; the autoscaler that it makes would be refused. */
function behaviorContradictions({ scaleUp, scaleDown }: Manifest): string[] {
  return Object.entries({ scaleUp, scaleDown }).flatMap(
    ([name, { selectPolicy, stabilizationWindowSeconds, policies }]) => [
      ...(['Max', 'Min', 'Disabled'].includes(selectPolicy) ? [] : [`${name} selects ${selectPolicy}`]),
      ...(stabilizationWindowSeconds >= 0 && stabilizationWindowSeconds <= 3600
        ? []
        : [`${name} looks back ${stabilizationWindowSeconds} s`]),
      ...policies
        .filter(({ type }: Manifest) => type !== 'Percent' && type !== 'Pods')
        .map(({ type }: Manifest) => `${name} by ${type}`),
    ],
  )
}

/** What KEDA asks, and of whom. */
function kedaContradictions(overlay: Overlay): string[] {
  const names = exported(overlay)
  const { requests, messages } = promised(overlay)
  const service = overlay.one('Service').metadata
  return overlay.all('ScaledObject').flatMap(({ metadata, spec }) => {
    const { scaleTargetRef, minReplicaCount, maxReplicaCount, fallback, triggers } = spec
    const prometheus: Manifest[] = triggers.filter(({ type }: Manifest) => type === 'prometheus')
    const usage: Manifest[] = triggers.filter(({ type }: Manifest) => type === 'cpu' || type === 'memory')
    const workload = overlay.workloads.find(
      ({ apiVersion, kind, metadata: { name } }) =>
        apiVersion === scaleTargetRef.apiVersion && kind === scaleTargetRef.kind && name === scaleTargetRef.name,
    )
    const version = workload?.spec.template.metadata.labels.version
    return [
      ...(workload === undefined ? [`no ${scaleTargetRef.kind}/${scaleTargetRef.name} to scale`] : []),
      ...same('ScaledObject', metadata.name, 'what it scales', scaleTargetRef.name),
      ...same('the autoscaler that KEDA makes', spec.advanced.horizontalPodAutoscalerConfig.name, 'it', metadata.name),
      ...(minReplicaCount >= 1 ? [] : ['scales to none']),
      ...(minReplicaCount <= maxReplicaCount ? [] : [`${minReplicaCount} > ${maxReplicaCount}`]),
      ...(spec.pollingInterval >= 15 && spec.pollingInterval <= 60 ? [] : [`asks every ${spec.pollingInterval} s`]),
      ...behaviorContradictions(spec.advanced.horizontalPodAutoscalerConfig.behavior),
      ...triggers
        .filter(({ type }: Manifest) => !['prometheus', 'cpu', 'memory'].includes(type))
        .map(({ type }: Manifest) => `KEDA knows no trigger ${type} without more`),
      ...same('a fallback', fallback !== undefined, 'something to ask', prometheus.length > 0),
      ...(fallback === undefined
        ? []
        : [
            ...same('fallback', fallback.replicas, 'minimum', minReplicaCount),
            ...same('behavior of the fallback', fallback.behavior, 'never fewer', 'currentReplicasIfHigher'),
            ...(fallback.failureThreshold >= 2 && fallback.failureThreshold <= 10
              ? []
              : [`falls back after ${fallback.failureThreshold}`]),
          ]),
      ...prometheus.flatMap(({ name, metricType, metadata: { serverAddress, query, threshold, ignoreNullValues } }) => [
        ...(/^(sum\(rate\(.+\{[^{}]+\}\[\d+m\]\)\)|sum\(rate\(\{[^{}]+\}\[\d+m\]\)\)|max\([a-z_]+\{[^{}]+\}\))$/.test(
          query,
        )
          ? []
          : [`no question: ${query}`]),
        ...(name === (query.startsWith('sum') ? 'requests' : 'queue') ? [] : [`${name} asks ${query}`]),
        ...asked(query)
          .filter((metric) => !names.has(metric) && metric !== 'queue_messages')
          .map((metric) => `the program exports no ${metric}`),
        ...(query.includes('queue_messages')
          ? []
          : [
              ...same('namespace asked for', /namespace="([^"]+)"/.exec(query)?.[1], 'its own', service.namespace),
              ...same(
                'job asked for',
                /job="([^"]+)"/.exec(query)?.[1],
                'the service',
                service.labels['app.kubernetes.io/name'],
              ),
            ]),
        ...(name === 'requests' && overlay.workloads.length > 1
          ? same('subset asked for', /subset="([^"]+)"/.exec(query)?.[1], 'the version', version)
          : []),
        ...same(
          `threshold of ${name}`,
          name === 'requests' ? Number(threshold) : Number(threshold) / overlay.workloads.length,
          'README',
          name === 'requests' ? requests : messages,
        ),
        ...same(
          `README names ${serverAddress}`,
          overlay.read('README.md').includes(`\`${serverAddress}\``),
          'it',
          true,
        ),
        ...(metricType === 'AverageValue' ? [] : [`${name} is compared by ${metricType}`]),
        ...(ignoreNullValues === 'false' ? [] : [`no data is taken for zero: ${name}`]),
      ]),
      ...usage.flatMap(({ type, metricType, metadata: { value, containerName } }) => [
        ...(metricType === 'Utilization' ? [] : [`${type} is compared by ${metricType}`]),
        ...(Number(value) >= 1 && Number(value) <= 95 ? [] : [`scales at ${value} % of ${type}`]),
        ...(containerName === undefined
          ? []
          : same('scaled container', containerName, 'the program', containerOf(overlay.workloads[0]).name)),
      ]),
      ...(usage.some(({ type }) => type === 'cpu') ? [] : ['does not look at the CPU']),
    ]
  })
}

export const scalingFacts: readonly Fact[] = [
  {
    id: '14',
    rule: 'what an autoscaler asks for is served by the rules of the adapter, out of metrics that the program exports',
    contradictions: adapterContradictions,
  },
  {
    id: '14',
    rule: 'what KEDA asks for is exported by the program, of this environment, and no answer scales nothing down',
    contradictions: kedaContradictions,
  },
]
