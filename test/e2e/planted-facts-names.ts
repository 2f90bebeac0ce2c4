import { type Overlay, readYaml } from '../support/manifests.js'
import type { Fact } from './facts.js'
import { meshOf } from './facts-routes.js'
import { ofWorkloads, unless } from './planted-facts-pods.js'

const label = (name: string): string => `app.kubernetes.io/${name}`

/** What a Service is for, by the end of its name. */
const componentOf = (service: string): string =>
  service.endsWith('-headless')
    ? 'peers'
    : service.endsWith('-preview')
      ? 'preview'
      : service.endsWith('-metrics')
        ? 'metrics'
        : 'server'

/** The service's name, as most of the objects say it: a single one that is wrong must not rule. */
export function serviceName(overlay: Overlay): string {
  const counts = new Map<string, number>()
  for (const { metadata } of overlay.objects) {
    const name = metadata.labels?.[label('name')]
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? ''
}

/** Every object that selects others, anywhere in a tree, with the path. */
function selectorsIn(tree: unknown, path = ''): [string, unknown][] {
  return typeof tree !== 'object' || tree === null
    ? []
    : Object.entries(tree).flatMap(([key, value]) => {
        const below = `${path}.${key}`
        return [
          ...(/(^s|S)elector$|^matchLabels$/.test(key) ? [[below, value] as [string, unknown]] : []),
          ...selectorsIn(value, below),
        ]
      })
}

/** Facts about names, labels and selectors. */
export const nameFacts: readonly Fact[] = [
  {
    rule: 'every object is named after the service and carries its labels; an instance is a workload',
    contradictions: (overlay) => {
      const name = serviceName(overlay)
      const own = new Map([
        [label('name'), name],
        [label('managed-by'), 'kustomize'],
        [label('part-of'), overlay.objects[0]?.metadata.labels?.[label('part-of')] ?? name],
      ])
      const workloads = [...overlay.workloads, ...overlay.all('Job')].map(({ metadata }) => metadata.name)
      const titled = [
        ...overlay.objects.map((object) => ({ title: `${object.kind}/${object.metadata.name}`, object })),
        ...overlay.workloads.map(({ metadata, spec }) => ({
          title: `pods of ${metadata.name}`,
          object: spec.template,
        })),
      ]
      return titled.flatMap(({ title, object: { kind, metadata } }) => {
        const labels = metadata.labels ?? {}
        return [
          ...[...own].map(([key, value]) => unless(labels[key] === value, `${title} has ${key} ${labels[key]}`)),
          unless(
            labels[label('instance')] === undefined ||
              [...workloads, ...(overlay.has('scripts/blue-green.sh') ? [overlay.name] : [])].includes(
                labels[label('instance')],
              ),
            `${title} is of no instance`,
          ),
          unless(
            !['Service', 'Deployment', 'StatefulSet', 'Rollout', undefined].includes(kind) ||
              labels[label('component')] === (kind === 'Service' ? componentOf(metadata.name) : 'server'),
            `${title} has component ${labels[label('component')]}`,
          ),
        ].filter((fault) => fault !== false)
      })
    },
  },
  {
    rule: 'an object is named as what it belongs to',
    contradictions: (overlay) => {
      const name = serviceName(overlay)
      const workloads = overlay.workloads.map(({ metadata }) => metadata.name)
      const roles = [`${name}-credentials-rotation`, `${name}-release`, `${name}-operators`]
      const belongs: Readonly<Record<string, readonly string[]>> = {
        ServiceAccount: [name, ...overlay.all('Job').map(({ metadata }) => metadata.name)],
        Job: [`${name}-migrate`],
        PodDisruptionBudget: overlay.has('scripts/blue-green.sh') ? [name] : workloads,
        HorizontalPodAutoscaler: workloads,
        ServiceMonitor: [name],
        PrometheusRule: [name],
        AlertmanagerConfig: [name],
        DestinationRule: [name],
        VirtualService: [name],
        NetworkPolicy: [name],
        AuthorizationPolicy: [name, `${name}-pods`],
        PeerAuthentication: [name],
        RequestAuthentication: [name],
        ExternalSecret: [`${name}-credentials`],
        SealedSecret: [`${name}-credentials`],
        Role: roles,
        RoleBinding: roles,
        Service: ['', '-headless', '-preview', '-metrics'].map((end) => `${name}${end}`),
        Rollout: [name],
        AnalysisTemplate: ['canary', 'canary-requests', 'preview', 'promoted'].map((what) => `${name}-${what}`),
      }
      return overlay.objects
        .filter(({ kind, metadata }) => belongs[kind]?.includes(metadata.name) === false)
        .map(({ kind, metadata }) => `${kind}/${metadata.name} is not ${belongs[kind]}`)
    },
  },
  {
    rule: 'a workload is its own instance, and its labels are those of its pods',
    contradictions: (overlay) =>
      ofWorkloads(overlay, ({ metadata, spec }) => [
        unless(spec.selector.matchLabels[label('instance')] === metadata.name, 'selects another instance'),
        unless(metadata.labels[label('instance')] === metadata.name, 'is another instance'),
        unless(
          // Argo Rollouts tells the versions of a Rollout apart by a hash of its own.
          spec.template.metadata.labels.version === undefined ||
            ['v1', 'v2', 'blue', 'green'].includes(spec.template.metadata.labels.version),
          `its pods are of version ${spec.template.metadata.labels.version}`,
        ),
        ...Object.entries(metadata.labels).map(([key, value]) =>
          unless(spec.template.metadata.labels[key] === value, `its pods have another ${key}`),
        ),
      ]),
  },
  {
    rule: 'what selects, selects something',
    contradictions: (overlay) => {
      const must = [
        'AuthorizationPolicy',
        'Gateway',
        'NetworkPolicy',
        'PeerAuthentication',
        'PodDisruptionBudget',
        'Service',
        'ServiceMonitor',
      ]
      return overlay.objects.flatMap(({ kind, metadata, spec }) => {
        const title = `${kind}/${metadata.name}`
        const open = selectorsIn(spec).filter(
          ([path, value]) =>
            Object.keys((value as object) ?? {}).length === 0 && !/^\.ingress\.\d+\.from\.\d+\.podSelector$/.test(path),
        )
        const selector = spec?.selector ?? spec?.podSelector ?? spec?.targetRefs ?? spec?.gatewayClassName
        return [
          ...open.map(([path]) => `${title}${path} selects everything`),
          ...(must.includes(kind) && selector === undefined ? [`${title} selects everything`] : []),
        ]
      })
    },
  },
  {
    rule: 'the namespace is there, enforces the restricted profile of a version, and is in the mesh if the service is',
    contradictions: (overlay) => {
      const { name, namespace = name } = readYaml(overlay.read('service.yaml'))
      const isOwn = namespace === name
      const isHeld = overlay.one('Namespace') !== undefined
      const labels = overlay.namespace.metadata.labels ?? {}
      const security = (mode: string): string => labels[`pod-security.kubernetes.io/${mode}`] ?? 'nothing'
      const { sidecar, ambient } = meshOf(overlay)
      return [
        ...(isHeld === isOwn ? [] : [isOwn ? 'no Namespace' : 'a namespace that others share']),
        ...['enforce', 'audit', 'warn']
          .filter((mode) => security(mode) !== 'restricted')
          .map((mode) => `${mode}s ${security(mode)}`),
        ...(/^v1\.\d\d$/.test(security('enforce-version')) ? [] : [`of ${security('enforce-version')}`]),
        ...((labels['istio-injection'] === 'enabled') === sidecar ? [] : [`injection ${labels['istio-injection']}`]),
        ...((labels['istio.io/dataplane-mode'] === 'ambient') === ambient
          ? []
          : [`data plane ${labels['istio.io/dataplane-mode']}`]),
      ]
    },
  },
  {
    rule: 'every Role is bound, and every StatefulSet has its headless Service',
    contradictions: (overlay) => [
      ...overlay
        .all('Role')
        .filter(({ metadata }) => !overlay.all('RoleBinding').some(({ roleRef }) => roleRef.name === metadata.name))
        .map(({ metadata }) => `nobody has Role/${metadata.name}`),
      ...overlay
        .all('StatefulSet')
        .filter(
          ({ spec }) =>
            !overlay
              .all('Service')
              .some((service) => service.metadata.name === spec.serviceName && service.spec.clusterIP === 'None'),
        )
        .map(({ spec }) => `no headless Service ${spec.serviceName}`),
    ],
  },
]
