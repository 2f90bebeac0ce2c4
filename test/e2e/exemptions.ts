import type { Manifest } from '../support/manifests.js'
import { boundRules, containersOf, isScaled, workloadsOf } from './policies/objects.js'

/** A check whose finding is wrong here. Every other finding of every linter is a defect. */
export interface Exemption {
  /** In docs/proof.md. */
  readonly id: string
  readonly tool: string
  /** The tool's own name of the check. */
  readonly check: string
  readonly reason: string
  /** A file of docs/decisions, without its suffix, that says it at length. */
  readonly decision: string
  /** The exemption is for these objects only: an overlay's, or none where the linter reads other files. */
  readonly holds: (objects: readonly Manifest[]) => boolean
}

const always = () => true
const without = (kind: string) => (objects: readonly Manifest[]) => objects.every((object) => object.kind !== kind)
const servers = (objects: readonly Manifest[]) => workloadsOf(objects).filter(({ endsByItself }) => !endsByItself)

/** A development environment: one pod each. */
const isDevelopment = (objects: readonly Manifest[]) =>
  servers(objects).every(({ object }) => object.spec.replicas === 1 && !isScaled(object, objects))

/** Nobody but the autoscaler says how many. */
const ownedByScalers = (objects: readonly Manifest[]) =>
  servers(objects).every(({ object }) => object.spec.replicas === undefined && isScaled(object, objects))

const keepsTwo = (objects: readonly Manifest[]) =>
  objects.every(({ kind, spec }) => kind !== 'HorizontalPodAutoscaler' || spec.minReplicas >= 2)

/** Somebody asked for one: `autoscaling.min: 1`. */
const startsFromOne = (objects: readonly Manifest[]) =>
  objects.every(({ kind, spec }) => kind !== 'HorizontalPodAutoscaler' || spec.minReplicas === 1)

const withoutCpuLimit = (objects: readonly Manifest[]) =>
  servers(objects).every(({ pod }) => containersOf(pod).every(({ resources }) => resources?.limits?.cpu === undefined))

const withoutProbe = (probe: string) => (objects: readonly Manifest[]) =>
  servers(objects).every(({ pod }) => pod.containers.every((container: Manifest) => container[probe] === undefined))

/** One named Secret, and no program may read it: people only. */
const isForPeople = (objects: readonly Manifest[]) =>
  objects
    .filter(({ kind }) => kind === 'RoleBinding')
    .filter((binding) => boundRules(binding, objects).some(({ resources }) => resources.includes('secrets')))
    .every(
      (binding) =>
        binding.subjects.every(({ kind }: Manifest) => kind === 'Group') &&
        boundRules(binding, objects).every(({ resourceNames = [] }) => resourceNames.length > 0),
    )

/** What linters say about the output and we do otherwise, each once, and for as long as something needs it. */
export const exemptions: readonly Exemption[] = [
  ...(
    [
      ['kube-score', 'container-image-pull-policy'],
      ['checkov', 'CKV_K8S_15'],
      ['polaris', 'pullPolicyNotAlways'],
    ] as const
  ).map(([tool, check]) => ({
    id: `${tool}-pull-policy`,
    tool,
    check,
    reason: 'a commit id names one image for ever; Always would make every start depend on the registry',
    decision: '0001-images-by-commit',
    holds: always,
  })),
  ...(
    [
      ['checkov', 'CKV_K8S_43'],
      ['kube-linter', 'image-not-pinned-by-digest'],
    ] as const
  ).map(([tool, check]) => ({
    id: `${tool}-image-digest`,
    tool,
    check,
    reason: 'before the first pipeline run there is no digest; the tag is the commit id',
    decision: '0001-images-by-commit',
    holds: always,
  })),
  {
    id: 'kube-linter-replicas-of-autoscaler',
    tool: 'kube-linter',
    check: 'minimum-three-replicas',
    reason: 'the autoscaler owns the number',
    decision: '0002-autoscaler-owns-replicas',
    holds: ownedByScalers,
  },
  {
    id: 'kube-score-replicas-of-keda',
    tool: 'kube-score',
    check: 'deployment-replicas',
    reason: 'KEDA owns the number, and kube-score knows no ScaledObject',
    decision: '0002-autoscaler-owns-replicas',
    holds: ownedByScalers,
  },
  ...(
    [
      ['kube-score', 'deployment-replicas'],
      ['polaris', 'deploymentMissingReplicas'],
      ['kube-linter', 'minimum-three-replicas'],
    ] as const
  ).map(([tool, check]) => ({
    id: `${tool}-one-replica-in-development`,
    tool,
    check,
    reason: 'development environments run one pod on purpose',
    decision: '0003-one-replica-in-development',
    holds: isDevelopment,
  })),
  {
    id: 'polaris-no-budget-in-development',
    tool: 'polaris',
    check: 'missingPodDisruptionBudget',
    reason: 'a budget over one pod would only hold up the drain of a node',
    decision: '0003-one-replica-in-development',
    holds: isDevelopment,
  },
  ...(
    [
      ['kube-score', 'horizontalpodautoscaler-replicas'],
      ['kube-linter', 'hpa-minimum-three-replicas'],
      ['polaris', 'hpaMinAvailability'],
    ] as const
  ).map(([tool, check]) => ({
    id: `${tool}-from-one`,
    tool,
    check,
    reason: 'autoscaling.min is 1; two unless it is asked for',
    decision: '0010-what-was-answered-otherwise',
    holds: startsFromOne,
  })),
  {
    id: 'kube-linter-two-replicas',
    tool: 'kube-linter',
    check: 'hpa-minimum-three-replicas',
    reason: 'two is the floor unless more are asked for; the production preset keeps three',
    decision: '0004-two-replicas-are-the-floor',
    holds: keepsTwo,
  },
  {
    id: 'kube-linter-two-replicas-stated',
    tool: 'kube-linter',
    check: 'minimum-three-replicas',
    reason: 'workload.replicas is 2; three unless fewer are asked for',
    decision: '0004-two-replicas-are-the-floor',
    holds: (objects) => servers(objects).every(({ object }) => object.spec.replicas === 2),
  },
  {
    id: 'kube-linter-many-replicas',
    tool: 'kube-linter',
    check: 'hpa-maximum-replicas',
    reason: 'autoscaling.max is more than a hundred; ten unless more are asked for',
    decision: '0010-what-was-answered-otherwise',
    holds: always,
  },
  ...(
    [
      ['kube-linter', 'priority-class-name'],
      ['polaris', 'priorityClassNotSet'],
    ] as const
  ).map(([tool, check]) => ({
    id: `${tool}-priority-class`,
    tool,
    check,
    reason: "priority classes are the cluster's, and their names differ from cluster to cluster",
    decision: '0005-no-priority-class',
    holds: always,
  })),
  {
    id: 'kube-linter-node-affinity',
    tool: 'kube-linter',
    check: 'no-node-affinity',
    reason: 'the service runs on any node; naming some would tie it to one cluster',
    decision: '0006-no-node-affinity',
    holds: always,
  },
  {
    id: 'kube-linter-owner-email',
    tool: 'kube-linter',
    check: 'required-annotation-email',
    reason: 'CODEOWNERS says who answers for the service; people and their addresses change',
    decision: '0007-owners',
    holds: always,
  },
  {
    id: 'kube-linter-owner-label',
    tool: 'kube-linter',
    check: 'required-label-owner',
    reason: 'no owner was given',
    decision: '0007-owners',
    holds: (objects) => workloadsOf(objects).every(({ object }) => object.metadata.labels.owner === undefined),
  },
  {
    id: 'kube-linter-rotation',
    tool: 'kube-linter',
    check: 'access-to-secrets',
    reason: 'people who rotate the credentials may change this one Secret; no program may',
    decision: '0008-people-rotate-credentials',
    holds: isForPeople,
  },
  {
    id: 'checkov-healthcheck',
    tool: 'checkov',
    check: 'CKV_DOCKER_2',
    reason: 'Kubernetes ignores HEALTHCHECK and asks the probes',
    decision: '0009-probes-not-healthcheck',
    holds: always,
  },
  {
    id: 'checkov-rollback-inputs',
    tool: 'checkov',
    check: 'CKV_GHA_7',
    reason:
      'the workflow that rolls back builds nothing: its inputs choose an environment and a commit that was released',
    decision: '0016-rollback-asks',
    holds: always,
  },
  ...(
    [
      ['kube-score', 'pod-networkpolicy'],
      ['checkov', 'CKV2_K8S_6'],
      ['kube-linter', 'non-isolated-pod'],
      ['polaris', 'missingNetworkPolicy'],
    ] as const
  ).map(([tool, check]) => ({
    id: `${tool}-no-network-policy`,
    tool,
    check,
    reason: 'networkPolicy.enabled is off, as in the minimal preset',
    decision: '0010-what-was-answered-otherwise',
    holds: without('NetworkPolicy'),
  })),
  ...(
    [
      ['kube-score', 'deployment-has-poddisruptionbudget'],
      ['kube-score', 'statefulset-has-poddisruptionbudget'],
      ['polaris', 'missingPodDisruptionBudget'],
    ] as const
  ).map(([tool, check]) => ({
    id: `${tool}-no-budget${check.startsWith('stateful') ? '-of-statefulset' : ''}`,
    tool,
    check,
    reason: 'pdb.enabled is off, as in the minimal preset',
    decision: '0010-what-was-answered-otherwise',
    holds: without('PodDisruptionBudget'),
  })),
  ...(
    [
      ['kube-score', 'container-resources'],
      ['checkov', 'CKV_K8S_11'],
      ['polaris', 'cpuLimitsMissing'],
    ] as const
  ).map(([tool, check]) => ({
    id: `${tool}-no-cpu-limit`,
    tool,
    check,
    reason: 'resources.cpu.limit is none',
    decision: '0010-what-was-answered-otherwise',
    holds: withoutCpuLimit,
  })),
  ...(
    [
      ['checkov', 'CKV_K8S_8', 'livenessProbe'],
      ['checkov', 'CKV_K8S_9', 'readinessProbe'],
      ['kube-linter', 'no-liveness-probe', 'livenessProbe'],
      ['kube-linter', 'no-readiness-probe', 'readinessProbe'],
      ['kube-linter', 'no-startup-probe', 'startupProbe'],
      ['polaris', 'livenessProbeMissing', 'livenessProbe'],
      ['polaris', 'readinessProbeMissing', 'readinessProbe'],
    ] as const
  ).map(([tool, check, probe]) => ({
    id: `${tool}-no-${probe.replace('Probe', '-probe')}`,
    tool,
    check,
    reason: `probes.${probe.replace('Probe', '')}.enabled is off`,
    decision: '0010-what-was-answered-otherwise',
    holds: withoutProbe(probe),
  })),
  {
    id: 'kube-score-no-probe',
    tool: 'kube-score',
    check: 'pod-probes',
    reason: 'probes.liveness.enabled or probes.readiness.enabled is off',
    decision: '0010-what-was-answered-otherwise',
    holds: (objects) => ['livenessProbe', 'readinessProbe'].some((probe) => withoutProbe(probe)(objects)),
  },
]

/** yamllint's default rules, and where the output differs from them: docs/decisions/0011-yaml-style.md. */
export const yamllintRules = {
  extends: 'default',
  rules: {
    // A comment that says why may be longer than 80 characters; addresses and digests can't be broken.
    'line-length': 'disable',
    // One document a file, as kubectl and Argo CD read them; `---` only stands between documents.
    'document-start': 'disable',
    // `on:` is a key that GitHub asks for.
    truthy: { 'check-keys': false },
    // Prettier's style, and gofumpt's.
    comments: { 'min-spaces-from-content': 1 },
  },
}
