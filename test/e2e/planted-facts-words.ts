import { parse as readYaml } from 'yaml'
import type { Manifest, Overlay } from '../support/manifests.js'
import type { Fact } from './facts.js'
import { meshOf } from './facts-routes.js'
import { serviceName } from './planted-facts-names.js'
import { ofWorkloads, unless } from './planted-facts-pods.js'

/** What no schema enumerates, and only a few words of which mean something. */
const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection']
const resources = [
  '/configmaps',
  '/events',
  '/persistentvolumeclaims',
  '/pods',
  '/pods/log',
  '/pods/portforward',
  'autoscaling/horizontalpodautoscalers',
  'batch/jobs',
  'discovery.k8s.io/endpointslices',
  'events.k8s.io/events',
  'policy/poddisruptionbudgets',
  '/secrets',
  '/services',
  'apps/deployments',
  'apps/deployments/scale',
  'apps/statefulsets',
  'argoproj.io/rollouts',
  'argoproj.io/rollouts/status',
  'argoproj.io/analysisruns',
  'argoproj.io/experiments',
  'apps/replicasets',
  'bitnami.com/sealedsecrets',
  'external-secrets.io/externalsecrets',
]
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const appProtocols = ['http', 'http2', 'https', 'grpc', 'tcp', 'kubernetes.io/h2c', 'kubernetes.io/ws']
const syncOptions = [
  'Prune=false',
  'Delete=false',
  'Replace=true',
  'SkipDryRunOnMissingResource=true',
  'ServerSideApply=true',
]
const ingress = 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account'

/** Each word that is not among those that mean something. */
function strangers(what: string, words: readonly string[], known: readonly string[]): string[] {
  return words.filter((word) => !known.includes(word)).map((word) => `no ${what} ${word}`)
}

/** A headless Service for the scraper alone has pods that are ready. */
const isScraped = ({ labels }: Manifest): boolean => labels?.['app.kubernetes.io/component'] === 'metrics'

const duration = /^\d+(ms|s|m|h)$/

/** Facts about words that schemas leave open. */
export const wordFacts: readonly Fact[] = [
  {
    rule: 'rights are on resources and verbs that exist, for the operators of the service',
    contradictions: (overlay) => [
      ...overlay
        .all('Role')
        .flatMap(({ rules }) => rules)
        .flatMap((rule: Manifest) => [
          ...strangers('verb', rule.verbs, verbs),
          ...strangers(
            'resource',
            rule.apiGroups.flatMap((group: string) => rule.resources.map((name: string) => `${group}/${name}`)),
            resources,
          ),
        ]),
      ...overlay
        .all('RoleBinding')
        .flatMap(({ subjects }) => subjects)
        .flatMap(({ name }: Manifest) => strangers('group', [name], [`${serviceName(overlay)}-operators`])),
    ],
  },
  {
    rule: 'methods, protocols and identities of the mesh are words that it knows',
    contradictions: (overlay) => [
      ...overlay
        .all('AuthorizationPolicy')
        .flatMap(({ spec }) =>
          (spec.rules ?? []).flatMap(({ from = [], to = [] }: Manifest) => [
            ...to.flatMap(({ operation }: Manifest) => strangers('method', operation.methods ?? [], methods)),
            ...(meshOf(overlay).ambient
              ? []
              : from.flatMap(({ source }: Manifest) => strangers('identity', source.principals ?? [], [ingress]))),
          ]),
        ),
      ...overlay
        .all('VirtualService')
        .flatMap(({ spec }) => spec.http)
        .flatMap(({ match = [] }: Manifest) => match)
        .flatMap(({ method }: Manifest) => (method === undefined ? [] : strangers('method', [method.exact], methods))),
      ...overlay
        .all('Service')
        .flatMap(({ spec }) => spec.ports)
        .flatMap(({ appProtocol, protocol }: Manifest) => [
          ...(appProtocol === undefined ? [] : strangers('protocol', [appProtocol], appProtocols)),
          ...(protocol === undefined ? [] : strangers('protocol', [protocol], ['TCP'])),
        ]),
      ...overlay
        .all('Gateway')
        .flatMap(({ spec }) => spec.servers ?? [])
        .flatMap(({ port }: Manifest) => strangers('port name', [port.name], [port.protocol.toLowerCase()])),
    ],
  },
  {
    rule: 'what points into the pod or at the workload names what is there',
    contradictions: (overlay) => [
      ...ofWorkloads(overlay, ({ kind, spec }, pod, container) => {
        const named = spec.template.metadata.annotations?.['kubectl.kubernetes.io/default-container']
        return [
          unless(named === undefined || named === container.name, `kubectl looks for ${named}`),
          ...(pod.topologySpreadConstraints ?? []).map(({ matchLabelKeys }: Manifest) =>
            unless(
              matchLabelKeys === undefined ||
                matchLabelKeys.join() === (kind === 'Rollout' ? 'rollouts-pod-template-hash' : 'pod-template-hash'),
              `counts by ${matchLabelKeys}`,
            ),
          ),
          ...(container.ports ?? []).map(({ protocol = 'TCP' }: Manifest) =>
            unless(protocol === 'TCP', `a port of ${protocol}`),
          ),
          unless((spec.updateStrategy?.rollingUpdate?.partition ?? 0) === 0, 'some pods are never updated'),
          ...(spec.volumeClaimTemplates ?? []).map(({ apiVersion, kind }: Manifest) =>
            unless(
              `${apiVersion ?? 'v1'} ${kind ?? 'PersistentVolumeClaim'}` === 'v1 PersistentVolumeClaim',
              `claims a ${apiVersion} ${kind}`,
            ),
          ),
        ]
      }),
      ...overlay.all('HorizontalPodAutoscaler').flatMap(({ spec: { scaleTargetRef: target } }) =>
        overlay
          .all(target.kind)
          .filter(({ metadata, apiVersion }) => metadata.name === target.name && apiVersion !== target.apiVersion)
          .map(({ apiVersion }) => `scales ${target.apiVersion}, and the workload is ${apiVersion}`),
      ),
      ...overlay
        .all('ServiceMonitor')
        .filter(({ spec }) => spec.jobLabel !== undefined)
        .flatMap(({ spec }) => strangers('label', [spec.jobLabel], labelsOf(overlay))),
      ...overlay
        .all('Service')
        .filter(
          ({ metadata, spec }) =>
            spec.clusterIP === 'None' && !isScraped(metadata) && spec.publishNotReadyAddresses !== true,
        )
        .map(({ metadata }) => `${metadata.name} hides pods that look for each other before they are ready`),
    ],
  },
  {
    rule: 'the files of the ConfigMap are maps in YAML',
    contradictions: (overlay) =>
      overlay
        .all('ConfigMap')
        .flatMap(({ data }) => Object.entries<string>(data ?? {}))
        .filter(([name, text]) => name.endsWith('.yaml') && !isMap(text))
        .map(([name]) => `${name} is no map`),
  },
  {
    rule: 'Argo CD: annotations and pauses are such that it reads, and the namespaces it may make are its destinations',
    contradictions: (overlay) => {
      const { application } = overlay
      const annotated = overlay.objects.flatMap(
        ({ metadata }) => metadata.annotations?.['argocd.argoproj.io/sync-options']?.split(',') ?? [],
      )
      if (application === undefined) {
        return strangers('sync option', annotated, syncOptions)
      }
      const { spec } = readYaml(overlay.read('deploy/argocd/appproject.yaml'))
      const backoff = Object.entries(application.spec.syncPolicy?.retry?.backoff ?? {})
      return [
        ...strangers('sync option', annotated, syncOptions),
        ...backoff
          .filter(([name, value]) => name !== 'factor' && !duration.test(String(value)))
          .map(([name, value]) => `${name} ${value}`),
        ...strangers(
          'destination',
          (spec.clusterResourceWhitelist ?? []).flatMap(({ name }: Manifest) => name ?? []),
          spec.destinations.map(({ namespace }: Manifest) => namespace),
        ),
      ]
    },
  },
]

function labelsOf(overlay: Overlay): string[] {
  return overlay.all('Service').flatMap(({ metadata }) => Object.keys(metadata.labels))
}

function isMap(text: string): boolean {
  try {
    return typeof (readYaml(text) ?? {}) === 'object'
  } catch {
    return false
  }
}
