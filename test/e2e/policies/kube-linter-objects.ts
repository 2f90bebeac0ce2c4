import type { Manifest } from '../../support/manifests.js'
import { containersOf, replicasOf, scalersOf, selectedWorkloads, selects, titleOf, workloadsOf } from './objects.js'
import { onKinds, onWorkloads, type Policy } from './policy.js'

const email = /[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9.-]+/
const credential = /password|secret|token|api_key|apikey|private_key|credential/
const portName = /^(?=.*[a-z])(?!.*--)[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/
const clusterKinds = ['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'PriorityClass']

/** kube-linter's built-in checks of objects that stand beside the workloads. */
export const objectPolicies: readonly Policy[] = [
  onKinds('kube-linter/dangling-service', 'Service', "a Service's selector takes pods", dangling),
  onKinds('kube-linter/dangling-networkpolicy', 'NetworkPolicy', 'a NetworkPolicy takes pods', dangling),
  onKinds(
    'kube-linter/dangling-networkpolicypeer-podselector',
    'NetworkPolicy',
    'a peer that is chosen by pod labels alone exists',
    ({ metadata, spec }, objects) =>
      [...(spec.ingress ?? []), ...(spec.egress ?? [])]
        .flatMap(({ from = [], to = [] }) => [...from, ...to])
        .filter(({ podSelector, namespaceSelector }) => podSelector !== undefined && namespaceSelector === undefined)
        .map(
          ({ podSelector }) =>
            selectedWorkloads(podSelector, metadata.namespace, objects).length === 0 &&
            `no pods with ${JSON.stringify(podSelector)}`,
        ),
  ),
  onKinds(
    'kube-linter/dangling-servicemonitor',
    'ServiceMonitor',
    "a ServiceMonitor's selector takes a Service",
    ({ metadata, spec }, objects) => {
      const namespaces = spec.namespaceSelector?.matchNames ?? [metadata.namespace]
      const isTaken = objects.some(
        (service) =>
          service.kind === 'Service' &&
          (spec.namespaceSelector?.any === true || namespaces.includes(service.metadata.namespace)) &&
          selects(spec.selector, service.metadata.labels),
      )
      return [!isTaken && `no Service with ${JSON.stringify(spec.selector)}`]
    },
  ),
  onKinds(
    'kube-linter/dangling-horizontalpodautoscaler',
    'HorizontalPodAutoscaler',
    'what is scaled exists',
    ({ metadata, spec: { scaleTargetRef: target } }, objects) => [
      !objects.some(
        (object) =>
          object.kind === target.kind &&
          object.metadata.name === target.name &&
          object.metadata.namespace === metadata.namespace,
      ) && `no ${target.kind} ${target.name}`,
    ],
  ),
  onKinds(
    'kube-linter/hpa-minimum-three-replicas',
    'HorizontalPodAutoscaler',
    'three replicas at least are kept',
    ({ spec }) => [!(spec.minReplicas >= 3) && `minReplicas ${spec.minReplicas}`],
  ),
  onKinds(
    'kube-linter/hpa-maximum-replicas',
    'HorizontalPodAutoscaler',
    'a hundred replicas at most are asked for',
    ({ spec }) => [spec.maxReplicas > 100 && `maxReplicas ${spec.maxReplicas}`],
  ),
  onKinds('kube-linter/exposed-services', 'Service', 'no Service is reachable from outside by its type', ({ spec }) => [
    ['NodePort', 'LoadBalancer'].includes(spec.type) && `type ${spec.type}`,
  ]),
  onKinds(
    'kube-linter/externalname-service-redirect',
    'Service',
    'no Service leads to a name outside the cluster',
    ({ spec }) => [spec.type === 'ExternalName' && `externalName ${spec.externalName}`],
  ),
  {
    name: 'kube-linter/invalid-target-ports',
    reference: 'ports have names and numbers that the API server takes',
    check: (objects) => [
      ...workloadsOf(objects).flatMap(({ object, pod }) =>
        containersOf(pod)
          .flatMap(({ ports = [] }) => ports)
          .filter(({ name }) => name !== undefined && !portName.test(name))
          .map(({ name }) => `${titleOf(object)}: port name ${name}`),
      ),
      ...objects
        .filter(({ kind }) => kind === 'Service')
        .flatMap((service) =>
          (service.spec.ports ?? [])
            .map(({ targetPort }: Manifest) => targetPort)
            .filter((port: Manifest) =>
              typeof port === 'number' ? port < 1 || port > 65_535 : port !== undefined && !portName.test(port),
            )
            .map((port: Manifest) => `${titleOf(service)}: targetPort ${port}`),
        ),
    ],
  },
  onKinds('kube-linter/no-extensions-v1beta', '*', 'no API version of extensions/v1beta', ({ apiVersion }) => [
    apiVersion.startsWith('extensions/v1beta') && apiVersion,
  ]),
  onKinds(
    'kube-linter/pdb-max-unavailable',
    'PodDisruptionBudget',
    'maxUnavailable lets a pod go',
    ({ spec: { maxUnavailable } }) => [
      (maxUnavailable === 0 || maxUnavailable === '0%' || maxUnavailable === '0') && `maxUnavailable ${maxUnavailable}`,
    ],
  ),
  onKinds(
    'kube-linter/pdb-min-available',
    'PodDisruptionBudget',
    'minAvailable lets a pod go',
    ({ metadata, spec: { selector, minAvailable } }, objects) =>
      selectedWorkloads(selector, metadata.namespace, objects).map(({ object }) => {
        const replicas = scalersOf(object, objects)[0]?.spec.minReplicas ?? replicasOf(object)
        const isAll = typeof minAvailable === 'number' ? minAvailable >= replicas : minAvailable === '100%'
        return isAll && `minAvailable ${minAvailable} of ${replicas}`
      }),
  ),
  onKinds(
    'kube-linter/pdb-unhealthy-pod-eviction-policy',
    'PodDisruptionBudget',
    'it is stated whether pods that are not ready may go',
    ({ spec }) => [spec.unhealthyPodEvictionPolicy === undefined && 'no unhealthyPodEvictionPolicy'],
  ),
  onKinds(
    'kube-linter/configmap-with-credentials',
    'ConfigMap',
    'no key of a ConfigMap sounds like a credential',
    ({ data = {}, binaryData = {} }) =>
      [...Object.keys(data), ...Object.keys(binaryData)].map((key) => credential.test(key) && `key ${key}`),
  ),
  onKinds('kube-linter/use-namespace', '*', 'nothing is in the default namespace', ({ kind, metadata }) => [
    !clusterKinds.includes(kind) && (metadata.namespace ?? 'default') === 'default' && 'in the default namespace',
  ]),
  onWorkloads(
    'kube-linter/required-annotation-email',
    'an annotation has the mail address of the owner',
    ({ object }) => [!email.test(object.metadata.annotations?.email ?? '') && 'no annotation email'],
  ),
  onWorkloads('kube-linter/required-label-owner', 'a label names the owner', ({ object }) => [
    object.metadata.labels?.owner === undefined && 'no label owner',
  ]),
  onKinds('kube-linter/sorted-keys', '*', 'keys are in alphabetical order', (object) => [firstUnsorted(object)]),
]

/** Selectors of Services are plain labels, those of NetworkPolicies are not. */
function dangling({ metadata, spec }: Manifest, objects: readonly Manifest[]): (string | false)[] {
  const selector = spec.podSelector ?? (spec.selector === undefined ? undefined : { matchLabels: spec.selector })
  return [
    selector !== undefined &&
      selectedWorkloads(selector, metadata.namespace, objects).length === 0 &&
      `no pods with ${JSON.stringify(selector)}`,
  ]
}

/** The first key that stands after one it belongs before. */
function firstUnsorted(value: Manifest): string | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined
  }
  const keys = Array.isArray(value) ? [] : Object.keys(value)
  const late = keys.find((key, at) => at > 0 && key < (keys[at - 1] as string))
  return (
    late ??
    Object.values(value)
      .map(firstUnsorted)
      .find((found) => found !== undefined)
  )
}
