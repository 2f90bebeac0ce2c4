import { t } from '../words.js'
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
    title: t('Start-up against the probes'),
    rule: startup.enabled
      ? t`The startup probe waits ${startup.budget} s for a start of at most ${up} s; liveness counts only from then on.`
      : t('Without a startup probe the liveness probe has to have the patience for the start.'),
    bars: [
      ...(wait > 0 ? [stretch(t('entry point waits for dependencies, at most'), 0, wait)] : []),
      stretch(t('cold start, at most'), wait, up),
      ...(startup.enabled ? [limit(t('startup probe gives up'), startup.initialDelay, startup.budget)] : []),
      ...(liveness.enabled
        ? [
            limit(
              startup.enabled ? t('a program that hangs from then on is restarted') : t('liveness probe gives up'),
              counted + (startup.enabled ? 0 : liveness.initialDelay),
              counted + liveness.initialDelay + liveness.period * liveness.failureThreshold,
            ),
          ]
        : []),
      ...(readiness.enabled
        ? [stretch(t('ready, but not yet counted as available'), up, up + workload.minReadySeconds)]
        : []),
    ],
  }
}

function shutdown({ shutdown: s, features }: Numbers): Timeline {
  const stages: readonly (readonly [string, number])[] = [
    [t('preStop sleep, still serving'), s.preStop],
    [t('drain, not ready and still serving'), s.drain],
    [t('requests in flight'), s.timeout],
    [t('messages in hand'), s.consumers],
    [t('connections to brokers'), s.brokers],
    [t('connections to data stores'), s.stores],
    [features.tracing ? t('last spans') : t('flush'), s.flush],
    [t('margin'), s.margin],
  ]
  let at = 0
  const bars = stages
    .filter(([, length]) => length > 0)
    .map(([label, length]) => {
      at += length
      return stretch(label, at - length, at)
    })
  return {
    title: t('Shutdown against the grace period'),
    rule: t('The kubelet sends SIGKILL when the grace period is over, and by then the last stage has ended.'),
    bars: [...bars, limit(t('grace period, then SIGKILL'), 0, s.grace)],
  }
}

function request({ timeouts, istio, routes, features }: Numbers): Timeline {
  const route = istio ?? routes
  const handler = timeouts.handler.ms / 1000
  const write = timeouts.write.ms / 1000
  const inside = [
    ...(features.http ? [stretch(t('headers are read'), 0, timeouts.readHeader.ms / 1000)] : []),
    stretch(t('handler'), 0, handler),
    ...(features.http ? [stretch(t('answer is written'), 0, write)] : []),
  ]
  if (route === undefined) {
    return {
      title: t('A request’s time-outs'),
      rule: t(
        'What is outside waits longer than what is inside, so that the inner one answers and nothing is cut off.',
      ),
      bars: inside,
    }
  }
  const perTry = route.perTryTimeout.ms / 1000
  const pause = route.backoff.ms / 1000
  const tries = Array.from({ length: route.retries + 1 }, (_, at) => {
    const from = at * (perTry + pause)
    return stretch(at === 0 ? t('first try') : t`retry ${at}`, from, from + perTry)
  })
  return {
    title: t('A request’s time-outs, from the gateway to the handler'),
    rule: t('What is outside waits longer than what is inside, and the last retry can still finish.'),
    bars: [...inside, ...tries, limit(t('route, then 504'), 0, route.timeout.ms / 1000)],
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
