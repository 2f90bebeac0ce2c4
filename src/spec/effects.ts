import { type Key, keys, optionOf, type Spec } from './table.js'

interface Condition {
  readonly keys: readonly Key[]
  readonly holds: (spec: Spec) => boolean
  readonly message: string
  /** The wizard doesn't ask for them either: what they depend on was asked right before. */
  readonly hides?: true
}

/** When an option matters, where that is not one switch (those are the option's own `when`). */
const conditions: readonly Condition[] = [
  {
    keys: ['workload.volume.size', 'workload.volume.path', 'workload.volume.storageClass'],
    holds: (spec) => spec['workload.kind'] === 'statefulset',
    message: 'workload.kind is not statefulset',
  },
  {
    keys: ['workload.replicas'],
    holds: (spec) => !spec['autoscaling.enabled'],
    message: 'autoscaling.enabled leaves the number to the autoscaler',
  },
  { keys: ['image.platforms'], holds: (spec) => spec['delivery.ci'] !== 'none', message: 'delivery.ci is none' },
  {
    keys: ['secrets.store', 'secrets.path'],
    holds: (spec) => spec['secrets.provider'] === 'external-secrets',
    message: 'secrets.provider is not external-secrets',
  },
  {
    keys: ['alerts.wecom.corpId', 'alerts.wecom.agentId'],
    holds: (spec) => spec['alerts.receiver'] === 'wecom',
    message: 'alerts.receiver is not wecom',
  },
  {
    keys: ['rollout.steps'],
    holds: (spec) => spec['rollout.strategy'] === 'canary',
    message: 'rollout.strategy is not canary',
    hides: true,
  },
  {
    keys: ['rollout.engine'],
    holds: (spec) => spec['rollout.strategy'] !== 'rolling',
    message: 'rollout.strategy is rolling',
    hides: true,
  },
  {
    keys: ['rollout.pause'],
    holds: (spec) => spec['rollout.strategy'] !== 'rolling' && spec['rollout.engine'] !== 'none',
    message: 'there is no Rollout',
    hides: true,
  },
  { keys: ['config.reload'], holds: (spec) => spec['config.source'] !== 'env', message: 'config.source is env' },
]

/** Answers that change nothing, each with the reason: the user meant something by them. */
export function withoutEffect(spec: Spec, answered: readonly Key[]): string[] {
  return answered.flatMap((key) => {
    const when = optionOf(key).when as Key | undefined
    if (when !== undefined && spec[when] !== true) {
      return [`${key} has no effect: ${when} is off`]
    }
    const unmet = conditions.find((condition) => condition.keys.includes(key) && !condition.holds(spec))
    return unmet === undefined ? [] : [`${key} has no effect: ${unmet.message}`]
  })
}

/** Whether the wizard leaves an option out, because of what was answered before it. */
export function isHidden(key: Key, spec: Spec): boolean {
  return conditions.some(({ keys, hides, holds }) => hides === true && keys.includes(key) && !holds(spec))
}

/** The keys that were answered, in the table's order. */
export function answeredKeys(answers: object): Key[] {
  return keys.filter((key) => Object.hasOwn(answers, key))
}
