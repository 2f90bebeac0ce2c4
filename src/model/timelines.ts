import type { Numbers } from './types.js'
import type { Bar, Timeline } from './types-explained.js'

/** The timelines of a service, from the numbers that its manifests and its program have. */
export function timelines(model: Numbers): Timeline[] {
  return [startUp(model), shutdown(model), request(model)]
}

function startUp({ probes, entrypoint, coldStart, workload }: Numbers): Timeline {
  const wait = entrypoint.waitFor.length > 0 ? entrypoint.timeout : 0
  const { startup, liveness, readiness } = probes
  const up = wait + coldStart
  // Without a startup probe the others count from the first second.
  const counted = startup.enabled ? up : 0
  return {
    title: 'Start-up against the probes',
    rule: startup.enabled
      ? `The startup probe waits ${startup.budget} s for a start of at most ${up} s; liveness counts only from then on.`
      : 'Without a startup probe the liveness probe has to have the patience for the start.',
    bars: [
      ...(wait > 0 ? [stretch('entry point waits for dependencies, at most', 0, wait)] : []),
      stretch('cold start, at most', wait, up),
      ...(startup.enabled ? [limit('startup probe gives up', startup.initialDelay, startup.budget)] : []),
      ...(liveness.enabled
        ? [
            limit(
              startup.enabled ? 'a program that hangs from then on is restarted' : 'liveness probe gives up',
              counted + (startup.enabled ? 0 : liveness.initialDelay),
              counted + liveness.initialDelay + liveness.period * liveness.failureThreshold,
            ),
          ]
        : []),
      ...(readiness.enabled
        ? [stretch('ready, but not yet counted as available', up, up + workload.minReadySeconds)]
        : []),
    ],
  }
}

function shutdown({ shutdown: s, features }: Numbers): Timeline {
  const stages: readonly (readonly [string, number])[] = [
    ['preStop sleep, still serving', s.preStop],
    ['drain, not ready and still serving', s.drain],
    ['requests in flight', s.timeout],
    ['messages in hand', s.consumers],
    ['connections to brokers', s.brokers],
    ['connections to data stores', s.stores],
    [features.tracing ? 'last spans' : 'flush', s.flush],
    ['margin', s.margin],
  ]
  let at = 0
  const bars = stages
    .filter(([, length]) => length > 0)
    .map(([label, length]) => {
      at += length
      return stretch(label, at - length, at)
    })
  return {
    title: 'Shutdown against the grace period',
    rule: 'The kubelet sends SIGKILL when the grace period is over, and by then the last stage has ended.',
    bars: [...bars, limit('grace period, then SIGKILL', 0, s.grace)],
  }
}

function request({ timeouts, istio, routes, features }: Numbers): Timeline {
  const route = istio ?? routes
  const handler = timeouts.handler.ms / 1000
  const write = timeouts.write.ms / 1000
  const inside = [
    ...(features.http ? [stretch('headers are read', 0, timeouts.readHeader.ms / 1000)] : []),
    stretch('handler', 0, handler),
    ...(features.http ? [stretch('answer is written', 0, write)] : []),
  ]
  if (route === undefined) {
    return {
      title: 'A request’s time-outs',
      rule: 'What is outside waits longer than what is inside, so that the inner one answers and nothing is cut off.',
      bars: inside,
    }
  }
  const perTry = route.perTryTimeout.ms / 1000
  const pause = route.backoff.ms / 1000
  const tries = Array.from({ length: route.retries + 1 }, (_, at) => {
    const from = at * (perTry + pause)
    return stretch(at === 0 ? 'first try' : `retry ${at}`, from, from + perTry)
  })
  return {
    title: 'A request’s time-outs, from the gateway to the handler',
    rule: 'What is outside waits longer than what is inside, and the last retry can still finish.',
    bars: [...inside, ...tries, limit('route, then 504', 0, route.timeout.ms / 1000)],
  }
}

function stretch(label: string, from: number, to: number): Bar {
  return bar(label, from, to, false)
}

function limit(label: string, from: number, to: number): Bar {
  return bar(label, from, to, true)
}

function bar(label: string, from: number, to: number, bound: boolean): Bar {
  return { label, from, to, fromMs: Math.round(from * 1000), toMs: Math.round(to * 1000), bound }
}
