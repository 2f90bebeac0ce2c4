import { boolean, integer, text } from '../option.js'
import * as rules from '../rules.js'

/** Ports, time budgets and probes. */
export const service = {
  'http.enabled': boolean({ default: true, help: 'serve HTTP', ask: 'Serve HTTP?' }),
  'http.port': integer(1024, 65535, {
    default: 8080,
    help: 'port of the API',
    when: 'http.enabled',
    ask: 'HTTP port',
    common: true,
  }),
  'http.adminPort': integer(1024, 65535, {
    default: 9090,
    help: 'port of probes, metrics and the log level',
    ask: 'Admin port (probes, metrics)',
  }),
  'http.timeout': text(rules.duration, {
    default: '15s',
    help: 'longest that a handler may take; every outer time-out derives from it',
    ask: 'Handler time-out',
    common: true,
  }),
  'grpc.enabled': boolean({ default: false, help: 'serve gRPC', ask: 'Serve gRPC?' }),
  'grpc.port': integer(1024, 65535, { default: 9000, help: 'port of gRPC', when: 'grpc.enabled', ask: 'gRPC port' }),
  'shutdown.drain': integer(0, 300, {
    default: 5,
    unit: 's',
    help: 'not ready, still serving, before listeners close',
    ask: 'Drain delay, in seconds',
  }),
  'shutdown.timeout': integer(1, 3600, {
    default: 20,
    unit: 's',
    help: 'longest wait for requests in flight',
    ask: 'Shutdown time-out, in seconds',
  }),
}

const seconds = (limit: number, preset: number, help: string, ask?: string) =>
  integer(0, limit, { default: preset, unit: 's', help, ...(ask ? { ask } : {}) })

const positive = (limit: number, preset: number, help: string, ask?: string, unit?: string) =>
  integer(1, limit, { default: preset, help, ...(unit ? { unit } : {}), ...(ask ? { ask } : {}) })

const enabled = (probe: string) =>
  boolean({ default: true, help: `emit the ${probe} probe`, ask: `Emit the ${probe} probe?` })

/** Details that matter, and are asked for, only while their probe is on. */
function details<T extends object>(probe: string, options: T): T {
  const when = `probes.${probe}.enabled`
  return Object.fromEntries(Object.entries(options).map(([key, option]) => [key, { ...option, when }])) as T
}

/** Kubernetes defaults are the reference; liveness follows 15/10/5/3, see the README's decision table. */
export const probes = {
  'probes.liveness.enabled': enabled('liveness'),
  ...details('liveness', {
    'probes.liveness.path': text(rules.httpPath, { default: '/livez', help: 'path on the admin port' }),
    'probes.liveness.initialDelay': seconds(3600, 15, 'before the first check', 'Liveness: initial delay, in seconds'),
    'probes.liveness.period': positive(3600, 10, 'between checks', 'Liveness: period, in seconds', 's'),
    'probes.liveness.timeout': positive(3600, 5, 'for one check', 'Liveness: time-out, in seconds', 's'),
    'probes.liveness.failureThreshold': positive(
      1000,
      3,
      'failed checks before a restart',
      'Liveness: failures before a restart',
    ),
  }),
  'probes.readiness.enabled': enabled('readiness'),
  ...details('readiness', {
    'probes.readiness.path': text(rules.httpPath, { default: '/readyz', help: 'path on the admin port' }),
    'probes.readiness.initialDelay': seconds(3600, 0, 'before the first check'),
    'probes.readiness.period': positive(3600, 5, 'between checks', 'Readiness: period, in seconds', 's'),
    'probes.readiness.timeout': positive(3600, 3, 'for one check', 'Readiness: time-out, in seconds', 's'),
    'probes.readiness.failureThreshold': positive(
      1000,
      2,
      'failed checks before traffic stops',
      'Readiness: failures before traffic stops',
    ),
  }),
  'probes.startup.enabled': enabled('startup'),
  ...details('startup', {
    'probes.startup.path': text(rules.httpPath, { default: '/startupz', help: 'path on the admin port' }),
    'probes.startup.initialDelay': seconds(3600, 0, 'before the first check'),
    'probes.startup.period': positive(3600, 2, 'between checks', 'Startup: period, in seconds', 's'),
    'probes.startup.timeout': positive(3600, 2, 'for one check', 'Startup: time-out, in seconds', 's'),
    'probes.startup.failureThreshold': integer(1, 3600, {
      help: 'failed checks before a restart',
      derived: 'covers entrypoint.timeout and the cold start',
    }),
  }),
}
