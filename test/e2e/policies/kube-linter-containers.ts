import type { Manifest } from '../../support/manifests.js'
import { containersOf, securityOf } from './objects.js'
import { onContainers, onServers, onServingContainers, onWorkloads, type Policy } from './policy.js'

/** kube-linter's built-in checks of containers and their images. */
export const containerPolicies: readonly Policy[] = [
  onContainers('kube-linter/latest-tag', 'an image has a tag, and it is not latest', ({ image }) => {
    const tag = /:([^:/@]+)(@.*)?$/.exec(image)?.[1]
    return !image.includes('@') && (tag === undefined || tag === 'latest') && image
  }),
  onContainers(
    'kube-linter/image-not-pinned-by-digest',
    'an image is named by its digest',
    ({ image }) => !/@sha256:[0-9a-f]{64}$/.test(image) && image,
  ),
  onContainers('kube-linter/drop-net-raw-capability', 'NET_RAW is dropped', ({ securityContext }) => {
    const { drop = [], add = [] } = securityContext?.capabilities ?? {}
    const isDropped = drop.includes('ALL') || drop.includes('NET_RAW')
    return (!isDropped || add.includes('NET_RAW') || add.includes('ALL')) && `drops ${drop}, adds ${add}`
  }),
  onContainers(
    'kube-linter/no-read-only-root-fs',
    'the root file system is read-only',
    ({ securityContext }) => securityContext?.readOnlyRootFilesystem !== true && 'its root file system is writable',
  ),
  onContainers(
    'kube-linter/privilege-escalation-container',
    'a process can gain no more rights than its parent',
    ({ securityContext }) =>
      (securityContext?.allowPrivilegeEscalation !== false ||
        securityContext.privileged === true ||
        (securityContext.capabilities?.add ?? []).some((added: string) => /^(CAP_)?SYS_ADMIN$/.test(added))) &&
      `securityContext ${JSON.stringify(securityContext)}`,
  ),
  onContainers(
    'kube-linter/privileged-container',
    'no container is privileged',
    ({ securityContext }) => securityContext?.privileged === true && 'privileged: true',
  ),
  onContainers(
    'kube-linter/run-as-non-root',
    'the user is not root, and Kubernetes checks it',
    (container, { pod }) => {
      const user = securityOf(container, pod, 'runAsUser')
      const isChecked = securityOf(container, pod, 'runAsNonRoot')
      return (user === 0 || (isChecked !== true && !(user > 0))) && `runAsUser ${user}, runAsNonRoot ${isChecked}`
    },
  ),
  onContainers(
    'kube-linter/unsafe-proc-mount',
    '/proc is masked',
    ({ securityContext }) => securityContext?.procMount === 'Unmasked' && 'procMount: Unmasked',
  ),
  onWorkloads(
    'kube-linter/init-container-security-gap',
    'a container that runs first states runAsNonRoot where its pod does',
    ({ pod }) =>
      (pod.initContainers ?? []).map(
        ({ name, securityContext }: Manifest) =>
          pod.securityContext?.runAsNonRoot === true &&
          securityContext?.runAsNonRoot !== true &&
          `init container ${name} states no runAsNonRoot`,
      ),
  ),
  onContainers('kube-linter/privileged-ports', 'containers listen on ports from 1024 on', ({ ports = [] }) =>
    listed(ports.filter(({ containerPort }: Manifest) => containerPort < 1024)),
  ),
  onContainers('kube-linter/ssh-port', 'no container listens on port 22', ({ ports = [] }) =>
    listed(ports.filter(({ containerPort, protocol = 'TCP' }: Manifest) => containerPort === 22 && protocol === 'TCP')),
  ),
  onContainers(
    'kube-linter/unset-cpu-requirements',
    'CPU is requested',
    ({ resources }) => resources?.requests?.cpu === undefined && 'no CPU request',
  ),
  onContainers(
    'kube-linter/unset-memory-requirements',
    'memory is limited',
    ({ resources }) => resources?.limits?.memory === undefined && 'no memory limit',
  ),
  onContainers(
    'kube-linter/unset-ephemeral-storage-requirements',
    'ephemeral storage is limited',
    ({ resources }) => resources?.limits?.['ephemeral-storage'] === undefined && 'no limit of ephemeral storage',
  ),
  ...(['liveness', 'readiness', 'startup'] as const).flatMap((probe) => [
    onServingContainers(
      `kube-linter/no-${probe}-probe`,
      `there is a ${probe} probe`,
      (container) => container[`${probe}Probe`] === undefined && `no ${probe} probe`,
    ),
    onContainers(`kube-linter/${probe}-port`, `the ${probe} probe asks a port that the container has`, (container) => {
      const asked = portOf(container[`${probe}Probe`])
      const has = (container.ports ?? []).some(
        ({ name, containerPort }: Manifest) => asked === name || asked === containerPort,
      )
      return asked !== undefined && !has && `asks port ${asked}`
    }),
  ]),
  onContainers('kube-linter/duplicate-env-var', 'a variable is set once', ({ env = [] }) => {
    const names = env.map(({ name }: Manifest) => name)
    return listed(names.filter((name: string, at: number) => names.indexOf(name) !== at))
  }),
  onContainers(
    'kube-linter/env-var-secret',
    'no variable with secret in its name has a literal value',
    ({ env = [] }) => listed(env.filter(({ name, value }: Manifest) => /secret/i.test(name) && value)),
  ),
  onContainers(
    'kube-linter/read-secret-from-env-var',
    'secrets are files, not variables',
    ({ env = [], envFrom = [] }) =>
      listed([
        ...env.filter(({ valueFrom }: Manifest) => valueFrom?.secretKeyRef !== undefined),
        ...envFrom.filter(({ secretRef }: Manifest) => secretRef !== undefined),
      ]),
  ),
  onServers(
    'kube-linter/env-value-from',
    'what a variable is taken from exists, with that key',
    ({ object, pod }, objects) =>
      containersOf(pod)
        .flatMap(({ env = [] }) => env)
        .flatMap(({ name, valueFrom = {} }) => {
          const { secretKeyRef, configMapKeyRef } = valueFrom
          const reference = secretKeyRef ?? configMapKeyRef
          const kind = secretKeyRef === undefined ? 'ConfigMap' : 'Secret'
          const source = objects.find(
            (other) =>
              other.kind === kind &&
              other.metadata.name === reference?.name &&
              other.metadata.namespace === object.metadata.namespace,
          )
          const keys = { ...source?.data, ...source?.stringData, ...source?.binaryData }
          const isMissing = reference !== undefined && reference.optional !== true && !(reference.key in keys)
          return isMissing ? `${name} is taken from ${kind} ${reference.name}, key ${reference.key}` : []
        }),
  ),
]

/** The port that a probe asks; one that runs a command asks none. */
function portOf(probe: Manifest): string | number | undefined {
  return (probe?.httpGet ?? probe?.tcpSocket ?? probe?.grpc)?.port
}

function listed(values: readonly unknown[]): string | false {
  return values.length > 0 && JSON.stringify(values)
}
