import type { Spec } from '../spec/table.js'
import { t } from '../words.js'
import type { Ledger } from './ledger.js'
import { consumerStages } from './messaging.js'
import { duration, millisecondsOf, seconds } from './quantity.js'
import { storeCount } from './stores.js'
import type { Model, Probe } from './types.js'

/** Seconds: Endpoints and proxies hear of the pod's end before the program does. */
const preStop = 5
/** Seconds for the last spans; the OTLP exporter's own default is 10, the collector is near. */
const flush = 5
/** Seconds to close a data store's connections: by then nobody uses them. */
const closing = 1
/** Seconds between the last stage's end and SIGKILL. */
const margin = 5
/** Seconds from exec to ready on a throttled CPU. */
const coldStart = 15
/**
 * Seconds for which whatever brings the requests keeps an idle connection to a pod: Envoy's default, an hour, of gateways
 * that nobody can tell, and of a sidecar. That one takes the DestinationRule's time on its way to the program only if it
 * takes the port for the Service that the rule is about, and pods are behind several (headless, preview, canary). The
 * longest of the usual load balancers (Google's) where there is no Envoy.
 */
const frontIdle = { envoy: 3600, other: 600 }
/** Seconds of a connection of gRPC, whose end is told to the client and loses nothing. */
const grpcIdle = 60
/** Seconds that the server keeps it longer. */
const idleSlack = 15
/** Seconds to write the response once the handler has used its whole budget. */
const writeSlack = 5
/** Seconds a gRPC client may keep a connection: short enough for new pods to count, long enough for a handshake not to. */
const connectionAge = 300
/** Names that probes ask grpc.health.v1 for; only readiness may follow dependencies, and is the server as a whole. */
const probeServices = { startup: 'startup', liveness: 'liveness', readiness: '' } as const

export type Timing = Pick<Model, 'timeouts' | 'shutdown' | 'probes' | 'coldStart'> & {
  readonly minReadySeconds: number
  readonly progressDeadlineSeconds: number
}

/** Every length of time outside the mesh. */
export function timing(spec: Spec, ledger: Ledger): Timing {
  const shutdown = shutdownOf(spec, ledger)
  const probes = probesOf(spec, ledger)
  const minReadySeconds = ledger.note(
    {
      name: 'minReadySeconds',
      unit: 's',
      reason: t('a pod counts as available only after two readiness checks in a row'),
      options: ['probes.readiness.period'],
    },
    2 * spec['probes.readiness.period'],
    t`2 × ${spec['probes.readiness.period']} (readiness period) = ${2 * spec['probes.readiness.period']}`,
  )
  const needed = probes.startup.budget + minReadySeconds + 60
  const progressDeadlineSeconds = Math.max(600, needed)
  if (spec['workload.kind'] === 'deployment') {
    ledger.note(
      {
        name: 'progressDeadlineSeconds',
        unit: 's',
        reason: t('a rollout is called failed only after a slow start had its chance; Kubernetes default is 600'),
        options: ['probes.startup.failureThreshold', 'probes.startup.period'],
      },
      progressDeadlineSeconds,
      t`max(600 (Kubernetes default), ${probes.startup.budget} (startup budget) + ${minReadySeconds} (minReadySeconds) + 60) = ${progressDeadlineSeconds}`,
    )
  }
  return {
    timeouts: timeoutsOf(spec, ledger),
    shutdown,
    probes,
    coldStart,
    minReadySeconds,
    progressDeadlineSeconds,
  }
}

function shutdownOf(spec: Spec, ledger: Ledger): Model['shutdown'] {
  const drain = spec['shutdown.drain']
  const timeout = spec['shutdown.timeout']
  const stores = storeCount(spec) * closing
  const { consumers, brokers } = consumerStages(spec)
  const grace = ledger.sum(
    {
      name: 'terminationGracePeriodSeconds',
      unit: 's',
      reason: t('the kubelet sends SIGKILL after this; every stage of the shutdown must fit'),
      options: ['shutdown.drain', 'shutdown.timeout'],
    },
    [
      [t('preStop sleep'), preStop],
      [t('drain'), drain],
      [t('shutdown'), timeout],
      ...(consumers > 0
        ? ([
            [t('messages in hand'), consumers],
            [t('brokers'), brokers],
          ] as const)
        : []),
      ...(stores > 0 ? [[t('data stores'), stores] as const] : []),
      [t('trace flush'), flush],
      [t('margin'), margin],
    ],
  )
  const process = drain + timeout + consumers + brokers + stores + flush
  return { preStop, drain, timeout, consumers, brokers, stores, flush, margin, grace, process }
}

function timeoutsOf(spec: Spec, ledger: Ledger): Model['timeouts'] {
  const handler = duration(millisecondsOf(spec['http.timeout']))
  const limit = spec['shutdown.timeout'] * 1000
  // The upper bound is the shutdown's; a handler above that bound is the invariant's to report.
  const write = Math.max(handler.ms, Math.min(handler.ms + writeSlack * 1000, limit))
  ledger.text(
    {
      name: 'WriteTimeout',
      reason: t('a handler that used its whole budget can still write, and a shutdown waits for it'),
      options: ['http.timeout', 'shutdown.timeout'],
    },
    duration(write).text,
    t`min(${handler.text} (handler) + ${writeSlack}s, ${spec['shutdown.timeout']}s (shutdown)) = ${duration(write).text}`,
  )
  const checkMs = checkTimeout(spec['probes.readiness.timeout'] * 1000)
  ledger.text(
    {
      name: t('dependency check time-out'),
      reason: t('readiness answers before the kubelet gives up on it'),
      options: ['probes.readiness.timeout'],
    },
    duration(checkMs).text,
    t`${spec['probes.readiness.timeout']}s (readiness time-out) − ${duration(spec['probes.readiness.timeout'] * 1000 - checkMs).text} = ${duration(checkMs).text}`,
  )
  if (spec['grpc.enabled']) {
    ledger.text(
      {
        name: t('gRPC connection age'),
        reason: t`a client that keeps its connection keeps its pod; after this long it connects anew, with ${spec['shutdown.timeout']}s (shutdown) for calls in flight`,
        options: ['shutdown.timeout'],
      },
      seconds(connectionAge).text,
      t`${seconds(connectionAge).text}, and a tenth more or less so that clients don't come back together`,
    )
  }
  const front = spec['istio.enabled'] || spec['gatewayApi.enabled'] ? frontIdle.envoy : frontIdle.other
  const idle = ledger.note(
    {
      name: t('idle connections'),
      unit: 's',
      reason: t(
        'who brings a request must never choose a connection that the server is about to close: the request is lost, and what writes is not sent again',
      ),
      options: ['istio.enabled', 'gatewayApi.enabled'],
    },
    front + idleSlack,
    t`${front} (longest in front of the server) + ${idleSlack} = ${front + idleSlack}`,
  )
  return {
    handler,
    readHeader: duration(Math.min(5000, handler.ms)),
    read: handler,
    write: duration(write),
    idle: seconds(idle),
    frontIdle: seconds(front),
    grpcIdle: seconds(grpcIdle + idleSlack),
    check: duration(checkMs),
    checkCache: seconds(1),
    connectionAge: seconds(connectionAge),
    reloadPoll: seconds(1),
    reloadInterval: seconds(5),
  }
}

/** A second less than the probe's time-out, but never less than half of it. */
function checkTimeout(probeMs: number): number {
  return probeMs - Math.min(1000, Math.floor(probeMs / 2))
}

function probesOf(spec: Spec, ledger: Ledger): Model['probes'] {
  const wait = spec['entrypoint.enabled'] && spec['entrypoint.waitFor'] !== undefined ? spec['entrypoint.timeout'] : 0
  const period = spec['probes.startup.period']
  const first = spec['probes.startup.initialDelay']
  // Twice the cold start: the number was measured on an idle node, a rollout happens on a busy one.
  const threshold =
    spec['probes.startup.failureThreshold'] ?? Math.max(1, Math.ceil((wait + 2 * coldStart - first) / period))
  const startup = probe(spec, 'startup', threshold)
  ledger.note(
    {
      name: t('startup budget'),
      unit: 's',
      reason: t('liveness starts to count only after this much patience with a slow start'),
      options: ['probes.startup.period', 'probes.startup.failureThreshold', 'entrypoint.timeout'],
    },
    startup.budget,
    spec['probes.startup.failureThreshold'] === undefined
      ? t`${first} (initial delay) + ${period} (period) × ${threshold} (failures) ≥ ${wait} (entrypoint wait) + 2 × ${coldStart} (cold start)`
      : t`${first} (initial delay) + ${period} (period) × ${threshold} (failures) = ${startup.budget}`,
  )
  const liveness = probe(spec, 'liveness', spec['probes.liveness.failureThreshold'])
  ledger.note(
    {
      name: t('time to restart'),
      unit: 's',
      reason: t('a hung program is restarted after this long, a busy one is not'),
      options: ['probes.liveness.period', 'probes.liveness.failureThreshold'],
    },
    liveness.period * liveness.failureThreshold,
    t`${liveness.period} (period) × ${liveness.failureThreshold} (failures) = ${liveness.period * liveness.failureThreshold}`,
  )
  const readiness = probe(spec, 'readiness', spec['probes.readiness.failureThreshold'])
  ledger.note(
    {
      name: t('time to leave the Service'),
      unit: 's',
      reason: t('a pod that lost a dependency stops getting traffic after this long'),
      options: ['probes.readiness.period', 'probes.readiness.failureThreshold'],
    },
    readiness.period * readiness.failureThreshold,
    t`${readiness.period} (period) × ${readiness.failureThreshold} (failures) = ${readiness.period * readiness.failureThreshold}`,
  )
  return { startup, liveness, readiness }
}

function probe(spec: Spec, name: 'startup' | 'liveness' | 'readiness', failureThreshold: number): Probe {
  const initialDelay = spec[`probes.${name}.initialDelay`]
  const period = spec[`probes.${name}.period`]
  return {
    enabled: spec[`probes.${name}.enabled`],
    path: spec[`probes.${name}.path`],
    service: probeServices[name],
    initialDelay,
    period,
    timeout: spec[`probes.${name}.timeout`],
    failureThreshold,
    budget: initialDelay + period * failureThreshold,
  }
}
