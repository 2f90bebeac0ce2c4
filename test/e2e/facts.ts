import fs from 'node:fs'
import path from 'node:path'
import { parse as readYaml } from 'yaml'
import type { Manifest } from '../support/manifests.js'
import { budgetFacts } from './facts-budgets.js'
import { centreFacts } from './facts-centre.js'
import { commandFacts } from './facts-commands.js'
import { messagingFacts } from './facts-messaging.js'
import { migrationFacts } from './facts-migrations.js'
import { monitoringFacts } from './facts-monitoring.js'
import { notificationFacts } from './facts-notifications.js'
import {
  containerOf,
  defaultsOf,
  type Fact,
  goNumber,
  podOf,
  portOf,
  promLabel,
  same,
  selects,
  trafficNames,
} from './facts-reading.js'
import { regionFacts } from './facts-regions.js'
import { rolloutFacts } from './facts-rollouts.js'
import { meshOf, routeFacts } from './facts-routes.js'
import { scalingFacts } from './facts-scaling.js'
import { secretFacts } from './facts-secrets.js'
import { storeFacts } from './facts-stores.js'

export type { Fact } from './facts-reading.js'

/** Environment of the container that the program's own config does not read, and who does. */
const readByOthers = new Map([
  ['GOMEMLIMIT', 'the Go runtime'],
  ['CREDENTIALS_DIR', 'internal/app'],
  ['CONFIG_CACHE_DIR', 'internal/app'],
  ['REGION', 'internal/app'],
  ['POD_NAME', 'OTEL_RESOURCE_ATTRIBUTES'],
  ['POD_NAMESPACE', 'OTEL_RESOURCE_ATTRIBUTES'],
  ['NODE_NAME', 'OTEL_RESOURCE_ATTRIBUTES'],
  ['OTEL_SERVICE_NAME', 'OpenTelemetry'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OpenTelemetry'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'OpenTelemetry'],
  ['OTEL_TRACES_SAMPLER', 'OpenTelemetry'],
  ['OTEL_TRACES_SAMPLER_ARG', 'OpenTelemetry'],
])

/** Reading what holds no values, of a namespace that is the service's own. */
function isHarmless(resources: readonly string[], verbs: readonly string[]): boolean {
  const told = {
    // What people look at; no Secret is among it.
    'get list watch': [
      ...['pods', 'pods/log', 'services', 'configmaps', 'events', 'persistentvolumeclaims', 'endpointslices', 'jobs'],
      ...['deployments', 'replicasets', 'statefulsets', 'rollouts', 'analysisruns', 'experiments'],
      ...['horizontalpodautoscalers', 'poddisruptionbudgets'],
    ],
    // The admin port, and a pod of a StatefulSet that stands in the way; names of pods aren't known in advance.
    create: ['pods/portforward'],
    delete: ['pods'],
  }
  return Object.entries(told).some(
    ([may, plain]) =>
      resources.every((resource) => plain.includes(resource)) && verbs.every((verb) => may.split(' ').includes(verb)),
  )
}

export const facts: readonly Fact[] = [
  ...messagingFacts,
  ...budgetFacts,
  ...centreFacts,
  ...commandFacts,
  ...migrationFacts,
  ...monitoringFacts,
  ...notificationFacts,
  ...regionFacts,
  ...rolloutFacts,
  ...routeFacts,
  ...scalingFacts,
  ...secretFacts,
  ...storeFacts,
  {
    id: '17',
    rule: 'EXPOSE = containerPort = the default in Go',
    contradictions: (overlay) => {
      const exposed = /^EXPOSE((?: \d+)+)$/m.exec(overlay.read('Dockerfile'))?.[1]?.trim().split(' ').map(Number)
      const source = defaultsOf(overlay)
      const inGo = ['HTTP', 'GRPC', 'Admin']
        .map((name) => goNumber(source, `default${name}Port`))
        .filter((port) => !Number.isNaN(port))
      return overlay.workloads.flatMap((workload) => {
        const ports = containerOf(workload).ports.map(({ containerPort }: Manifest) => containerPort)
        return [
          ...same('containerPort', ports, 'EXPOSE', exposed),
          ...same('containerPort', ports, 'the default in Go', inGo),
        ]
      })
    },
  },
  {
    id: '17',
    rule: 'every Service selects pods, and every targetPort is a port of theirs',
    contradictions: (overlay) =>
      overlay.all('Service').flatMap((service) => {
        const chosen = overlay.workloads.filter((workload) =>
          selects(service.spec.selector, workload.spec.template.metadata.labels),
        )
        return [
          ...same(
            `workloads behind ${service.metadata.name}`,
            chosen.length,
            service.spec.selector.version === undefined ? 'all' : 'the colour',
            service.spec.selector.version === undefined ? overlay.workloads.length : 1,
          ),
          ...chosen.flatMap((workload) =>
            service.spec.ports
              .filter((port: Manifest) => portOf(workload, port.targetPort) === undefined)
              .map((port: Manifest) => `${workload.metadata.name} has no port ${port.targetPort}`),
          ),
        ]
      }),
  },
  {
    id: '17',
    rule: 'every probe over gRPC asks the port of gRPC, each for a name of its own, and only readiness for the whole',
    contradictions: (overlay) => {
      const served = new Map(
        overlay.workloads.some((workload) => trafficNames(workload).includes('grpc'))
          ? [...overlay.read('internal/grpcserver/health.go').matchAll(/^\t(\w+) += "(\w+)"$/gm)].map(
              ([, name, text]) => [name, text],
            )
          : [],
      )
      const names = { livenessProbe: served.get('Liveness'), readinessProbe: '', startupProbe: served.get('Startup') }
      const readme = overlay.read('README.md')
      const untold = [...served.values()].filter((name) => !readme.includes(`\`"${name}"\``))
      const wrong = overlay.workloads.flatMap((workload) =>
        Object.entries(names).flatMap(([name, service]) => {
          const probe = containerOf(workload)[name]
          // Without HTTP there is nothing else that the kubelet could ask; with it, the admin port is apart from traffic.
          const wanted = trafficNames(workload).includes('http') ? 'httpGet' : 'grpc'
          return probe === undefined
            ? []
            : [
                ...(probe[wanted] === undefined ? [`${name} asks by ${Object.keys(probe)}, not ${wanted}`] : []),
                ...(probe.grpc === undefined
                  ? []
                  : [
                      ...same(name, probe.grpc.service ?? '', 'the name in Go', service),
                      ...same(`port of ${name}`, probe.grpc.port, 'gRPC', portOf(workload, 'grpc')),
                    ]),
              ]
        }),
      )
      return [...wrong, ...untold.map((name) => `the README does not tell of ${name}`)]
    },
  },
  {
    id: '17',
    rule: 'every probe asks the admin port, each on a path of its own that the program serves',
    contradictions: (overlay) => {
      const served = new Set(
        [...overlay.read('internal/admin/admin.go').matchAll(/^\s+(?:live|ready|startup)Path = "(.+)"$/gm)].map(
          ([, path]) => path,
        ),
      )
      return overlay.workloads.flatMap((workload) => {
        const container = containerOf(workload)
        const probes = [container.livenessProbe, container.readinessProbe, container.startupProbe].filter(
          (probe) => probe !== undefined && probe.grpc === undefined,
        )
        const paths = probes.map((probe) => probe.httpGet.path)
        return [
          ...same('different paths', new Set(paths).size, 'probes', paths.length),
          ...paths.filter((path) => !served.has(path)).map((path) => `no route for ${path}`),
          ...probes
            .filter((probe) => portOf(workload, probe.httpGet.port) !== portOf(workload, 'admin'))
            .map((probe) => `${probe.httpGet.path} is asked on ${probe.httpGet.port}`),
        ]
      })
    },
  },
  {
    id: '17',
    rule: 'the NetworkPolicy covers every pod, and lets in the container ports and no other of them',
    contradictions: (overlay) =>
      overlay.all('NetworkPolicy').flatMap((policy) =>
        overlay.workloads.flatMap((workload) => {
          const open = policy.spec.ingress.flatMap((rule: Manifest) => rule.ports.map(({ port }: Manifest) => port))
          const scraped = overlay.one('ServiceMonitor') !== undefined
          const { sidecar, ambient } = meshOf(overlay)
          const meshPorts = [...(sidecar ? [15020] : []), ...(ambient ? [15008] : [])]
          // In an ambient mesh the kubelet has an address of the mesh.
          const probed = ambient && trafficNames(workload).includes('http')
          const traffic = trafficNames(workload).map((name) => portOf(workload, name))
          const allowed = [...traffic, portOf(workload, 'admin'), ...meshPorts]
          return [
            ...(selects(policy.spec.podSelector.matchLabels, workload.spec.template.metadata.labels)
              ? []
              : [`${workload.metadata.name} is not covered`]),
            ...same('directions', policy.spec.policyTypes, 'wanted', ['Ingress', 'Egress']),
            ...traffic.filter((port) => !open.includes(port)).map((port) => `the traffic port ${port} is closed`),
            ...((scraped || probed) === open.includes(portOf(workload, 'admin'))
              ? []
              : [`scraped: ${scraped}, open: ${open}`]),
            ...open.filter((port: number) => !allowed.includes(port)).map((port: number) => `${port} is open`),
          ]
        }),
      ),
  },
  {
    rule: 'the NetworkPolicy lets out DNS and the collector',
    contradictions: (overlay) =>
      overlay.all('NetworkPolicy').flatMap((policy) => {
        const ports = policy.spec.egress.flatMap((rule: Manifest) =>
          rule.ports.map(({ port, protocol }: Manifest) => `${port}/${protocol}`),
        )
        const endpoint = containerOf(overlay.workloads[0]).env.find(
          ({ name }: Manifest) => name === 'OTEL_EXPORTER_OTLP_ENDPOINT',
        )?.value
        const wanted = ['53/UDP', '53/TCP', ...(endpoint === undefined ? [] : [`${new URL(endpoint).port}/TCP`])]
        return wanted.filter((port) => !ports.includes(port)).map((port) => `${port} is closed`)
      }),
  },
  {
    id: '13',
    rule: 'the ServiceMonitor finds the Service by its labels and the port by its name, and nothing without metrics',
    contradictions: (overlay) =>
      overlay.all('ServiceMonitor').flatMap(({ spec }) => {
        const found = overlay
          .all('Service')
          .filter((service) => selects(spec.selector.matchLabels, service.metadata.labels))
        const names = found.flatMap((service) => service.spec.ports.map(({ name }: Manifest) => name))
        const labels = overlay.workloads.map((workload) => workload.spec.template.metadata.labels)
        return [
          ...same('Services found', found.length, 'wanted', 1),
          ...spec.endpoints
            .filter(({ port }: Manifest) => !names.includes(port))
            .map(({ port }: Manifest) => `no port ${port} among ${names}`),
          ...spec.endpoints
            .flatMap(({ relabelings = [] }: Manifest) => relabelings)
            .flatMap(({ sourceLabels = [] }: Manifest) => sourceLabels)
            .filter((source: string) => source.startsWith('__meta_kubernetes_pod_label_'))
            .map((source: string) => source.replace('__meta_kubernetes_pod_label_', ''))
            // The overlays of regions add it; facts-regions.ts has them.
            .filter((label: string) => label !== 'region')
            // Argo Rollouts adds it to the pods.
            .filter((label: string) => label !== 'rollouts_pod_template_hash' || overlay.one('Rollout') === undefined)
            .filter((label: string) =>
              labels.some((pod) => !Object.keys(pod).some((name) => promLabel(name) === label)),
            )
            .map((label: string) => `no pod label ${label}`),
          ...(overlay.read('internal/telemetry/metrics.go').includes('prometheus') ? [] : ['the program exports none']),
        ]
      }),
  },
  {
    rule: 'selectors choose the own pods only',
    contradictions: (overlay) =>
      overlay.workloads.flatMap((workload) =>
        overlay.workloads.flatMap((other) =>
          same(
            `${workload.metadata.name} selects ${other.metadata.name}`,
            selects(workload.spec.selector.matchLabels, other.spec.template.metadata.labels),
            'same workload',
            workload === other,
          ),
        ),
      ),
  },
  {
    id: '12',
    rule: 'every route goes to a Service and a subset that exist, subsets select pods, weights sum to 100',
    contradictions: (overlay) => {
      const services = new Map(overlay.all('Service').map((service) => [service.metadata.name, service]))
      const subsets = overlay.all('DestinationRule').flatMap(({ spec }) => spec.subsets ?? [])
      const routes = overlay.all('VirtualService').flatMap(({ spec }) => spec.http)
      const gateways = overlay.istioGateways.map(({ metadata }) => metadata.name)
      return [
        ...overlay
          .all('DestinationRule')
          .filter(({ spec }) => !services.has(spec.host))
          .map(({ spec }) => `no Service ${spec.host}`),
        ...subsets
          .filter(
            ({ labels }: Manifest) =>
              !overlay.workloads.some((workload) => selects(labels, workload.spec.template.metadata.labels)),
          )
          .map(({ name }: Manifest) => `subset ${name} selects no pods`),
        ...routes.flatMap(({ name, route }) => [
          ...same(
            `sum of weights in ${name}`,
            route.reduce((sum: number, { weight = 100 }: Manifest) => sum + weight, 0),
            'the whole',
            100,
          ),
          ...route.flatMap(({ destination }: Manifest) => [
            ...(services
              .get(destination.host)
              ?.spec.ports.some(({ port }: Manifest) => port === destination.port.number)
              ? []
              : [`no Service ${destination.host}:${destination.port.number}`]),
            ...(subsets.some(({ name: subset }: Manifest) => subset === destination.subset)
              ? []
              : [`no subset ${destination.subset}`]),
          ]),
        ]),
        ...overlay
          .all('VirtualService')
          .flatMap(({ spec }) => spec.gateways)
          .filter((name: string) => name !== 'mesh' && !name.includes('/') && !gateways.includes(name))
          .map((name: string) => `no Gateway ${name}`),
        ...overlay.istioGateways.flatMap(({ spec }) =>
          spec.servers.flatMap(({ hosts }: Manifest) =>
            hosts
              .filter(
                (host: string) => !overlay.one('VirtualService').spec.hosts.some((own: string) => host === `./${own}`),
              )
              .map((host: string) => `the Gateway takes ${host}, and no route of this namespace does`),
          ),
        ),
      ]
    },
  },
  {
    id: '12',
    rule: 'calls go to the port of gRPC and requests to that of HTTP, told apart by what every call has',
    contradictions: (overlay) =>
      overlay.all('VirtualService').flatMap(({ spec }) => {
        const protocolOf = ({ destination }: Manifest): string | undefined =>
          overlay
            .all('Service')
            .find(({ metadata }) => metadata.name === destination.host)
            ?.spec.ports.find(({ port }: Manifest) => port === destination.port.number)?.appProtocol
        const names = trafficNames(overlay.workloads[0])
        const isCall = ({ match }: Manifest): boolean =>
          (match ?? []).some(({ headers }: Manifest) => headers?.['content-type']?.prefix === 'application/grpc')
        return [
          ...spec.http.flatMap((route: Manifest) =>
            route.route.flatMap((target: Manifest) =>
              same(
                `protocol of ${route.name}`,
                protocolOf(target),
                'what goes there',
                isCall(route) || !names.includes('http') ? 'grpc' : 'http',
              ),
            ),
          ),
          // First, because a call is a POST: the route of every other method would take it.
          ...(names.length < 2 ? [] : same('the first route takes calls', isCall(spec.http[0]), 'wanted', true)),
        ]
      }),
  },
  {
    rule: 'policies of the mesh select the pods, name ports and identities that exist, and leave the probes alone',
    contradictions: (overlay) => [
      ...overlay
        .all('PeerAuthentication', 'AuthorizationPolicy')
        .filter(({ spec }) => spec.targetRefs === undefined)
        .flatMap(({ kind, spec }) =>
          overlay.workloads
            .filter((workload) => !selects(spec.selector.matchLabels, workload.spec.template.metadata.labels))
            .map((workload) => `${kind} misses ${workload.metadata.name}`),
        ),
      ...overlay
        .all('PeerAuthentication')
        .flatMap(({ spec }) =>
          Object.keys(spec.portLevelMtls ?? {}).flatMap((port) =>
            same('portLevelMtls', Number(port), 'the admin port', portOf(overlay.workloads[0], 'admin')),
          ),
        ),
      ...overlay
        .all('AuthorizationPolicy')
        .filter(({ spec }) => spec.targetRefs === undefined)
        .flatMap(({ spec }) => spec.rules)
        .flatMap((rule: Manifest) => [
          ...(rule.to ?? [])
            .flatMap(({ operation }: Manifest) => operation.ports ?? [])
            .filter(
              (port: string) =>
                !containerOf(overlay.workloads[0]).ports.some(
                  ({ containerPort }: Manifest) => `${containerPort}` === port,
                ),
            )
            .map((port: string) => `no container port ${port}`),
          ...(rule.from ?? [])
            .flatMap(({ source }: Manifest) => source.namespaces ?? [])
            .flatMap((namespace: string) =>
              same('allowed namespace', namespace, 'its own', overlay.one('Service').metadata.namespace),
            ),
        ]),
    ],
  },
  {
    id: '9',
    rule: 'with an autoscaler: a workload to scale, requests, no replicas, and Argo CD leaves them alone; without: replicas, and it does not',
    contradictions: (overlay) => {
      const targets = overlay
        .all('HorizontalPodAutoscaler', 'ScaledObject')
        .map(({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`)
      const ignored = (overlay.application?.spec.ignoreDifferences ?? []).map(
        ({ kind, name, jsonPointers }: Manifest) => `${kind}/${name}${jsonPointers}`,
      )
      return [
        ...overlay.workloads.flatMap((workload) => {
          const id = `${workload.kind}/${workload.metadata.name}`
          const scaled = targets.includes(id)
          return [
            ...same(`${id} states replicas`, workload.spec.replicas !== undefined, 'no autoscaler', !scaled),
            ...(overlay.application === undefined
              ? []
              : same(
                  `Argo CD ignores the replicas of ${id}`,
                  ignored.includes(`${id}/spec/replicas`),
                  'an autoscaler',
                  scaled,
                )),
            ...(containerOf(workload).resources.requests.cpu === undefined ? [`${id} requests no CPU`] : []),
          ]
        }),
        ...targets
          .filter((id) => !overlay.workloads.some((workload) => id === `${workload.kind}/${workload.metadata.name}`))
          .map((id) => `no ${id} to scale`),
        ...overlay
          .all('HorizontalPodAutoscaler')
          .flatMap(({ spec }) => spec.metrics)
          .filter(({ containerResource }: Manifest) => containerResource !== undefined)
          .flatMap(({ containerResource }: Manifest) =>
            same(
              'scaled container',
              containerResource.container,
              'the program',
              containerOf(overlay.workloads[0]).name,
            ),
          ),
        ...overlay
          .all('HorizontalPodAutoscaler')
          .flatMap(({ spec }) =>
            spec.minReplicas <= spec.maxReplicas ? [] : [`${spec.minReplicas} > ${spec.maxReplicas}`],
          ),
      ]
    },
  },
  {
    id: '9',
    rule: 'the disruption budget covers every pod',
    contradictions: (overlay) =>
      overlay
        .all('PodDisruptionBudget')
        .flatMap(({ spec }) =>
          overlay.workloads
            .filter((workload) => !selects(spec.selector.matchLabels, workload.spec.template.metadata.labels))
            .map((workload) => `${workload.metadata.name} is not covered`),
        ),
  },
  {
    id: '18',
    rule: 'every variable and every key of the ConfigMap is one that the program reads',
    contradictions: (overlay) => {
      // A feature's settings are in a file of its own.
      const fields = fs
        .readdirSync(path.join(overlay.project, 'internal/config'))
        .map((file) => overlay.read(`internal/config/${file}`))
        .join('\n')
      const keys = new Set([...fields.matchAll(/^\t\t\tKey: +"(.+)",$/gm)].map(([, key]) => key))
      const variables = new Set([...fields.matchAll(/^\t\t\tEnv: +"(.+)",$/gm)].map(([, name]) => name))
      const given = overlay.workloads.flatMap((workload) =>
        containerOf(workload).env.map(({ name }: Manifest) => name as string),
      )
      const dotted = (value: Manifest, prefix = ''): string[] =>
        Object.entries(value ?? {}).flatMap(([name, item]) =>
          typeof item === 'object' ? dotted(item, `${prefix}${name}.`) : [`${prefix}${name}`],
        )
      const data = overlay.configMaps.flatMap((map) => Object.entries<string>(map.data ?? {}))
      const isFile = (name: string) => name.endsWith('.yaml')
      given.push(...data.map(([name]) => name).filter((name) => !isFile(name)))
      const inFile = data.flatMap(([name, text]) => (isFile(name) ? dotted(readYaml(text)) : []))
      return [
        ...(keys.size > 10 ? [] : ['the table of fields was not found']),
        ...given
          .filter((name) => !variables.has(name) && !readByOthers.has(name))
          .map((name) => `nobody reads ${name}`),
        ...inFile.filter((key) => !keys.has(key) && !key.startsWith('values.')).map((key) => `nobody reads ${key}`),
      ]
    },
  },
  {
    id: '19',
    rule: 'what a pod mounts is generated, or the Secret that the README has one create; every mount has its volume',
    contradictions: (overlay) =>
      overlay.workloads.flatMap((workload) => {
        const pod = podOf(workload)
        const claims = (workload.spec.volumeClaimTemplates ?? []).map(({ metadata }: Manifest) => metadata.name)
        const volumes = [...(pod.volumes ?? []).map(({ name }: Manifest) => name), ...claims]
        const maps = overlay.all('ConfigMap').map(({ metadata }) => metadata.name)
        const external = /^ {2}name: (.+)$/m.exec(overlay.read('deploy/secrets/credentials.example.yaml'))?.[1]
        return [
          ...containerOf(workload)
            .volumeMounts.filter(({ name }: Manifest) => !volumes.includes(name))
            .map(({ name }: Manifest) => `no volume ${name}`),
          ...(pod.volumes ?? []).flatMap(({ configMap, secret }: Manifest) => [
            ...(configMap === undefined || maps.includes(configMap.name) ? [] : [`no ConfigMap ${configMap.name}`]),
            ...(secret === undefined ? [] : same('Secret', secret.secretName, 'the example', external)),
          ]),
        ]
      }),
  },
  {
    id: '19',
    rule: 'RBAC names objects that exist, and no wildcard',
    contradictions: (overlay) => {
      const names = new Set(overlay.objects.map(({ metadata }) => metadata.name))
      const external = /^ {2}name: (.+)$/m.exec(overlay.read('deploy/secrets/credentials.example.yaml'))?.[1]
      const roles = overlay.all('Role').map(({ metadata }) => metadata.name)
      return [
        ...overlay
          .all('Role')
          .flatMap(({ rules }) => rules)
          .flatMap(({ resources, resourceNames = [], verbs }: Manifest) => [
            ...[...resources, ...verbs].filter((word: string) => word === '*').map(() => 'a wildcard'),
            ...(resourceNames.length > 0 || isHarmless(resources, verbs) ? [] : [`all ${resources}`]),
            ...resourceNames
              .filter((name: string) => !names.has(name) && name !== external)
              .map((name: string) => `no ${name}`),
          ]),
        ...overlay
          .all('RoleBinding')
          .filter(({ roleRef }) => !roles.includes(roleRef.name))
          .map(({ roleRef }) => `no Role ${roleRef.name}`),
        ...overlay.workloads.flatMap((workload) =>
          overlay
            .all('ServiceAccount')
            // The migration's is looked at with the migration.
            .filter(
              ({ metadata }) => !overlay.all('Job').some((job) => podOf(job).serviceAccountName === metadata.name),
            )
            .flatMap(({ metadata }) =>
              same('serviceAccountName', podOf(workload).serviceAccountName, 'ServiceAccount', metadata.name),
            ),
        ),
      ]
    },
  },
  {
    rule: 'every image has a tag or a digest, and never latest',
    contradictions: (overlay) => [
      ...overlay.workloads
        .map((workload) => containerOf(workload).image as string)
        .filter((image) => !/(:(?!latest$)[\w.-]+|@sha256:[0-9a-f]{64})$/.test(image))
        .map((image) => `${image} floats`),
      ...[...overlay.read('Dockerfile').matchAll(/^FROM (?:--platform=\S+ )?(\S+)/gm)]
        .map(([, image = '']) => image)
        .filter((image) => image !== 'scratch' && !/@sha256:[0-9a-f]{64}$/.test(image))
        .map((image) => `${image} floats`),
    ],
  },
  {
    rule: 'in the mesh, the certificate is the environment’s own and the proxy outlives the program',
    contradictions: (overlay) => {
      const namespace = overlay.namespace.metadata.name
      const certificates = overlay.istioGateways
        .flatMap(({ spec }) => spec.servers)
        .flatMap(({ tls }: Manifest) => (tls?.credentialName === undefined ? [] : [tls.credentialName]))
      const native = 'sidecar.istio.io/nativeSidecar'
      return [
        ...certificates.flatMap((name: string) => same('credentialName', name, 'the own one', `${namespace}-tls`)),
        ...(overlay.all('VirtualService').length === 0 ? [] : overlay.workloads).flatMap((workload) =>
          same(native, workload.spec.template.metadata.annotations?.[native], 'wanted', 'true'),
        ),
      ]
    },
  },
  {
    rule: 'every object lies in the namespace of the environment, and Argo CD deploys to it',
    contradictions: (overlay) => {
      const namespace = overlay.namespace.metadata.name
      return [
        ...overlay.objects
          .filter(({ kind }) => kind !== 'Namespace')
          .flatMap(({ kind, metadata }) =>
            same(`${kind} ${metadata.name}`, metadata.namespace, 'the namespace', namespace),
          ),
        ...(overlay.application === undefined
          ? []
          : same('destination', overlay.application.spec.destination.namespace, 'the namespace', namespace)),
        ...(overlay.application === undefined
          ? []
          : same(
              'path',
              overlay.inProject(overlay.application.spec.source.path),
              'the overlay',
              `deploy/overlays/${overlay.environment}`,
            )),
        ...(namespace === 'default' ? ['the namespace is default'] : []),
      ]
    },
  },
  {
    rule: 'the AppProject allows every kind that is rendered, and no other',
    contradictions: (overlay) => {
      if (overlay.application === undefined) {
        return []
      }
      const { spec } = readYaml(overlay.read('deploy/argocd/appproject.yaml'))
      const group = (apiVersion: string) => (apiVersion.includes('/') ? apiVersion.split('/')[0] : '')
      const allowed = [...(spec.clusterResourceWhitelist ?? []), ...spec.namespaceResourceWhitelist].map(
        (entry: Manifest) => `${entry.group}/${entry.kind}`,
      )
      const rendered = new Set(overlay.objects.map(({ apiVersion, kind }) => `${group(apiVersion)}/${kind}`))
      return [
        ...[...rendered].filter((kind) => !allowed.includes(kind)).map((kind) => `${kind} is not allowed`),
        ...allowed.filter((kind) => kind.includes('*')).map((kind) => `${kind} is a wildcard`),
        ...same(
          'project',
          overlay.application.spec.project,
          'AppProject',
          readYaml(overlay.read('deploy/argocd/appproject.yaml')).metadata.name,
        ),
      ]
    },
  },
  {
    rule: 'pods meet the restricted profile',
    contradictions: (overlay) =>
      overlay.workloads.flatMap((workload) => {
        const pod = podOf(workload)
        const { securityContext: own } = containerOf(workload)
        const wanted: [string, boolean][] = [
          ['runAsNonRoot', pod.securityContext.runAsNonRoot === true],
          ['a numeric user that is not root', pod.securityContext.runAsUser >= 10_000],
          ['seccomp', pod.securityContext.seccompProfile.type === 'RuntimeDefault'],
          ['no escalation', own.allowPrivilegeEscalation === false],
          ['a read-only root', own.readOnlyRootFilesystem === true],
          ['no capability', JSON.stringify(own.capabilities) === '{"drop":["ALL"]}'],
          ['no token', pod.automountServiceAccountToken === false],
          ['no service links', pod.enableServiceLinks === false],
        ]
        return wanted.filter(([, holds]) => !holds).map(([what]) => `without ${what}`)
      }),
  },
]
