import type { Manifest } from '../../support/manifests.js'

/** A flaw in objects that have none, and every policy that it breaks. */
interface Mutation {
  readonly flaw: string
  readonly change: (objects: Manifest[]) => void
  readonly breaks: readonly string[]
}

/** A change to the first object of a kind. */
function of(kind: string, change: (object: Manifest, objects: Manifest[]) => void): Mutation['change'] {
  return (objects) =>
    change(
      objects.find((object) => object.kind === kind),
      objects,
    )
}

const ofDeployment = (change: (spec: Manifest, object: Manifest) => void) =>
  of('Deployment', (object) => change(object.spec, object))
const ofPod = (change: (pod: Manifest) => void) => ofDeployment(({ template }) => change(template.spec))
const ofContainer = (change: (container: Manifest, pod: Manifest) => void) =>
  ofPod((pod) => change(pod.containers[0], pod))
const withRule = (rule: Manifest) => of('Role', ({ rules }) => rules.push(rule))
const withFolder = (path: string, readOnly: boolean) =>
  ofPod((pod) => {
    pod.volumes.push({ hostPath: { path }, name: 'node' })
    pod.containers[0].volumeMounts.push({ mountPath: '/node', name: 'node', readOnly })
  })
/** The reverse of what keys in order are: only for what the change itself adds. */
const inOrder =
  (change: Mutation['change']): Mutation['change'] =>
  (objects) => {
    change(objects)
    objects.splice(0, objects.length, ...objects.map(ordered))
  }

function ordered(value: Manifest): Manifest {
  if (Array.isArray(value)) {
    return value.map(ordered)
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.keys(value)
          .sort()
          .map((key) => [key, ordered(value[key])]),
      )
    : value
}

const kubeLinter = (...names: string[]) => names.map((name) => `kube-linter/${name}`)
const polaris = (...names: string[]) => names.map((name) => `polaris/${name}`)

const flaws: readonly Mutation[] = [
  // Images and containers.
  {
    flaw: 'an image without a tag',
    change: ofContainer((container) => {
      container.image = 'registry.example.com:5000/orders'
    }),
    breaks: [...kubeLinter('latest-tag', 'image-not-pinned-by-digest'), ...polaris('tagNotSpecified')],
  },
  {
    flaw: 'an image of a tag that moves',
    change: ofContainer((container) => {
      container.image = 'orders:latest'
    }),
    breaks: [...kubeLinter('latest-tag', 'image-not-pinned-by-digest'), ...polaris('tagNotSpecified')],
  },
  {
    flaw: 'an image that is not asked for',
    change: ofContainer((container) => {
      container.imagePullPolicy = 'IfNotPresent'
    }),
    breaks: polaris('pullPolicyNotAlways'),
  },
  {
    flaw: 'no capability dropped',
    change: ofContainer(({ securityContext }) => {
      securityContext.capabilities = {}
    }),
    breaks: [...kubeLinter('drop-net-raw-capability'), ...polaris('insecureCapabilities')],
  },
  {
    flaw: 'a capability as good as root',
    change: ofContainer(({ securityContext }) => {
      securityContext.capabilities.add = ['SYS_ADMIN']
    }),
    breaks: [...kubeLinter('privilege-escalation-container'), ...polaris('dangerousCapabilities')],
  },
  {
    flaw: 'nothing that holds the container back',
    change: ofContainer(({ securityContext }, pod) => {
      securityContext.capabilities = {}
      securityContext.seccompProfile = undefined
      pod.securityContext.seccompProfile = undefined
    }),
    breaks: [...kubeLinter('drop-net-raw-capability'), ...polaris('insecureCapabilities', 'linuxHardening')],
  },
  {
    flaw: 'a writable root file system',
    change: ofContainer(({ securityContext }) => {
      securityContext.readOnlyRootFilesystem = false
    }),
    breaks: [...kubeLinter('no-read-only-root-fs'), ...polaris('notReadOnlyRootFilesystem')],
  },
  {
    flaw: 'rights beyond those of the parent',
    change: ofContainer(({ securityContext }) => {
      securityContext.allowPrivilegeEscalation = true
    }),
    breaks: [...kubeLinter('privilege-escalation-container'), ...polaris('privilegeEscalationAllowed')],
  },
  {
    flaw: 'a privileged container',
    change: ofContainer(({ securityContext }) => {
      securityContext.privileged = true
    }),
    breaks: [...kubeLinter('privileged-container', 'privilege-escalation-container'), ...polaris('runAsPrivileged')],
  },
  {
    flaw: 'root',
    change: ofContainer(({ securityContext }) => {
      securityContext.runAsUser = 0
      securityContext.runAsNonRoot = false
    }),
    breaks: [...kubeLinter('run-as-non-root'), ...polaris('runAsRootAllowed')],
  },
  {
    flaw: '/proc unmasked',
    change: ofContainer(({ securityContext }) => {
      securityContext.procMount = 'Unmasked'
    }),
    breaks: [...kubeLinter('unsafe-proc-mount'), ...polaris('procMount')],
  },
  {
    flaw: 'a process of a Windows node',
    change: ofPod(({ securityContext }) => {
      securityContext.windowsOptions = { hostProcess: true }
    }),
    breaks: polaris('hostProcess'),
  },
  {
    flaw: 'an init container that may be root',
    change: ofPod((pod) => {
      const { runAsNonRoot: _, runAsUser: __, ...securityContext } = pod.containers[0].securityContext
      pod.initContainers = [{ ...pod.containers[0], name: 'first', securityContext }]
    }),
    breaks: kubeLinter('init-container-security-gap'),
  },
  {
    flaw: 'a privileged port',
    change: ofContainer(({ ports }) => {
      ports[0].containerPort = 80
    }),
    breaks: kubeLinter('privileged-ports'),
  },
  {
    flaw: 'the port of SSH',
    change: ofContainer(({ ports }) => {
      ports[0].containerPort = 22
    }),
    breaks: kubeLinter('privileged-ports', 'ssh-port'),
  },
  {
    flaw: 'a port of the node',
    change: ofContainer(({ ports }) => {
      ports[0].hostPort = 8080
    }),
    breaks: polaris('hostPortSet'),
  },
  {
    flaw: 'a port name with capitals',
    change: ofContainer(({ ports }) => {
      ports[0].name = 'Http'
    }),
    breaks: kubeLinter('invalid-target-ports'),
  },
  {
    flaw: 'no CPU request',
    change: ofContainer(({ resources }) => {
      resources.requests.cpu = undefined
    }),
    breaks: [...kubeLinter('unset-cpu-requirements'), ...polaris('cpuRequestsMissing')],
  },
  {
    flaw: 'no CPU limit',
    change: ofContainer(({ resources }) => {
      resources.limits.cpu = undefined
    }),
    breaks: polaris('cpuLimitsMissing'),
  },
  {
    flaw: 'no memory request',
    change: ofContainer(({ resources }) => {
      resources.requests.memory = undefined
    }),
    breaks: polaris('memoryRequestsMissing'),
  },
  {
    flaw: 'no memory limit',
    change: ofContainer(({ resources }) => {
      resources.limits.memory = undefined
    }),
    breaks: [...kubeLinter('unset-memory-requirements'), ...polaris('memoryLimitsMissing')],
  },
  {
    flaw: 'no limit of ephemeral storage',
    change: ofContainer(({ resources }) => {
      resources.limits['ephemeral-storage'] = undefined
    }),
    breaks: kubeLinter('unset-ephemeral-storage-requirements'),
  },
  ...['liveness', 'readiness', 'startup'].flatMap((probe) => [
    {
      flaw: `no ${probe} probe`,
      change: ofContainer((container) => {
        container[`${probe}Probe`] = undefined
      }),
      breaks: [...kubeLinter(`no-${probe}-probe`), ...(probe === 'startup' ? [] : polaris(`${probe}ProbeMissing`))],
    },
    {
      flaw: `a ${probe} probe of another port`,
      change: ofContainer((container) => {
        container[`${probe}Probe`].httpGet.port = 9999
      }),
      breaks: kubeLinter(`${probe}-port`),
    },
  ]),
  {
    flaw: 'a variable set twice',
    change: ofContainer(({ env }) => env.push({ name: 'GOMEMLIMIT', value: '1GiB' })),
    breaks: kubeLinter('duplicate-env-var'),
  },
  {
    flaw: 'a secret in a variable',
    change: ofContainer(({ env }) => env.push({ name: 'CLIENT_SECRET', value: 'x' })),
    breaks: [...kubeLinter('env-var-secret'), ...polaris('sensitiveContainerEnvVar')],
  },
  {
    flaw: 'a password in a variable',
    change: ofContainer(({ env }) => env.push({ name: 'DB_PASSWORD', value: 'x' })),
    breaks: polaris('sensitiveContainerEnvVar'),
  },
  {
    flaw: 'a variable from a Secret',
    change: ofContainer(({ env }) =>
      env.push({ name: 'KEY', valueFrom: { secretKeyRef: { key: 'a', name: 'b', optional: true } } }),
    ),
    breaks: kubeLinter('read-secret-from-env-var'),
  },
  {
    flaw: 'a variable from nowhere',
    change: ofContainer(({ env }) =>
      env.push({ name: 'KEY', valueFrom: { configMapKeyRef: { key: 'a', name: 'b' } } }),
    ),
    breaks: kubeLinter('env-value-from'),
  },

  // Pods.
  ...[
    ['hostIPC', 'host-ipc', 'hostIPCSet'],
    ['hostNetwork', 'host-network', 'hostNetworkSet'],
    ['hostPID', 'host-pid', 'hostPIDSet'],
  ].map(([field = '', one = '', other = '']) => ({
    flaw: field,
    change: ofPod((pod) => {
      pod[field] = true
    }),
    breaks: [...kubeLinter(one), ...polaris(other)],
  })),
  {
    flaw: "Docker's socket",
    change: withFolder('/var/run/docker.sock', true),
    breaks: [...kubeLinter('docker-sock', 'container-runtime-sock'), ...polaris('hostPathSet')],
  },
  {
    flaw: "containerd's socket",
    change: withFolder('/run/containerd/containerd.sock', true),
    breaks: [...kubeLinter('container-runtime-sock'), ...polaris('hostPathSet')],
  },
  {
    flaw: "the node's configuration",
    change: withFolder('/etc', true),
    breaks: [...kubeLinter('sensitive-host-mounts'), ...polaris('hostPathSet')],
  },
  {
    flaw: 'a writable folder of the node',
    change: withFolder('/srv/orders', false),
    breaks: [...kubeLinter('writable-host-mount'), ...polaris('hostPathSet')],
  },
  {
    flaw: "a sysctl of the node's kernel",
    change: ofPod(({ securityContext }) => {
      securityContext.sysctls = [{ name: 'net.core.somaxconn', value: '1024' }]
    }),
    breaks: kubeLinter('unsafe-sysctls'),
  },
  {
    flaw: 'the default ServiceAccount',
    change: ofPod((pod) => {
      pod.serviceAccountName = 'default'
    }),
    breaks: kubeLinter('default-service-account'),
  },
  {
    flaw: 'a ServiceAccount that is not there',
    change: ofPod((pod) => {
      pod.serviceAccountName = 'other'
    }),
    breaks: kubeLinter('non-existent-service-account'),
  },
  {
    flaw: 'two ServiceAccounts',
    change: ofPod((pod) => {
      pod.serviceAccount = 'other'
    }),
    breaks: kubeLinter('deprecated-service-account-field'),
  },
  {
    flaw: 'a mounted token',
    change: ofPod((pod) => {
      pod.automountServiceAccountToken = undefined
    }),
    breaks: [...kubeLinter('automount-service-account-token'), ...polaris('automountServiceAccountToken')],
  },
  {
    flaw: 'a token for a week',
    change: ofPod(({ volumes }) =>
      volumes.push({
        name: 'token',
        projected: { sources: [{ serviceAccountToken: { expirationSeconds: 604_800, path: 't' } }] },
      }),
    ),
    breaks: kubeLinter('projected-token-long-expiration'),
  },
  {
    flaw: 'ndots of 5',
    change: ofPod((pod) => {
      pod.dnsConfig.options[0].value = '5'
    }),
    breaks: kubeLinter('dnsconfig-options'),
  },
  {
    flaw: 'no restart policy',
    change: ofPod((pod) => {
      pod.restartPolicy = undefined
    }),
    breaks: kubeLinter('restart-policy'),
  },
  {
    flaw: 'no priority class',
    change: ofPod((pod) => {
      pod.priorityClassName = undefined
    }),
    breaks: [...kubeLinter('priority-class-name'), ...polaris('priorityClassNotSet')],
  },
  {
    flaw: 'no node affinity',
    change: ofPod(({ affinity }) => {
      affinity.nodeAffinity = undefined
    }),
    breaks: kubeLinter('no-node-affinity'),
  },
  {
    flaw: 'anti-affinity to others',
    change: ofPod(({ affinity }) => {
      const [{ podAffinityTerm: term }] = affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution
      term.labelSelector.matchLabels = { 'app.kubernetes.io/name': 'other' }
    }),
    breaks: kubeLinter('no-anti-affinity'),
  },
  {
    flaw: 'pods that are not spread',
    change: ofPod((pod) => {
      pod.topologySpreadConstraints = []
    }),
    breaks: polaris('topologySpreadConstraint'),
  },
  {
    flaw: 'one replica',
    change: ofDeployment((spec) => {
      spec.replicas = 1
    }),
    breaks: [...kubeLinter('minimum-three-replicas'), ...polaris('deploymentMissingReplicas')],
  },
  {
    flaw: 'two replicas',
    change: ofDeployment((spec) => {
      spec.replicas = 2
    }),
    breaks: kubeLinter('minimum-three-replicas'),
  },
  {
    flaw: 'a selector of other pods',
    change: ofDeployment(({ selector }) => {
      selector.matchLabels = { 'app.kubernetes.io/name': 'other' }
    }),
    breaks: kubeLinter('mismatching-selector'),
  },
  {
    flaw: 'all pods replaced at once',
    change: ofDeployment((spec) => {
      spec.strategy = { type: 'Recreate' }
    }),
    breaks: kubeLinter('no-rolling-update-strategy'),
  },
  {
    flaw: 'an instance of another name',
    change: ofDeployment((_, { metadata }) => {
      metadata.labels['app.kubernetes.io/instance'] = 'other'
    }),
    breaks: polaris('metadataAndInstanceMismatched'),
  },
  {
    flaw: 'nobody to write to',
    change: ofDeployment((_, { metadata }) => {
      metadata.annotations = {}
    }),
    breaks: kubeLinter('required-annotation-email'),
  },
  {
    flaw: 'no owner',
    change: ofDeployment((_, { metadata }) => {
      metadata.labels.owner = undefined
    }),
    breaks: kubeLinter('required-label-owner'),
  },
  {
    flaw: 'a Job that stays',
    change: of('Deployment', (deployment, objects) => {
      const template = structuredClone(deployment.spec.template)
      objects.push({
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { ...deployment.metadata, name: 'migrate' },
        spec: { template },
      })
    }),
    breaks: kubeLinter('job-ttl-seconds-after-finished'),
  },

  // What stands beside the workload.
  {
    flaw: 'a Service of no pods',
    change: of('Service', ({ spec }) => {
      spec.selector = { 'app.kubernetes.io/name': 'other' }
    }),
    breaks: kubeLinter('dangling-service'),
  },
  {
    flaw: 'a NetworkPolicy of no pods',
    change: of('NetworkPolicy', ({ spec }) => {
      spec.podSelector = { matchLabels: { 'app.kubernetes.io/name': 'other' } }
    }),
    breaks: [...kubeLinter('dangling-networkpolicy', 'non-isolated-pod'), ...polaris('missingNetworkPolicy')],
  },
  {
    flaw: 'a NetworkPolicy chosen by two labels',
    change: of('NetworkPolicy', ({ spec }) => {
      spec.podSelector.matchLabels['app.kubernetes.io/part-of'] = 'orders'
    }),
    breaks: polaris('missingNetworkPolicy'),
  },
  {
    flaw: 'a peer that is not there',
    change: of('NetworkPolicy', ({ spec }) =>
      spec.ingress.push({ from: [{ podSelector: { matchLabels: { app: 'other' } } }] }),
    ),
    breaks: kubeLinter('dangling-networkpolicypeer-podselector'),
  },
  {
    flaw: 'a ServiceMonitor of no Service',
    change: of('ServiceMonitor', ({ spec }) => {
      spec.selector = { matchLabels: { 'app.kubernetes.io/name': 'other' } }
    }),
    breaks: kubeLinter('dangling-servicemonitor'),
  },
  {
    flaw: 'an autoscaler of nothing',
    change: of('HorizontalPodAutoscaler', ({ spec }) => {
      spec.scaleTargetRef.name = 'other'
    }),
    breaks: kubeLinter('dangling-horizontalpodautoscaler'),
  },
  {
    flaw: 'an autoscaler that keeps one',
    change: of('HorizontalPodAutoscaler', ({ spec }) => {
      spec.minReplicas = 1
    }),
    breaks: [...kubeLinter('hpa-minimum-three-replicas'), ...polaris('hpaMinAvailability')],
  },
  {
    flaw: 'an autoscaler without room',
    change: of('HorizontalPodAutoscaler', ({ spec }) => {
      spec.maxReplicas = spec.minReplicas
    }),
    breaks: polaris('hpaMaxAvailability'),
  },
  {
    flaw: 'an autoscaler without bounds',
    change: of('HorizontalPodAutoscaler', ({ spec }) => {
      spec.maxReplicas = 101
    }),
    breaks: kubeLinter('hpa-maximum-replicas'),
  },
  ...(
    [
      ['LoadBalancer', 'exposed-services'],
      ['ExternalName', 'externalname-service-redirect'],
    ] as const
  ).map(([type, check]) => ({
    flaw: `a Service of type ${type}`,
    change: of('Service', ({ spec }) => {
      spec.type = type
    }),
    breaks: kubeLinter(check),
  })),
  {
    flaw: 'a target port that is none',
    change: of('Service', ({ spec }) => {
      spec.ports[0].targetPort = 70_000
    }),
    breaks: kubeLinter('invalid-target-ports'),
  },
  {
    flaw: 'an API version of long ago',
    change: of('Deployment', (object) => {
      object.apiVersion = 'extensions/v1beta1'
    }),
    breaks: kubeLinter('no-extensions-v1beta'),
  },
  {
    flaw: 'a budget that lets nobody go',
    change: of('PodDisruptionBudget', ({ spec }) => {
      spec.maxUnavailable = 0
    }),
    breaks: [...kubeLinter('pdb-max-unavailable'), ...polaris('pdbDisruptionsIsZero')],
  },
  {
    flaw: 'a budget that wants all',
    change: of('PodDisruptionBudget', ({ spec }) => {
      spec.maxUnavailable = undefined
      spec.minAvailable = '100%'
    }),
    breaks: [...kubeLinter('pdb-min-available'), ...polaris('pdbDisruptionsIsZero')],
  },
  {
    flaw: 'a budget that wants what the autoscaler keeps',
    change: of('PodDisruptionBudget', ({ spec }) => {
      spec.minAvailable = 3
    }),
    breaks: [...kubeLinter('pdb-min-available'), ...polaris('pdbMinAvailableEqualToHPAMinReplicas')],
  },
  {
    flaw: 'a budget that wants more than the autoscaler has',
    change: of('PodDisruptionBudget', ({ spec }) => {
      spec.minAvailable = 11
    }),
    breaks: [
      ...kubeLinter('pdb-min-available'),
      ...polaris('pdbMinAvailableGreaterThanHPAMinReplicas', 'pdbMinAvailableGreaterThanHPAMaxReplicas'),
    ],
  },
  {
    flaw: 'a budget silent about pods that are not ready',
    change: of('PodDisruptionBudget', ({ spec }) => {
      spec.unhealthyPodEvictionPolicy = undefined
    }),
    breaks: kubeLinter('pdb-unhealthy-pod-eviction-policy'),
  },
  {
    flaw: 'no budget',
    change: of('PodDisruptionBudget', (budget, objects) => objects.splice(objects.indexOf(budget), 1)),
    breaks: polaris('missingPodDisruptionBudget'),
  },
  {
    flaw: 'a credential in a ConfigMap',
    change: of('ConfigMap', ({ data }) => {
      data['client-secret'] = 'x'
    }),
    breaks: [...kubeLinter('configmap-with-credentials'), ...polaris('sensitiveConfigmapContent')],
  },
  {
    flaw: 'an object in the default namespace',
    change: of('ConfigMap', ({ metadata }) => {
      metadata.namespace = undefined
    }),
    breaks: kubeLinter('use-namespace'),
  },

  // Rights.
  {
    flaw: 'people who read Secrets',
    change: withRule({ apiGroups: [''], resourceNames: ['a'], resources: ['secrets'], verbs: ['get'] }),
    breaks: kubeLinter('access-to-secrets'),
  },
  {
    flaw: 'people who make pods',
    change: withRule({ apiGroups: [''], resources: ['pods'], verbs: ['create'] }),
    breaks: kubeLinter('access-to-create-pods'),
  },
  {
    flaw: 'people who enter pods',
    change: withRule({ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }),
    breaks: polaris('rolePodExecAttach', 'rolebindingRolePodExecAttach'),
  },
  {
    flaw: 'people who remove all',
    change: withRule({ apiGroups: [''], resources: ['configmaps'], verbs: ['deletecollection'] }),
    breaks: kubeLinter('deletecollection-verb-in-role'),
  },
  ...(
    [
      ['bind', 'bind-verb-in-role'],
      ['escalate', 'escalate-verb-in-role'],
    ] as const
  ).map(([verb, check]) => ({
    flaw: `people who may ${verb}`,
    change: withRule({ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: [verb] }),
    breaks: kubeLinter(check),
  })),
  {
    flaw: 'people who act as anybody',
    change: withRule({ apiGroups: [''], resources: ['users'], verbs: ['impersonate'] }),
    breaks: kubeLinter('impersonate-without-resource-names'),
  },
  {
    flaw: 'people who approve for any signer',
    change: withRule({ apiGroups: ['certificates.k8s.io'], resources: ['signers'], verbs: ['approve'] }),
    breaks: kubeLinter('approve-signers-without-resource-names'),
  },
  {
    flaw: 'a wildcard',
    change: withRule({ apiGroups: ['*'], resources: ['widgets'], verbs: ['list'] }),
    breaks: kubeLinter('wildcard-in-rules'),
  },
  {
    flaw: 'every right',
    change: withRule({ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }),
    breaks: [
      ...kubeLinter(
        'access-to-create-pods',
        'access-to-secrets',
        'approve-signers-without-resource-names',
        'bind-verb-in-role',
        'escalate-verb-in-role',
        'impersonate-without-resource-names',
        'wildcard-in-rules',
      ),
      ...polaris('rolePodExecAttach', 'rolebindingRolePodExecAttach', 'rolebindingClusterAdminRole'),
    ],
  },
  {
    flaw: 'cluster-admin',
    change: of('RoleBinding', ({ roleRef }) => Object.assign(roleRef, { kind: 'ClusterRole', name: 'cluster-admin' })),
    breaks: [...kubeLinter('cluster-admin-role-binding'), ...polaris('rolebindingClusterAdminClusterRole')],
  },
  {
    flaw: 'a role of the whole cluster that enters pods',
    change: of('RoleBinding', (binding, objects) => {
      Object.assign(binding.roleRef, { kind: 'ClusterRole', name: 'shell' })
      objects.push({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'shell' },
        rules: [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }],
      })
    }),
    breaks: polaris('rolebindingClusterRolePodExecAttach'),
  },
]

/** Each flaw breaks the policies that it names, and no other. */
export const mutations: readonly Mutation[] = [
  ...flaws.map(({ change, ...rest }) => ({ ...rest, change: inOrder(change) })),
  {
    flaw: 'keys out of order',
    change: of('ConfigMap', ({ metadata }) => {
      metadata.labels = { b: 'x', a: 'x' }
    }),
    breaks: kubeLinter('sorted-keys'),
  },
]
