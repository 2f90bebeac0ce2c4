import type { Manifest } from '../../support/manifests.js'

/** An object that makes pods. */
export interface Workload {
  readonly object: Manifest
  /** The kind to judge it as: a Rollout is a Deployment with another strategy. */
  readonly kind: string
  /** Labels and annotations of its pods. */
  readonly metadata: Manifest
  /** The pods' spec. */
  readonly pod: Manifest
  /** A Job's pods end by themselves. */
  readonly endsByItself: boolean
}

const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Rollout', 'Job', 'CronJob', 'Pod']

export function workloadsOf(objects: readonly Manifest[]): Workload[] {
  return objects.flatMap((object) => {
    const template = templateOf(object)
    if (!kinds.includes(object.kind) || template?.spec === undefined) {
      return []
    }
    return {
      object,
      kind: object.kind === 'Rollout' ? 'Deployment' : object.kind,
      metadata: template.metadata ?? {},
      pod: template.spec,
      endsByItself: object.kind === 'Job' || object.kind === 'CronJob',
    }
  })
}

function templateOf({ kind, metadata, spec }: Manifest): Manifest {
  if (kind === 'Pod') {
    return { metadata, spec }
  }
  return kind === 'CronJob' ? spec.jobTemplate.spec.template : spec?.template
}

export function titleOf({ kind, metadata }: Manifest): string {
  return `${kind}/${metadata.name}`
}

/** Containers that run first, sidecars among them, and those that serve. */
export function containersOf(pod: Manifest): Manifest[] {
  return [...(pod.initContainers ?? []), ...pod.containers]
}

/** The replicas that a workload states; one when it states none, as the API server reads it. */
export function replicasOf({ spec }: Manifest): number {
  return spec.replicas ?? 1
}

/** True when an autoscaler of these objects scales this one. */
export function isScaled(object: Manifest, objects: readonly Manifest[]): boolean {
  return scalersOf(object, objects).length > 0
}

export function scalersOf({ kind, metadata }: Manifest, objects: readonly Manifest[]): Manifest[] {
  return objects.filter(
    ({ kind: scaler, spec }) =>
      (scaler === 'HorizontalPodAutoscaler' || scaler === 'ScaledObject') &&
      spec.scaleTargetRef.kind === kind &&
      spec.scaleTargetRef.name === metadata.name,
  )
}

/** Whether a label selector, with labels and expressions, takes a set of labels. An empty one takes all. */
export function selects(selector: Manifest, labels: Readonly<Record<string, string>> = {}): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {}
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }: Manifest) => {
      const isIn = values.includes(labels[key])
      const answers: Record<string, boolean> = {
        In: isIn,
        NotIn: !isIn,
        Exists: key in labels,
        DoesNotExist: !(key in labels),
      }
      return answers[operator] === true
    })
  )
}

/** The pods of a namespace that a selector takes. */
export function selectedWorkloads(
  selector: Manifest,
  namespace: string | undefined,
  objects: readonly Manifest[],
): Workload[] {
  return workloadsOf(objects).filter(
    ({ object, metadata }) => object.metadata.namespace === namespace && selects(selector, metadata.labels),
  )
}

/** Budgets of the workloads' namespace that take their pods. */
export function budgetsOf({ object, metadata }: Workload, objects: readonly Manifest[]): Manifest[] {
  return objects.filter(
    ({ kind, metadata: { namespace }, spec }) =>
      kind === 'PodDisruptionBudget' &&
      namespace === object.metadata.namespace &&
      selects(spec.selector, metadata.labels),
  )
}

/** A container's own setting, else that of its pod. */
export function securityOf(container: Manifest, pod: Manifest, key: string): Manifest {
  return container.securityContext?.[key] ?? pod.securityContext?.[key]
}

/** Rules of the role that a binding names, where it is among the objects. */
export function boundRules(binding: Manifest, objects: readonly Manifest[]): Manifest[] {
  const { kind, name } = binding.roleRef
  const roles = objects.filter(
    (role) =>
      role.kind === kind &&
      role.metadata.name === name &&
      (kind === 'ClusterRole' || role.metadata.namespace === binding.metadata.namespace),
  )
  return roles.flatMap(({ rules }) => rules ?? [])
}

/** Whether a list holds one of the words, or a wildcard. */
export function allows(list: readonly string[] = [], ...words: string[]): boolean {
  return list.some((word) => word === '*' || words.includes(word))
}
