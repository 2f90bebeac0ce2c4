import type { Manifest } from '../../support/manifests.js'
import { allows, boundRules, budgetsOf, scalersOf, securityOf, selectedWorkloads } from './objects.js'
import { onContainers, onKinds, onServers, onServingContainers, onWorkloads, type Policy } from './policy.js'

const sensitiveName =
  /^(AWS_SECRET_ACCESS_KEY|GOOGLE_APPLICATION_CREDENTIALS|AZURE_.+KEY|OCI_CLI_KEY_CONTENT)$|password|token|bearer|secret/i
const privateKey = /-BEGIN\s.*PRIVATE KEY-/i
const rootCapabilities =
  'NET_ADMIN CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'.split(
    ' ',
  )

/** polaris' built-in checks. Like polaris, they leave out an object whose annotation says so. */
export const polarisPolicies: readonly Policy[] = withAnnotations([
  // What becomes of the service when a node goes.
  onServers('polaris/deploymentMissingReplicas', 'a Deployment states more than one replica', ({ kind, object }) => [
    kind === 'Deployment' && !(object.spec.replicas > 1) && `replicas ${object.spec.replicas}`,
  ]),
  onServers('polaris/topologySpreadConstraint', 'pods are spread', ({ pod }) => [
    !pod.topologySpreadConstraints?.length && 'no topologySpreadConstraints',
  ]),
  onWorkloads('polaris/priorityClassNotSet', 'a priority class is stated', ({ pod }) => [
    !pod.priorityClassName && 'no priorityClassName',
  ]),
  onServers('polaris/missingPodDisruptionBudget', 'a Deployment has a budget', (workload, objects) => [
    workload.kind === 'Deployment' &&
      budgetsOf(workload, objects).length === 0 &&
      'no PodDisruptionBudget takes its pods',
  ]),
  onKinds('polaris/pdbDisruptionsIsZero', 'PodDisruptionBudget', 'a budget lets a pod go', ({ spec }) => [
    spec.minAvailable === '100%' && 'minAvailable 100%',
    [0, '0%'].includes(spec.maxUnavailable) && `maxUnavailable ${spec.maxUnavailable}`,
  ]),
  onKinds('polaris/hpaMaxAvailability', 'HorizontalPodAutoscaler', 'there is room to scale', ({ spec }) => [
    !(spec.maxReplicas > (spec.minReplicas ?? 0)) && `minReplicas ${spec.minReplicas}, maxReplicas ${spec.maxReplicas}`,
  ]),
  onKinds('polaris/hpaMinAvailability', 'HorizontalPodAutoscaler', 'two replicas at least are kept', ({ spec }) => [
    (spec.minReplicas ?? 1) < 2 && `minReplicas ${spec.minReplicas}`,
  ]),
  onBudgets(
    'polaris/pdbMinAvailableGreaterThanHPAMinReplicas',
    'a budget asks for no more than the autoscaler keeps',
    (wanted, { minReplicas }) => wanted > minReplicas,
  ),
  onBudgets(
    'polaris/pdbMinAvailableEqualToHPAMinReplicas',
    'a budget lets one of the pods go that the autoscaler keeps',
    (wanted, { minReplicas }) => wanted === minReplicas,
  ),
  onBudgets(
    'polaris/pdbMinAvailableGreaterThanHPAMaxReplicas',
    'a budget asks for no more than the autoscaler ever starts',
    (wanted, { maxReplicas }) => wanted > maxReplicas,
  ),
  onServers('polaris/metadataAndInstanceMismatched', 'the label instance is the name', ({ object: { metadata } }) => [
    metadata.labels?.['app.kubernetes.io/instance'] !== metadata.name &&
      `instance ${metadata.labels?.['app.kubernetes.io/instance']}`,
  ]),
  ...(['readiness', 'liveness'] as const).map((probe) =>
    onServingContainers(
      `polaris/${probe}ProbeMissing`,
      `there is a ${probe} probe`,
      (container) => container[`${probe}Probe`] === undefined && `no ${probe} probe`,
    ),
  ),

  // Images and resources.
  onContainers('polaris/tagNotSpecified', 'an image has a tag, and it is not latest', ({ image }) => {
    const name = image.split('/').at(-1)
    return (!name.includes(':') || name.endsWith(':latest')) && image
  }),
  onContainers(
    'polaris/pullPolicyNotAlways',
    'the registry is asked at every start',
    ({ imagePullPolicy }) => imagePullPolicy !== 'Always' && `imagePullPolicy ${imagePullPolicy}`,
  ),
  ...(['cpu', 'memory'] as const).flatMap((resource) =>
    (['limits', 'requests'] as const).map((side) =>
      onContainers(
        `polaris/${resource}${side === 'limits' ? 'Limits' : 'Requests'}Missing`,
        `${side} of ${resource} are stated`,
        ({ resources }) => resources?.[side]?.[resource] === undefined && `no ${side} of ${resource}`,
      ),
    ),
  ),

  // What a pod can reach on its node.
  onWorkloads('polaris/hostIPCSet', "the node's IPC is not shared", ({ pod }) => [pod.hostIPC && 'hostIPC: true']),
  onWorkloads('polaris/hostPIDSet', "the node's processes are not shared", ({ pod }) => [
    pod.hostPID && 'hostPID: true',
  ]),
  onWorkloads('polaris/hostNetworkSet', "the node's network is not shared", ({ pod }) => [
    pod.hostNetwork && 'hostNetwork: true',
  ]),
  onWorkloads('polaris/hostPathSet', 'no folder of the node is a volume', ({ pod }) =>
    (pod.volumes ?? []).map(({ hostPath }: Manifest) => hostPath !== undefined && `hostPath ${hostPath.path}`),
  ),
  onContainers('polaris/hostProcess', 'no Windows container runs as a process of the node', (container, { pod }) =>
    securityOf(container, pod, 'windowsOptions')?.hostProcess === true ? 'hostProcess: true' : undefined,
  ),
  onContainers('polaris/hostPortSet', 'no port of the node is taken', ({ ports = [] }) => {
    const taken = ports.flatMap(({ hostPort }: Manifest) => hostPort ?? [])
    return taken.length > 0 && `hostPort ${taken}`
  }),

  // What a container may do.
  onContainers('polaris/procMount', '/proc is masked', ({ securityContext }) => {
    const { procMount = 'Default' } = securityContext ?? {}
    return procMount !== 'Default' && `procMount ${procMount}`
  }),
  onContainers('polaris/runAsRootAllowed', 'the user is not root, and Kubernetes checks it', (container, { pod }) => {
    const user = securityOf(container, pod, 'runAsUser')
    const isChecked = securityOf(container, pod, 'runAsNonRoot')
    return isChecked !== true && !(user > 0) && `runAsUser ${user}, runAsNonRoot ${isChecked}`
  }),
  onContainers(
    'polaris/runAsPrivileged',
    'no container is privileged',
    ({ securityContext }) => securityContext?.privileged === true && 'privileged: true',
  ),
  onContainers(
    'polaris/notReadOnlyRootFilesystem',
    'the root file system is read-only',
    ({ securityContext }) => securityContext?.readOnlyRootFilesystem !== true && 'its root file system is writable',
  ),
  onContainers(
    'polaris/privilegeEscalationAllowed',
    'a process can gain no more rights than its parent',
    ({ securityContext }) =>
      securityContext?.allowPrivilegeEscalation !== false && 'allowPrivilegeEscalation is not false',
  ),
  onContainers('polaris/dangerousCapabilities', 'no capability is added that is as good as root', (container) => {
    const { add = [] } = container.securityContext?.capabilities ?? {}
    return add.some((added: string) => /^(ALL|SYS_ADMIN|NET_ADMIN)$/i.test(added)) && `adds ${add}`
  }),
  onContainers('polaris/insecureCapabilities', 'the capabilities of root are dropped', ({ securityContext }) => {
    const { drop = [] } = securityContext?.capabilities ?? {}
    const isSafe = drop.includes('ALL') || rootCapabilities.every((capability) => drop.includes(capability))
    return !isSafe && `drops ${drop}`
  }),
  onContainers(
    'polaris/linuxHardening',
    'the kernel holds the container back in one way at least',
    (container, { pod }) => {
      const { drop = [], add = [] } = container.securityContext?.capabilities ?? {}
      const seccomp = securityOf(container, pod, 'seccompProfile')?.type ?? 'Unconfined'
      const isHeld =
        seccomp !== 'Unconfined' ||
        securityOf(container, pod, 'seLinuxOptions') !== undefined ||
        securityOf(container, pod, 'appArmorProfile') !== undefined ||
        (drop.length > 0 && !add.includes('ALL'))
      return !isHeld && 'no seccomp, SELinux or AppArmor profile, and no capability dropped'
    },
  ),

  // Secrets and rights.
  onWorkloads('polaris/automountServiceAccountToken', 'no token is mounted', ({ pod }) => [
    pod.automountServiceAccountToken !== false && 'the token is mounted',
  ]),
  onContainers(
    'polaris/sensitiveContainerEnvVar',
    'no variable sounds like a credential and has a value',
    ({ env = [] }) => {
      const found = env.filter(
        ({ name, value }: Manifest) => value !== undefined && (sensitiveName.test(name) || privateKey.test(value)),
      )
      return found.length > 0 && `sets ${found.map(({ name }: Manifest) => name)}`
    },
  ),
  onKinds(
    'polaris/sensitiveConfigmapContent',
    'ConfigMap',
    'no ConfigMap holds what sounds like a credential',
    ({ data = {} }) =>
      Object.entries<string>(data).map(
        ([key, value]) => (sensitiveName.test(key) || privateKey.test(value)) && `key ${key}`,
      ),
  ),
  onServers(
    'polaris/missingNetworkPolicy',
    'a NetworkPolicy chosen by one label takes the pods, and says what may come in and go out',
    ({ object, metadata }, objects) => {
      const isCovered = objects.some(({ kind, metadata: { namespace }, spec }) => {
        if (kind !== 'NetworkPolicy' || namespace !== object.metadata.namespace) {
          return false
        }
        const shared = Object.entries(spec.podSelector?.matchLabels ?? {}).filter(
          ([key, value]) => metadata.labels?.[key] === value,
        )
        return (
          shared.length === 1 &&
          spec.ingress?.length > 0 &&
          spec.egress?.length > 0 &&
          ['Ingress', 'Egress'].every((type) => spec.policyTypes?.includes(type) ?? true)
        )
      })
      return [!isCovered && 'no NetworkPolicy for both directions takes its pods by one label']
    },
  ),
  onKinds('polaris/rolePodExecAttach', 'Role', 'no role allows entering a pod', ({ rules = [] }) =>
    rules.map((rule: Manifest) => entersPods(rule) && JSON.stringify(rule)),
  ),
  onKinds('polaris/rolebindingRolePodExecAttach', 'RoleBinding', 'nobody may enter a pod', (binding, objects) =>
    boundTo('Role', binding, objects).map((rule) => entersPods(rule) && JSON.stringify(rule)),
  ),
  onKinds(
    'polaris/rolebindingClusterRolePodExecAttach',
    'RoleBinding',
    'nobody may enter a pod by a role of the whole cluster',
    (binding, objects) =>
      boundTo('ClusterRole', binding, objects).map((rule) => entersPods(rule) && JSON.stringify(rule)),
  ),
  onKinds(
    'polaris/rolebindingClusterAdminClusterRole',
    'RoleBinding',
    'nobody is cluster-admin, or as good as it',
    (binding, objects) => [
      binding.roleRef.kind === 'ClusterRole' && binding.roleRef.name === 'cluster-admin' && 'roleRef cluster-admin',
      ...boundTo('ClusterRole', binding, objects).map((rule) => allowsAll(rule) && JSON.stringify(rule)),
    ],
  ),
  onKinds(
    'polaris/rolebindingClusterAdminRole',
    'RoleBinding',
    'nobody has every right in the namespace',
    (binding, objects) => boundTo('Role', binding, objects).map((rule) => allowsAll(rule) && JSON.stringify(rule)),
  ),
])

/** A policy over a budget that asks for a number of pods, and each autoscaler of those. */
function onBudgets(name: string, reference: string, isWrong: (wanted: number, scaler: Manifest) => boolean): Policy {
  return onKinds(name, 'PodDisruptionBudget', reference, ({ metadata, spec }, objects) =>
    selectedWorkloads(spec.selector, metadata.namespace, objects)
      .flatMap(({ object }) => scalersOf(object, objects))
      .map(
        (scaler) =>
          typeof spec.minAvailable === 'number' &&
          isWrong(spec.minAvailable, scaler.spec) &&
          `minAvailable ${spec.minAvailable}, and the autoscaler keeps ${scaler.spec.minReplicas} to ${scaler.spec.maxReplicas}`,
      ),
  )
}

function boundTo(kind: string, binding: Manifest, objects: readonly Manifest[]): Manifest[] {
  return binding.roleRef.kind === kind ? boundRules(binding, objects) : []
}

function entersPods({ apiGroups, resources, verbs }: Manifest): boolean {
  return allows(apiGroups, '') && allows(resources, 'pods/exec', 'pods/attach') && allows(verbs, 'get', 'create')
}

function allowsAll({ apiGroups = [], resources = [], verbs = [] }: Manifest): boolean {
  const every = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']
  return (
    apiGroups.includes('*') &&
    resources.includes('*') &&
    (verbs.includes('*') || every.every((verb) => verbs.includes(verb)))
  )
}

function withAnnotations(policies: readonly Policy[]): readonly Policy[] {
  return policies.map((policy) => {
    const annotation = `${policy.name.replace('polaris/', 'polaris.fairwinds.com/')}-exempt`
    const isJudged = ({ metadata }: Manifest) => metadata.annotations?.[annotation] !== 'true'
    return { ...policy, check: (objects) => policy.check(objects.filter(isJudged)) }
  })
}
