import { atMost, below, type Invariant } from './invariant.js'

/** Lengths of time that have to fit into one another. */
export const timesInvariants: readonly Invariant[] = [
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
    violations: ({ timeouts: t, shutdown, istio, routes }) => [
      ...atMost(['http.timeout', t.handler.ms], ['WriteTimeout', t.write.ms], ' ms'),
      ...atMost(
        ['http.timeout (through WriteTimeout)', t.write.ms],
        ['shutdown.timeout', shutdown.timeout * 1000],
        ' ms',
      ),
      ...[istio ?? routes].flatMap((route) =>
        route === undefined
          ? []
          : atMost(['http.timeout', t.handler.ms], ['perTryTimeout', route.perTryTimeout.ms], ' ms'),
      ),
    ],
  },
  {
    id: '3',
    rule: '(retries + 1) × perTryTimeout + back-off ≤ timeout of the route',
    options: ['istio.timeout', 'istio.retries', 'gatewayApi.timeout', 'gatewayApi.retries', 'http.timeout'],
    violations: ({ istio, routes }) =>
      [istio ?? routes].flatMap((route) =>
        route === undefined
          ? []
          : atMost(
              [
                'what the retries need',
                (route.retries + 1) * route.perTryTimeout.ms + route.retries * route.backoff.ms,
              ],
              [istio === undefined ? 'gatewayApi.timeout' : 'istio.timeout', route.timeout.ms],
              ' ms',
            ),
      ),
  },
  {
    id: '4',
    rule: "idle time-out of what is in front, DestinationRule, gateway or load balancer < the Go server's IdleTimeout",
    options: [],
    violations: ({ istio, timeouts }) => [
      ...(istio === undefined
        ? []
        : below(['idleTimeout of the mesh', istio.idleTimeout.ms], ['IdleTimeout', timeouts.idle.ms], ' ms')),
      ...below(['idle time-out in front', timeouts.frontIdle.ms], ['IdleTimeout', timeouts.idle.ms], ' ms'),
    ],
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
]
