import type { Manifest } from '../../support/manifests.js'
import { containersOf, replicasOf, selects } from './objects.js'
import { onServers, onWorkloads, type Policy } from './policy.js'

const sensitiveFolders = ['/', '/boot', '/dev', '/etc', '/lib', '/proc', '/sys', '/usr']
const unsafeSysctls = ['kernel.msg', 'kernel.sem', 'kernel.shm', 'fs.mqueue.', 'net.']
const dayInSeconds = 86_400

/** kube-linter's built-in checks of pods and of the workloads that make them. */
export const podPolicies: readonly Policy[] = [
  onWorkloads('kube-linter/host-ipc', "the node's IPC is not shared", ({ pod }) => [pod.hostIPC && 'hostIPC: true']),
  onWorkloads('kube-linter/host-network', "the node's network is not shared", ({ pod }) => [
    pod.hostNetwork && 'hostNetwork: true',
  ]),
  onWorkloads('kube-linter/host-pid', "the node's processes are not shared", ({ pod }) => [
    pod.hostPID && 'hostPID: true',
  ]),
  onWorkloads('kube-linter/docker-sock', "Docker's socket is not mounted", ({ pod }) =>
    hostMounts(pod, (folder) => folder.endsWith('docker.sock')),
  ),
  onWorkloads('kube-linter/container-runtime-sock', "no container runtime's socket is mounted", ({ pod }) =>
    hostMounts(pod, (folder) => /(docker|crio|containerd)\.sock$/.test(folder)),
  ),
  onWorkloads('kube-linter/sensitive-host-mounts', "no folder of the node's system is mounted", ({ pod }) =>
    hostMounts(pod, (folder) => sensitiveFolders.includes(folder)),
  ),
  onWorkloads('kube-linter/writable-host-mount', 'a folder of the node is mounted read-only', ({ pod }) =>
    hostMounts(pod, (_, mount) => mount.readOnly !== true),
  ),
  onWorkloads('kube-linter/unsafe-sysctls', "no sysctl reaches beyond the pod's own kernel settings", ({ pod }) =>
    (pod.securityContext?.sysctls ?? []).map(
      ({ name }: Manifest) => unsafeSysctls.some((unsafe) => name.startsWith(unsafe)) && `sysctl ${name}`,
    ),
  ),
  onWorkloads('kube-linter/default-service-account', 'the ServiceAccount is its own', ({ pod }) => {
    const { serviceAccountName: name = '' } = pod
    return [(name === '' || name === 'default') && `serviceAccountName "${name}"`]
  }),
  onWorkloads('kube-linter/deprecated-service-account-field', 'serviceAccountName is used alone', ({ pod }) => [
    pod.serviceAccount !== undefined &&
      pod.serviceAccount !== pod.serviceAccountName &&
      `serviceAccount ${pod.serviceAccount}`,
  ]),
  onWorkloads('kube-linter/non-existent-service-account', 'the ServiceAccount exists', ({ object, pod }, objects) => {
    const { serviceAccountName: name = 'default' } = pod
    const exists = objects.some(
      ({ kind, metadata }) =>
        kind === 'ServiceAccount' && metadata.name === name && metadata.namespace === object.metadata.namespace,
    )
    return [!exists && name !== 'default' && `no ServiceAccount ${name}`]
  }),
  onWorkloads('kube-linter/automount-service-account-token', 'no token is mounted', ({ pod }) => [
    pod.automountServiceAccountToken !== false && 'the token is mounted',
  ]),
  onWorkloads('kube-linter/projected-token-long-expiration', 'a projected token lives a day at most', ({ pod }) =>
    (pod.volumes ?? [])
      .flatMap(({ projected }: Manifest) => projected?.sources ?? [])
      .map(({ serviceAccountToken }: Manifest) => serviceAccountToken?.expirationSeconds)
      .map((seconds: number | undefined) => seconds !== undefined && seconds > dayInSeconds && `${seconds} s`),
  ),
  onWorkloads(
    'kube-linter/dnsconfig-options',
    'ndots is 2: names outside the cluster are asked for once',
    ({ pod }) => {
      const { options = [] } = pod.dnsConfig ?? {}
      return [
        !options.some(({ name, value }: Manifest) => name === 'ndots' && value === '2') &&
          `dnsConfig options ${JSON.stringify(options)}`,
      ]
    },
  ),
  onWorkloads('kube-linter/restart-policy', 'the restart policy is stated', ({ pod }) => [
    !['Always', 'OnFailure'].includes(pod.restartPolicy) && `restartPolicy ${pod.restartPolicy}`,
  ]),
  onWorkloads('kube-linter/priority-class-name', 'a priority class is stated', ({ pod }) => [
    !pod.priorityClassName && 'no priorityClassName',
  ]),
  onWorkloads('kube-linter/no-node-affinity', 'nodes are chosen', ({ pod }) => [
    pod.affinity?.nodeAffinity === undefined && 'no nodeAffinity',
  ]),
  onServers('kube-linter/no-anti-affinity', 'replicas keep to different nodes', ({ object, metadata, pod }) => {
    const { preferredDuringSchedulingIgnoredDuringExecution: preferred = [], ...demands } =
      pod.affinity?.podAntiAffinity ?? {}
    const terms = [
      ...preferred.map(({ podAffinityTerm }: Manifest) => podAffinityTerm),
      ...(demands.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ]
    const isSpread = terms.some(
      ({ topologyKey, labelSelector }) =>
        topologyKey === 'kubernetes.io/hostname' && selects(labelSelector, metadata.labels),
    )
    return [replicasOf(object) > 1 && !isSpread && 'no anti-affinity by host that takes its own pods']
  }),
  onServers('kube-linter/minimum-three-replicas', 'three replicas at least are stated', ({ object }) => [
    object.kind !== 'DaemonSet' && replicasOf(object) < 3 && `${object.spec.replicas ?? 'no'} replicas stated`,
  ]),
  onServers('kube-linter/mismatching-selector', 'the selector takes its own pods', ({ object, metadata }) => [
    object.kind !== 'Pod' &&
      !selects(object.spec.selector, metadata.labels) &&
      `selector ${JSON.stringify(object.spec.selector)}, labels ${JSON.stringify(metadata.labels)}`,
  ]),
  onServers('kube-linter/no-rolling-update-strategy', 'updates are rolling', ({ object }) => {
    const strategy = object.kind === 'Deployment' ? object.spec.strategy : object.spec.updateStrategy
    // A Rollout has no other way.
    const isRolling = ['Rollout', 'Pod', 'ReplicaSet'].includes(object.kind) || strategy?.type === 'RollingUpdate'
    return [!isRolling && `strategy ${JSON.stringify(strategy)}`]
  }),
  onServers('kube-linter/non-isolated-pod', 'a NetworkPolicy takes the pods', ({ object, metadata }, objects) => {
    const isTaken = objects.some(
      (policy) =>
        policy.kind === 'NetworkPolicy' &&
        policy.metadata.namespace === object.metadata.namespace &&
        selects(policy.spec.podSelector, metadata.labels),
    )
    return [!isTaken && 'no NetworkPolicy takes its pods']
  }),
  onWorkloads(
    'kube-linter/job-ttl-seconds-after-finished',
    'a Job is removed some time after its end, one of a CronJob by its CronJob',
    ({ object }) => [
      object.kind === 'Job' && object.spec.ttlSecondsAfterFinished === undefined && 'no ttlSecondsAfterFinished',
      object.kind === 'CronJob' &&
        object.spec.jobTemplate.spec.ttlSecondsAfterFinished !== undefined &&
        'ttlSecondsAfterFinished beside the history limits',
    ],
  ),
]

/** Mounts of folders of the node that are wrong. */
function hostMounts(pod: Manifest, isWrong: (folder: string, mount: Manifest) => boolean): string[] {
  const folders = new Map<string, string>(
    (pod.volumes ?? []).flatMap(({ name, hostPath }: Manifest) =>
      hostPath === undefined ? [] : [[name, hostPath.path]],
    ),
  )
  return containersOf(pod).flatMap((container) =>
    (container.volumeMounts ?? []).flatMap((mount: Manifest) => {
      const folder = folders.get(mount.name)
      return folder !== undefined && isWrong(folder, mount) ? `container ${container.name} mounts ${folder}` : []
    }),
  )
}
