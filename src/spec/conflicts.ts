import type { Finding } from '../errors.js'
import type { Conflict } from './conflict.js'
import { clusterConflicts } from './conflicts-clusters.js'
import { meshConflicts } from './conflicts-mesh.js'
import { nameConflicts } from './conflicts-names.js'
import { isStoreName } from './stores.js'
import type { Key, Spec } from './table.js'

/** Options of a centre that is not asked for: whoever gives them means it. */
function centreOptions(source: 'consul' | 'nacos', keys: readonly Key[]): Conflict {
  return {
    code: `${source}-options-without-${source}`,
    keys,
    violated: (spec) => spec['config.source'] !== source && keys.some((key) => spec[key] !== undefined),
    message: (spec) =>
      `${keys.find((key) => spec[key] !== undefined)} is given, and config.source is ${spec['config.source']}`,
    hint: `set config.source to ${source}, or leave config.${source} out`,
  }
}

/** Answers that can't be had together, whatever the numbers. (Numbers are the invariants' business.) */
export const conflictRules: readonly Conflict[] = [
  {
    code: 'entrypoint-needs-shell',
    keys: ['entrypoint.enabled', 'image.base'],
    violated: (spec) => spec['entrypoint.enabled'] && ['distroless', 'scratch'].includes(spec['image.base']),
    message: (spec) => `entrypoint.enabled needs a shell, and image.base ${spec['image.base']} has none`,
    hint: 'set image.base to alpine, debian or ubuntu, or leave the entrypoint script out',
  },
  {
    code: 'cgo-needs-glibc',
    keys: ['image.cgo', 'image.base'],
    violated: (spec) => spec['image.cgo'] && ['scratch', 'alpine'].includes(spec['image.base']),
    message: (spec) => `image.cgo links against glibc, and image.base ${spec['image.base']} has none`,
    hint: 'set image.base to distroless, debian or ubuntu, or leave image.cgo off',
  },
  {
    code: 'wait-for-without-entrypoint',
    keys: ['entrypoint.waitFor'],
    violated: (spec) => spec['entrypoint.waitFor'] !== undefined && !spec['entrypoint.enabled'],
    message: () => 'entrypoint.waitFor is given, but the entrypoint script is off',
    hint: 'add entrypoint.enabled: true (--entrypoint), or leave entrypoint.waitFor out',
  },
  {
    code: 'wait-for-store',
    keys: ['entrypoint.waitFor'],
    violated: (spec) => absentStore(spec) !== undefined,
    message: (spec) => `entrypoint.waitFor names ${absentStore(spec)}, and ${absentStore(spec)}.enabled is off`,
    hint: 'turn that store on, or give host:port',
  },
  {
    code: 'same-port',
    keys: ['http.port', 'http.adminPort', 'grpc.port'],
    violated: (spec) => samePorts(spec) !== undefined,
    message: (spec) => {
      const [one, other] = samePorts(spec) ?? []
      return `${one?.[0]} and ${other?.[0]} are both ${one?.[1]}`
    },
    hint: 'give them different ports: each protocol has a listener of its own, and probes and metrics must not be reachable with the API',
  },
  {
    code: 'no-traffic',
    keys: ['http.enabled', 'grpc.enabled'],
    violated: (spec) => !spec['http.enabled'] && !spec['grpc.enabled'],
    message: () => 'http.enabled and grpc.enabled are both off, so nobody could call the service',
    hint: 'add grpc.enabled: true (--grpc), or leave http.enabled out',
  },
  {
    code: 'replica-range',
    keys: ['autoscaling.min', 'autoscaling.max'],
    violated: (spec) => spec['autoscaling.enabled'] && spec['autoscaling.min'] > spec['autoscaling.max'],
    message: (spec) => `autoscaling.min ${spec['autoscaling.min']} is above autoscaling.max ${spec['autoscaling.max']}`,
    hint: 'raise autoscaling.max or lower autoscaling.min',
  },
  {
    code: 'queue-needs-target',
    keys: ['autoscaling.queue.name', 'autoscaling.queue.target'],
    violated: (spec) => spec['autoscaling.queue.name'] !== undefined && spec['autoscaling.queue.target'] === undefined,
    message: () => 'autoscaling.queue.name says which queue, and nothing says how long it may get',
    hint: 'give autoscaling.queue.target, the messages that one pod may have waiting',
  },
  {
    code: 'queue-needs-name',
    keys: ['autoscaling.queue.target', 'autoscaling.queue.name'],
    violated: (spec) =>
      spec['autoscaling.queue.target'] !== undefined &&
      spec['autoscaling.queue.name'] === undefined &&
      !spec['nats.enabled'] &&
      !spec['kafka.enabled'],
    message: () =>
      'autoscaling.queue.target says how long a queue may get, and this service has no consumer whose queue it is',
    hint: 'give autoscaling.queue.name, or add a broker: kafka.enabled or nats.enabled: true',
  },
  {
    code: 'scaling-needs-metrics',
    keys: ['autoscaling.qps', 'autoscaling.queue.target', 'metrics.enabled'],
    violated: (spec) =>
      !spec['metrics.enabled'] &&
      (spec['autoscaling.qps'] !== undefined ||
        (spec['autoscaling.queue.target'] !== undefined && spec['autoscaling.queue.name'] === undefined)),
    message: () =>
      "autoscaling.qps and autoscaling.queue.target count by the service's own metrics, and metrics.enabled is off",
    hint: 'add metrics.enabled: true (--metrics), or scale on CPU and memory alone',
  },
  {
    code: 'weights-sum',
    keys: ['rollout.weights'],
    violated: (spec) =>
      spec['rollout.weights'] !== undefined && spec['rollout.weights'].reduce((sum, weight) => sum + weight, 0) !== 100,
    message: (spec) => `rollout.weights ${spec['rollout.weights']?.join(' and ')} do not sum to 100`,
    hint: 'give two weights that sum to 100, such as 80,20',
  },
  {
    code: 'weights-need-deployment',
    keys: ['rollout.weights', 'workload.kind'],
    violated: (spec) => spec['rollout.weights'] !== undefined && spec['workload.kind'] === 'statefulset',
    message: () =>
      'rollout.weights runs a second workload, and the pods of a statefulset have identities and data that two workloads cannot share',
    hint: 'use workload.kind deployment, or leave rollout.weights out',
  },
  {
    code: 'strategy-needs-deployment',
    keys: ['rollout.strategy', 'workload.kind'],
    violated: (spec) => spec['rollout.strategy'] !== 'rolling' && spec['workload.kind'] === 'statefulset',
    message: (spec) =>
      `rollout.strategy ${spec['rollout.strategy']} runs two versions beside each other, and the pods of a statefulset have identities and volumes that two versions cannot share`,
    hint: 'use workload.kind deployment, or rollout.strategy rolling (the partition of the StatefulSet is its canary)',
  },
  {
    code: 'strategy-or-weights',
    keys: ['rollout.weights', 'rollout.strategy'],
    violated: (spec) => spec['rollout.weights'] !== undefined && spec['rollout.strategy'] !== 'rolling',
    message: (spec) =>
      `rollout.weights splits the traffic for good, and rollout.strategy ${spec['rollout.strategy']} moves it with each release`,
    hint: 'leave one of them out',
  },
  {
    code: 'canary-needs-rollouts',
    keys: ['rollout.engine', 'rollout.strategy'],
    violated: (spec) => spec['rollout.engine'] === 'none' && spec['rollout.strategy'] === 'canary',
    message: () =>
      'rollout.engine none switches between two Deployments, and a canary needs somebody who moves weights',
    hint: 'use rollout.engine argo-rollouts, rollout.strategy blue-green, or rollout.weights for a fixed split',
  },
  {
    code: 'steps-ascend',
    keys: ['rollout.steps'],
    violated: ({ 'rollout.steps': steps }) => steps.some((step, at) => at > 0 && step <= (steps[at - 1] ?? 0)),
    message: ({ 'rollout.steps': steps }) => `rollout.steps ${steps.join(', ')} do not ascend`,
    hint: 'give each step a larger weight than the one before it, such as 10,50',
  },
  {
    code: 'probe-paths',
    keys: ['probes.liveness.path', 'probes.readiness.path', 'probes.startup.path'],
    violated: (spec) =>
      new Set([spec['probes.liveness.path'], spec['probes.readiness.path'], spec['probes.startup.path']]).size < 3,
    message: () => 'two probes share a path',
    hint: 'give each probe its own path: they answer different questions',
  },
  {
    code: 'probe-path-taken',
    keys: ['probes.liveness.path', 'probes.readiness.path', 'probes.startup.path'],
    violated: (spec) =>
      (['probes.liveness.path', 'probes.readiness.path', 'probes.startup.path'] as const).some((key) =>
        ['/metrics', '/loglevel'].includes(spec[key]),
      ),
    message: () => 'a probe path is /metrics or /loglevel, which the admin port serves already',
    hint: 'choose another path',
  },
  {
    code: 'reload-needs-file',
    keys: ['config.values', 'config.source'],
    violated: (spec) => spec['config.source'] === 'env' && Object.keys(spec['config.values']).length > 0,
    message: () => 'config.values are keys of the configuration file, and config.source env has none',
    hint: 'use config.source file, or leave config.values out',
  },
  {
    code: 'values-are-no-secrets',
    keys: ['config.values'],
    violated: (spec) => secretValue(spec) !== undefined,
    message: (spec) =>
      `config.values.${secretValue(spec)} looks like a secret, and what is there lies in Git, in a ConfigMap and in logs`,
    hint: 'leave it out, and give the program a file in CREDENTIALS_DIR: see Secrets in the generated README; or choose a name that says what else it is',
  },
  centreOptions('consul', ['config.consul.address', 'config.consul.prefix']),
  centreOptions('nacos', [
    'config.nacos.address',
    'config.nacos.namespace',
    'config.nacos.group',
    'config.nacos.dataId',
  ]),
  ...clusterConflicts,
  ...meshConflicts,
  ...nameConflicts,
  {
    code: 'nats-url-scheme',
    keys: ['nats.url', 'nats.tls'],
    // Without a name there is no URL yet, and the name is what is asked for.
    violated: (spec) =>
      spec['nats.enabled'] &&
      spec['nats.url'] !== undefined &&
      spec['nats.url'].startsWith('tls:') !== (spec['nats.tls'] === 'verify'),
    message: (spec) => `nats.url ${spec['nats.url']} does not go with nats.tls ${spec['nats.tls']}`,
    hint: 'tls:// is encrypted and nats:// is not: change one of them',
  },
  {
    code: 'slo-needs-metrics',
    keys: ['slo.latencyP99', 'metrics.enabled'],
    violated: (spec) => !spec['metrics.enabled'] && spec['slo.latencyP99'] !== '800ms',
    message: () => 'slo.latencyP99 is measured by the metrics, and metrics.enabled is off',
    hint: 'add metrics.enabled: true (--metrics), or leave slo.latencyP99 out',
  },
]

/** The first two listeners with one port. */
function samePorts(spec: Spec): [string, number][] | undefined {
  const ports: [string, number][] = [
    ...(spec['http.enabled'] ? [['http.port', spec['http.port']] as [string, number]] : []),
    ['http.adminPort', spec['http.adminPort']],
    ...(spec['grpc.enabled'] ? [['grpc.port', spec['grpc.port']] as [string, number]] : []),
  ]
  return ports
    .flatMap((one, at) => ports.slice(at + 1).map((other) => [one, other]))
    .find(([one, other]) => one?.[1] === other?.[1])
}

/** A data store that the entry point shall wait for and that isn't chosen. */
function absentStore(spec: Spec): string | undefined {
  return (spec['entrypoint.waitFor'] ?? []).find((target) => isStoreName(target) && !spec[`${target}.enabled`])
}

/** What in a spec can't be had together. `where` tells the place of a key. */
export function conflicts(spec: Spec, where: (key: Key) => string): Finding[] {
  return conflictRules
    .filter((rule) => rule.violated(spec))
    .map((rule) => ({
      code: rule.code,
      message: rule.message(spec),
      hint: rule.hint,
      where: rule.keys.map(where).join(', '),
      options: rule.keys,
    }))
}

/** The first key of config.values whose name is one of a secret. */
function secretValue(spec: Spec): string | undefined {
  return Object.keys(spec['config.values']).find((name) => secretName.test(name))
}

/** As `make run` looks at the names in .env. */
const secretName =
  /passw|passphrase|secret|token|credential|bearer|dsn|(?:api|access|private|signing|encryption|ssh|licen[cs]e)[._-]?key|(?:^|[._-])key$/i
