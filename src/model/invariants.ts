import type { Finding } from '../errors.js'
import { storeNames } from '../spec/stores.js'
import { bytesOf, millicoresOf } from './quantity.js'
import type { Model } from './types.js'

/** A rule over numbers that land in different files. */
export interface Invariant {
  /** Number in the README's list of invariants; a letter marks a companion of it. */
  readonly id: string
  readonly rule: string
  /** Options to change when it is violated. */
  readonly options: readonly string[]
  /** Each violation, both values named. */
  readonly violations: (model: Model) => string[]
}

/** Violations of every invariant; empty when the model is sound. */
export function checkInvariants(model: Model): Finding[] {
  return invariants.flatMap((invariant) =>
    invariant.violations(model).map((message) => ({
      code: `invariant-${invariant.id}`,
      message: `${message} (rule ${invariant.id}: ${invariant.rule})`,
      hint:
        invariant.options.length > 0
          ? `change ${invariant.options.join(' or ')}`
          : 'report this: no option should lead here',
      options: invariant.options,
    })),
  )
}

/** `a ≤ b` of two labelled numbers, or the sentence that says by how much it fails. */
function atMost(a: readonly [string, number], b: readonly [string, number], unit: string): string[] {
  return a[1] <= b[1] ? [] : [`${a[0]} is ${a[1]}${unit}, more than ${b[0]}, ${b[1]}${unit}`]
}

function below(a: readonly [string, number], b: readonly [string, number], unit: string): string[] {
  return a[1] < b[1] ? [] : [`${a[0]} is ${a[1]}${unit}, not below ${b[0]}, ${b[1]}${unit}`]
}

/** Equal but for what binary fractions add. */
function equal(a: readonly [string, number], b: readonly [string, number]): string[] {
  return Math.abs(a[1] - b[1]) <= 1e-5 * Math.abs(b[1]) ? [] : [`${a[0]} is ${a[1]}, and ${b[0]} is ${b[1]}`]
}

const mebibytes = (quantity: string) => bytesOf(quantity) / 2 ** 20

export const invariants: readonly Invariant[] = [
  {
    id: '1',
    rule: 'preStop + drain + shutdown + messages in hand + brokers + data stores + flush + margin ≤ terminationGracePeriodSeconds',
    options: ['shutdown.drain', 'shutdown.timeout'],
    violations: ({ shutdown: s }) =>
      atMost(
        ['the shutdown', s.preStop + s.drain + s.timeout + s.consumers + s.brokers + s.stores + s.flush + 5],
        ['terminationGracePeriodSeconds', s.grace],
        ' s',
      ),
  },
  {
    id: '2',
    rule: 'handler time-out ≤ WriteTimeout ≤ shutdown time-out, and handler time-out ≤ perTryTimeout',
    options: ['http.timeout', 'shutdown.timeout'],
    violations: ({ timeouts: t, shutdown, istio }) => [
      ...atMost(['http.timeout', t.handler.ms], ['WriteTimeout', t.write.ms], ' ms'),
      ...atMost(
        ['http.timeout (through WriteTimeout)', t.write.ms],
        ['shutdown.timeout', shutdown.timeout * 1000],
        ' ms',
      ),
      ...(istio === undefined
        ? []
        : atMost(['http.timeout', t.handler.ms], ['perTryTimeout', istio.perTryTimeout.ms], ' ms')),
    ],
  },
  {
    id: '3',
    rule: '(retries + 1) × perTryTimeout + back-off ≤ VirtualService timeout',
    options: ['istio.timeout', 'istio.retries', 'http.timeout'],
    violations: ({ istio }) =>
      istio === undefined
        ? []
        : atMost(
            ['what the retries need', (istio.retries + 1) * istio.perTryTimeout.ms + istio.retries * istio.backoff.ms],
            ['istio.timeout', istio.timeout.ms],
            ' ms',
          ),
  },
  {
    id: '4',
    rule: "DestinationRule idleTimeout < the Go server's IdleTimeout",
    options: [],
    violations: ({ istio, timeouts }) =>
      istio === undefined
        ? []
        : below(['idleTimeout of the mesh', istio.idleTimeout.ms], ['IdleTimeout', timeouts.idle.ms], ' ms'),
  },
  {
    id: '5',
    rule: 'entrypoint wait + cold start < startup budget < progressDeadlineSeconds − minReadySeconds',
    options: [
      'probes.startup.failureThreshold',
      'probes.startup.period',
      'entrypoint.timeout',
      'probes.startup.enabled',
      'probes.liveness.failureThreshold',
    ],
    violations: ({ probes, entrypoint, coldStart, workload }) => {
      const wait = entrypoint.waitFor.length > 0 ? entrypoint.timeout : 0
      const start = ['entrypoint wait + cold start', wait + coldStart] as const
      if (!probes.startup.enabled) {
        return probes.liveness.enabled
          ? below(
              start,
              ['the patience of the liveness probe (there is no startup probe)', probes.liveness.budget],
              ' s',
            )
          : []
      }
      return [
        ...below(start, ['the startup budget', probes.startup.budget], ' s'),
        ...below(
          ['the startup budget', probes.startup.budget],
          ['progressDeadlineSeconds − minReadySeconds', workload.progressDeadlineSeconds - workload.minReadySeconds],
          ' s',
        ),
      ]
    },
  },
  {
    id: '6',
    rule: 'dependency check time-out < readiness time-out ≤ readiness period',
    options: ['probes.readiness.timeout', 'probes.readiness.period'],
    violations: ({ timeouts, probes: { readiness } }) =>
      !readiness.enabled
        ? []
        : [
            ...below(
              ['the dependency check time-out', timeouts.check.ms],
              ['probes.readiness.timeout', readiness.timeout * 1000],
              ' ms',
            ),
            ...atMost(
              ['probes.readiness.timeout', readiness.timeout],
              ['probes.readiness.period', readiness.period],
              ' s',
            ),
          ],
  },
  {
    id: '6a',
    rule: 'time-out ≤ period, for liveness and startup too',
    options: ['probes.liveness.timeout', 'probes.liveness.period', 'probes.startup.timeout', 'probes.startup.period'],
    violations: ({ probes }) =>
      (['liveness', 'startup'] as const)
        .filter((name) => probes[name].enabled)
        .flatMap((name) =>
          atMost(
            [`probes.${name}.timeout`, probes[name].timeout],
            [`probes.${name}.period`, probes[name].period],
            ' s',
          ),
        ),
  },
  {
    id: '7',
    rule: 'GOMEMLIMIT is nine tenths of the memory limit, and the limit holds a Go program (32Mi)',
    options: ['resources.memory.limit'],
    violations: ({ resources }) => [
      ...atMost(
        ['the least that the program runs in', 32],
        ['resources.memory.limit', mebibytes(resources.memoryLimit)],
        ' MiB',
      ),
      ...atMost(
        ['GOMEMLIMIT', Number.parseInt(resources.goMemLimit, 10)],
        ['nine tenths of resources.memory.limit', mebibytes(resources.memoryLimit) * 0.9],
        ' MiB',
      ),
    ],
  },
  {
    id: '7a',
    rule: 'request ≤ limit',
    options: ['resources.cpu.request', 'resources.cpu.limit', 'resources.memory.request', 'resources.memory.limit'],
    violations: ({ resources: r }) => [
      ...(r.cpuLimit === undefined
        ? []
        : atMost(
            ['resources.cpu.request', millicoresOf(r.cpuRequest)],
            ['resources.cpu.limit', millicoresOf(r.cpuLimit)],
            'm',
          )),
      ...atMost(
        ['resources.memory.request', mebibytes(r.memoryRequest)],
        ['resources.memory.limit', mebibytes(r.memoryLimit)],
        ' MiB',
      ),
    ],
  },
  {
    id: '8',
    rule: 'sum of emptyDir size limits ≤ ephemeral-storage limit',
    options: [],
    violations: ({ resources: r, config: { centre } }) =>
      atMost(
        centre === undefined
          ? ['/tmp', mebibytes(r.tmpSize)]
          : [`/tmp and ${centre.cacheDir}`, mebibytes(r.tmpSize) + mebibytes(centre.cacheSize)],
        ['the ephemeral-storage limit', mebibytes(r.ephemeralLimit)],
        ' MiB',
      ),
  },
  {
    id: '9',
    rule: 'with an autoscaler: no replicas in the manifest, and the disruption budget leaves it room',
    options: ['autoscaling.min', 'pdb.enabled'],
    violations: ({ environments, autoscaling, pdb }) =>
      environments.flatMap((env) => [
        ...(env.hpa && env.replicas !== undefined
          ? [`the overlay ${env.name} states ${env.replicas} replicas, and an autoscaler owns them`]
          : []),
        ...(env.hpa && env.pdb
          ? below(
              ['what the disruption budget keeps', autoscaling.min - pdb.maxUnavailable],
              ['autoscaling.min', autoscaling.min],
              '',
            )
          : []),
      ]),
  },
  {
    id: '10',
    rule: 'all pods with their pools and checks, the migration and an operator ≤ the connections that the server grants',
    options: [
      ...storeNames.map((name) => `${name}.connections`),
      'autoscaling.max',
      'workload.replicas',
      'regions',
      'delivery.argocd.clusters',
    ],
    violations: ({ stores }) =>
      Object.values(stores).flatMap((store) =>
        store === undefined
          ? []
          : atMost(
              [`what ${store.pods} pods need of ${store.name}`, store.needed],
              [`${store.name}.connections`, store.connections],
              '',
            ),
      ),
  },
  {
    id: '11',
    rule: 'with a Rollout: the routes name its two subsets, all traffic goes to the stable one until a release, and weights sum to 100',
    options: ['rollout.strategy'],
    violations: ({ features, istio, workloads, workload }) =>
      !features.rollout
        ? []
        : [
            ...(workload.kind === 'Rollout' ? [] : [`the workload is a ${workload.kind}, and a Rollout releases it`]),
            ...(workloads.length === 1 ? [] : [`${workloads.length} workloads share what one Rollout releases`]),
            ...(features.canary && istio !== undefined
              ? [`${istio.subsets.map(({ name, weight }) => `${name} ${weight}`)}`].filter(
                  (subsets) => subsets !== 'stable 100,canary 0',
                )
              : []),
          ],
  },
  {
    id: '12',
    rule: 'every subset that the VirtualService names is a workload with that version label, and weights sum to 100',
    options: ['rollout.weights'],
    violations: ({ istio, workloads }) => {
      if (istio === undefined) {
        return []
      }
      // The subsets of a canary are labelled by Argo Rollouts; all of them are the one workload.
      const labelled = istio.subsets.filter(({ label }) => label.key === 'version')
      const total = istio.subsets.reduce((sum, { weight }) => sum + weight, 0)
      const versions = workloads.map(({ version }) => version)
      return [
        ...(total === 100 ? [] : [`the weights sum to ${total}, not 100`]),
        ...labelled
          .filter(({ label }) => !versions.includes(label.value))
          .map(({ name }) => `subset ${name} selects no workload (there are ${versions.join(', ')})`),
      ]
    },
  },
  {
    id: '15',
    rule: 'burn rates agree with the SLO: factor = budget spent × period ÷ long window, short = long ÷ 12, and both objectives can be missed',
    options: ['slo.availability', 'slo.latencyP99', 'http.timeout'],
    violations: ({ features, slo, timeouts }) =>
      !features.alerts
        ? []
        : [
            ...slo.burnRates.flatMap((rate) => {
              const factor = ((rate.spent / 100) * slo.periodDays * 24 * 60) / rate.longMinutes
              const threshold = rate.factor * (1 - slo.availability / 100)
              return [
                ...equal([`the factor over ${rate.long}`, rate.factor], ['what spends the budget', factor]),
                ...equal([`the short window of ${rate.long}`, rate.shortMinutes], ['a twelfth', rate.longMinutes / 12]),
                ...equal(
                  [`the threshold over ${rate.long}`, rate.threshold],
                  ['factor × error budget of slo.availability', threshold],
                ),
                ...below(
                  [`what has to fail for a burn rate of ${rate.factor}`, rate.threshold * 100],
                  ['all', 100],
                  ' %',
                ),
              ]
            }),
            ...atMost(
              ['slo.latencyP99', Number(slo.latencySeconds) * 1000],
              ['http.timeout, after which a request is an error', timeouts.handler.ms],
              ' ms',
            ),
          ],
  },
  {
    id: '16',
    rule: 'an analysis comes to its verdict within the pause: window + interval × measurements ≤ rollout.pause',
    options: ['rollout.pause'],
    violations: ({ rollout, features }) =>
      rollout?.analysis === undefined || (features.canary && rollout.steps.every(({ pause }) => pause === undefined))
        ? []
        : atMost(
            [
              'what the analysis needs',
              features.canary
                ? rollout.analysis.verdict
                : (rollout.analysis.window.ms + rollout.analysis.count * rollout.analysis.interval.ms) / 1000,
            ],
            ['rollout.pause', Number.parseInt(rollout.analysis.pause, 10)],
            ' s',
          ),
  },
  {
    id: '17',
    rule: 'one number per port, and different ports differ',
    options: ['http.port', 'http.adminPort', 'grpc.port'],
    violations: ({ ports, features }) => {
      const used = [
        ...(features.http ? [{ name: 'http.port', port: ports.http }] : []),
        { name: 'http.adminPort', port: ports.admin },
        ...(features.grpc ? [{ name: 'grpc.port', port: ports.grpc }] : []),
      ]
      return used.flatMap((one, at) =>
        used
          .slice(at + 1)
          .filter(({ port }) => port === one.port)
          .map((other) => `${one.name} and ${other.name} are both ${one.port}`),
      )
    },
  },
  {
    id: '19',
    rule: 'names fit the objects that carry them',
    options: ['name', 'namespace', 'delivery.environments', 'istio.host', 'regions', 'delivery.argocd.clusters'],
    violations: (model) => [
      ...model.sites.flatMap(({ name, application }) => [
        ...atMost([`the length of application ${application}`, application.length], ['what a label may have', 63], ''),
        ...atMost([`the length of ${name}`, name.length], ['what a label may have', 63], ''),
      ]),
      ...model.regions.flatMap(({ host }) =>
        atMost([`the length of host ${host}`, host.length], ['what a host may have', 253], ''),
      ),
      ...model.environments.flatMap((env) => [
        ...(env.namespace === 'default' || env.namespace.startsWith('kube-')
          ? [`environment ${env.name} would be in namespace ${env.namespace}, which is Kubernetes' own`]
          : []),
        ...atMost(
          [`the length of namespace ${env.namespace}`, env.namespace.length],
          ['what a namespace may have', 63],
          '',
        ),
        ...atMost(
          [`the length of application ${env.application}`, env.application.length],
          ['what a label may have', 63],
          '',
        ),
        ...(model.istio === undefined
          ? []
          : atMost([`the length of host ${env.host}`, env.host.length], ['what a host may have', 253], '')),
      ]),
    ],
  },
  {
    id: '20',
    rule: 'the shares of all regions sum to 100, and a region that is left alone can run the replicas of all where it scales',
    options: ['regions'],
    violations: ({ regions, autoscaling }) => {
      if (regions.length === 0) {
        return []
      }
      const weights = regions.reduce((sum, { weight }) => sum + weight, 0)
      const replicas = regions.reduce((sum, one) => sum + one.replicas, 0)
      return [
        ...(weights === 100 ? [] : [`the weights of regions sum to ${weights}, not 100`]),
        ...regions.flatMap(({ name, max }) =>
          autoscaling.enabled
            ? atMost(['the replicas of all regions', replicas], [`the most of ${name}`, max], '')
            : [],
        ),
      ]
    },
  },
  {
    id: '21',
    rule: 'a region whose pods are lost is taken over in time: readiness + the news to every proxy + one request ≤ 90 s',
    options: [
      'probes.readiness.period',
      'probes.readiness.failureThreshold',
      'probes.readiness.timeout',
      'http.timeout',
      'probes.readiness.enabled',
      'regions',
    ],
    violations: ({ failOver, probes }) =>
      failOver === undefined
        ? []
        : [
            ...(probes.readiness.enabled ? [] : ['probes.readiness.enabled is off, so nothing notices a lost region']),
            ...atMost(['the fail-over between regions', failOver.worst], ['what is allowed', failOver.budget], ' s'),
          ],
  },
]
