import type { Manifest, Overlay } from '../support/manifests.js'
import { consumerStages } from './facts-messaging.js'
import { containerOf, defaultsOf, type Fact, goSeconds, mebibytes, podOf, trafficNames } from './facts-reading.js'

/** Seconds that the program may take from exec to ready: src/model/timing.ts and the README state the same. */
const coldStart = 15

/** Seconds between two tries, as the comment beside them says: Istio's own interval starts at 25 ms and doubles. */
const backoff = 0.25

/** Seconds of an Istio duration. */
const seconds = (text: string) => Number.parseFloat(text) * (text.endsWith('ms') ? 0.001 : text.endsWith('m') ? 60 : 1)

const inGo = (overlay: Overlay, name: string) => goSeconds(defaultsOf(overlay), `default${name}`)

/** The retries of every route, with the time-outs around them. */
function retries(
  overlay: Overlay,
): { name: string; attempts: number; perTry: number; timeout: number; text: string }[] {
  return (
    overlay
      .all('VirtualService')
      .flatMap(({ spec }) => spec.http)
      // What is refused or delayed on purpose has neither.
      .filter(({ fault }: Manifest) => fault === undefined)
      .map(({ name, timeout, retries: { attempts, perTryTimeout = timeout } }: Manifest) => ({
        name,
        attempts,
        perTry: seconds(perTryTimeout),
        timeout: seconds(timeout),
        text: `(${attempts} + 1) × ${perTryTimeout}, ${timeout} in all`,
      }))
  )
}

/** Seconds that the entrypoint script waits at the longest; none without one, or with nothing to wait for. */
function entrypointWait(overlay: Overlay): number {
  if (!overlay.read('Dockerfile').includes('entrypoint.sh')) {
    return 0
  }
  const script = overlay.read('scripts/entrypoint.sh')
  const targets = /WAIT_FOR-([^}]*)\}/.exec(script)?.[1]?.trim()
  return targets === '' ? 0 : Number(/^default_timeout=(\d+)$/m.exec(script)?.[1])
}

/** Times and amounts that must fit into each other. A comparison with a number that can't be read doesn't hold. */
export const budgetFacts: readonly Fact[] = [
  {
    id: '1',
    rule: 'preStop + drain + shutdown + messages in hand + flush + data stores + 5 ≤ terminationGracePeriodSeconds, with the numbers of the Go sources',
    contradictions: (overlay) =>
      overlay.workloads.flatMap((workload) => {
        // A second for each data store, as the list of components has them.
        const components = overlay.read('internal/app/components.go')
        const stores = components.match(/Store\.Stop, budget: quickStop/g)?.length ?? 0
        // The others have a second each as well, those that stop beside another one none of their own: it is the margin's.
        const brokers = components.match(/Broker\.Stop, budget: quickStop/g)?.length ?? 0
        const quick =
          (components.match(/budget: +(drain \+ )?quickStop(?!, alongside)/g)?.length ?? 0) - stores - brokers
        const stages = [
          containerOf(workload).lifecycle.preStop.sleep.seconds,
          inGo(overlay, 'ShutdownDrain'),
          inGo(overlay, 'ShutdownTimeout'),
          ...consumerStages(overlay),
          inGo(overlay, 'ShutdownFlush'),
          stores,
          5,
        ]
        const sum = stages.reduce((total, stage) => total + stage, 0)
        const { terminationGracePeriodSeconds: grace } = podOf(workload)
        return [
          ...(sum <= grace ? [] : [`${stages.join(' + ')} = ${sum} > ${grace}`]),
          ...(quick >= 2 && quick <= 5 ? [] : [`${quick} components that stop in a second each, and a margin of 5`]),
        ]
      }),
  },
  {
    id: '2',
    rule: 'handler ≤ write time-out ≤ shutdown, and handler ≤ perTryTimeout',
    contradictions: (overlay) => {
      const served = trafficNames(overlay.workloads[0])
      const shutdown = inGo(overlay, 'ShutdownTimeout')
      const chains = [
        ...(served.includes('http')
          ? [[inGo(overlay, 'HTTPTimeout'), inGo(overlay, 'HTTPWriteTimeout'), shutdown]]
          : []),
        ...(served.includes('grpc') ? [[inGo(overlay, 'GRPCTimeout'), shutdown]] : []),
      ]
      const handler = Math.max(...chains.map(([first]) => first ?? Number.NaN))
      return [
        ...(chains.length > 0 ? [] : ['no traffic at all']),
        ...chains
          .filter((chain) => !chain.every((value, at) => at === 0 || value >= (chain[at - 1] ?? 0)))
          .map((chain) => chain.join(' ≤ ')),
        ...retries(overlay)
          .filter(({ perTry }) => !(perTry >= handler))
          .map(({ name, perTry }) => `${name}: ${perTry}s a try, and a handler may take ${handler}s`),
      ]
    },
  },
  {
    id: '3',
    rule: '(retries + 1) × perTryTimeout + back-off ≤ the time-out of the route',
    contradictions: (overlay) =>
      retries(overlay)
        .filter(({ attempts, perTry, timeout }) => !((attempts + 1) * perTry + attempts * backoff <= timeout))
        .map(({ name, text }) => `${name}: ${text}`),
  },
  {
    id: '4',
    rule: 'the proxy closes idle connections before the server does',
    contradictions: (overlay) => {
      const closes = Math.min(
        // A connection of gRPC ends with a word to its client, and loses nothing where no mesh counts on it.
        ...trafficNames(overlay.workloads[0])
          .filter((name) => name === 'http' || overlay.all('DestinationRule').length > 0)
          .map((name) => inGo(overlay, `${name.toUpperCase()}IdleTimeout`)),
      )
      const told = overlay
        .all('DestinationRule')
        .map(({ spec }) => seconds(spec.trafficPolicy.connectionPool.http.idleTimeout))
      // Nobody can tell a gateway of the Gateway API, a sidecar may not apply the rule, and Envoy waits an hour; load
      // balancers wait ten minutes at most.
      const untold = overlay.all('HTTPRoute', 'DestinationRule').length > 0 ? 3600 : 600
      const serves = trafficNames(overlay.workloads[0]).includes('http')
      const closesHTTP = serves ? inGo(overlay, 'HTTPIdleTimeout') : Number.POSITIVE_INFINITY
      return [
        ...(untold < closesHTTP ? [] : [`idle for ${untold}s, and the server closes after ${closesHTTP}s`]),
        ...told
          .filter((idle) => !(idle < closes))
          .map((idle) => `idle for ${idle}s, and the server closes after ${closes}s`),
      ]
    },
  },
  {
    id: '5',
    rule: 'entrypoint wait + cold start < startup budget < progressDeadlineSeconds − minReadySeconds',
    contradictions: (overlay) =>
      overlay.workloads.flatMap((workload) => {
        const { startupProbe: probe } = containerOf(workload)
        if (probe === undefined) {
          return []
        }
        const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = workload.spec
        const wait = entrypointWait(overlay)
        const budget = (probe.initialDelaySeconds ?? 0) + probe.periodSeconds * probe.failureThreshold
        return [
          ...(wait + coldStart < budget ? [] : [`${wait} + ${coldStart} s to start, and ${budget} s to do so`]),
          ...(deadline === undefined || budget < deadline - minReadySeconds
            ? []
            : [`${budget} s to start, and the rollout is given up after ${deadline} − ${minReadySeconds} s`]),
        ]
      }),
  },
  {
    id: '6',
    rule: 'dependency check < readiness time-out ≤ its period',
    contradictions: (overlay) =>
      overlay.workloads.flatMap((workload) => {
        const probe = containerOf(workload).readinessProbe
        const check = inGo(overlay, 'HealthCheckTimeout')
        return probe === undefined || (check < probe.timeoutSeconds && probe.timeoutSeconds <= probe.periodSeconds)
          ? []
          : [`${check} < ${probe.timeoutSeconds} ≤ ${probe.periodSeconds}`]
      }),
  },
  {
    id: '6a',
    rule: 'time-out ≤ period, for liveness and startup too',
    contradictions: (overlay) =>
      overlay.workloads.flatMap((workload) => {
        const { livenessProbe, startupProbe } = containerOf(workload)
        return [livenessProbe, startupProbe]
          .filter((probe) => probe !== undefined && !(probe.timeoutSeconds <= probe.periodSeconds))
          .map(
            (probe) =>
              `${probe.httpGet?.path ?? probe.grpc?.service}: ${probe.timeoutSeconds} > ${probe.periodSeconds}`,
          )
      }),
  },
  {
    id: '7',
    rule: 'GOMEMLIMIT is nine tenths of the memory limit',
    contradictions: (overlay) =>
      overlay.workloads.flatMap((workload) => {
        const { env, resources } = containerOf(workload)
        const limit = mebibytes(resources.limits.memory)
        const soft = mebibytes(env.find(({ name }: Manifest) => name === 'GOMEMLIMIT').value)
        return soft <= limit * 0.9 && soft > limit * 0.9 - 1.1 ? [] : [`${soft} of ${limit} MiB`]
      }),
  },
  {
    id: '7a',
    rule: 'requests ≤ limits',
    contradictions: (overlay) =>
      overlay.workloads.flatMap((workload) => {
        const { requests, limits } = containerOf(workload).resources
        const cpu = (quantity: string) => Number.parseFloat(quantity) * (quantity.endsWith('m') ? 0.001 : 1)
        return [
          ...(limits.cpu === undefined || cpu(`${requests.cpu}`) <= cpu(`${limits.cpu}`)
            ? []
            : [`CPU ${requests.cpu} > ${limits.cpu}`]),
          ...(mebibytes(requests.memory) <= mebibytes(limits.memory)
            ? []
            : [`memory ${requests.memory} > ${limits.memory}`]),
        ]
      }),
  },
  {
    id: '8',
    rule: 'the emptyDirs fit into the ephemeral storage',
    contradictions: (overlay) =>
      overlay.workloads.flatMap((workload) => {
        const limit = mebibytes(containerOf(workload).resources.limits['ephemeral-storage'])
        const temporary = (podOf(workload).volumes ?? [])
          .filter(({ emptyDir }: Manifest) => emptyDir !== undefined)
          .reduce((sum: number, { emptyDir }: Manifest) => sum + mebibytes(emptyDir.sizeLimit), 0)
        return temporary <= limit ? [] : [`emptyDirs of ${temporary} MiB in ${limit} MiB`]
      }),
  },
]
