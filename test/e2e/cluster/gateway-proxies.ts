import { createHash } from 'node:crypto'
import type { Manifest } from '../../support/manifests.js'

/** Labels of an object or of pods. */
export type Labels = Readonly<Record<string, string>>

const reserved = 'gateway.networking.k8s.io/'
/** Labels that Istio gives everything it makes for a Gateway; its Deployments and Services select by the first one alone. */
const gatewayName = `${reserved}gateway-name`
const gatewayClass = `${reserved}gateway-class-name`

/**
 * What Istio makes for a Gateway of its classes, before the settings of `parametersRef` are merged into it: the templates
 * kube-gateway.yaml and waypoint.yaml of its chart (manifests/charts/istio-control/istio-discovery/files), filled as
 * pilot/pkg/config/kube/gateway/deploymentcontroller.go does. Autoscaler and budget are there as a frame that stays out
 * unless the settings say something of them.
 */
export function istioProxies(gateway: Manifest): Manifest[] {
  const { name, namespace } = gateway.metadata
  const className: string = gateway.spec.gatewayClassName
  const isWaypoint = className.includes('waypoint')
  // Only a waypoint is named as its Gateway is.
  const made = isWaypoint ? name : `${name}-${className}`
  const given = infrastructureOf(gateway, isWaypoint)
  const labels: Labels = { ...given, [gatewayName]: name, [gatewayClass]: className }
  const metadata = { name: made, namespace, labels, ownerReferences: [ownedBy(gateway)] }
  const managed = {
    'gateway.istio.io/managed': isWaypoint ? 'istio.io-mesh-controller' : 'istio.io-gateway-controller',
  }
  const selector = { [gatewayName]: name }
  const ports = [
    { name: 'status-port', port: 15_021, protocol: 'TCP' },
    ...gateway.spec.listeners.map((listener: Manifest) => ({
      name: listener.name,
      port: listener.port,
      protocol: 'TCP',
    })),
  ]
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: made }
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...metadata, labels: { ...labels, ...managed } },
      spec: {
        selector: { matchLabels: selector },
        template: {
          metadata: {
            labels: {
              'sidecar.istio.io/inject': 'false',
              'service.istio.io/canonical-name': made,
              'service.istio.io/canonical-revision': 'latest',
              ...(isWaypoint ? { 'istio.io/dataplane-mode': 'none' } : {}),
              ...labels,
              ...managed,
            },
          },
          spec: {
            serviceAccountName: made,
            // A seccomp profile is a matter of the installation's values, and by default there is none.
            ...(isWaypoint
              ? {}
              : { securityContext: { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }] } }),
            containers: [
              {
                name: 'istio-proxy',
                image: 'docker.io/istio/proxyv2:1.30.0',
                args: ['proxy', isWaypoint ? 'waypoint' : 'router'],
                ports: [15_020, 15_021, 15_090].map((containerPort) => ({ containerPort })),
                resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '2', memory: '1Gi' } },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  privileged: false,
                  readOnlyRootFilesystem: true,
                  runAsNonRoot: true,
                  runAsUser: 1337,
                  runAsGroup: 1337,
                  capabilities: { drop: ['ALL'] },
                },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { type: isWaypoint ? 'ClusterIP' : 'LoadBalancer', selector, ports: unique(ports) },
    },
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: { scaleTargetRef: target, maxReplicas: 1 },
    },
    { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: { selector: { matchLabels: selector } } },
  ]
}

/** Labels of `spec.infrastructure`, or else the Gateway's own; those of the Gateway API itself stay out. */
function infrastructureOf({ metadata, spec }: Manifest, isWaypoint: boolean): Labels {
  const given: Labels | undefined = spec.infrastructure?.labels
  const labels =
    given === undefined
      ? { ...metadata.labels }
      : Object.fromEntries(Object.entries(given).filter(([key]) => !key.startsWith(reserved)))
  const mode = 'istio.io/dataplane-mode'
  return isWaypoint || mode in (metadata.labels ?? {}) || mode in labels ? labels : { ...labels, [mode]: 'none' }
}

/** Where Envoy Gateway runs, and by default everything that it makes. */
export const envoyNamespace = 'envoy-gateway-system'

/**
 * What Envoy Gateway makes for a Gateway: internal/infrastructure/kubernetes/proxy/resource_provider.go with the labels
 * that internal/gatewayapi/translator.go gives it. Labels of `spec.infrastructure` go onto everything and win over its
 * own, while the Deployment selects by its own alone. The Gateway's other labels stay where they are.
 * @param within in the Gateway's namespace (gateway namespace mode), not in Envoy Gateway's
 */
export function envoyProxies(gateway: Manifest, within: boolean): Manifest[] {
  const { name, namespace } = gateway.metadata
  const made = within ? name : `envoy-${hashed(`${namespace}/${name}`)}`
  const app: Labels = {
    'app.kubernetes.io/name': 'envoy',
    'app.kubernetes.io/component': 'proxy',
    'app.kubernetes.io/managed-by': 'envoy-gateway',
    ...(within ? { [gatewayName]: made } : {}),
  }
  const owner: Labels = {
    'gateway.envoyproxy.io/owning-gateway-name': name,
    'gateway.envoyproxy.io/owning-gateway-namespace': namespace,
  }
  const labels: Labels = { ...app, ...gateway.spec.infrastructure?.labels, ...owner }
  const owners = within ? { ownerReferences: [ownedBy(gateway)] } : {}
  const metadata = { name: made, namespace: within ? namespace : envoyNamespace, labels, ...owners }
  const securityContext = {
    allowPrivilegeEscalation: false,
    privileged: false,
    runAsNonRoot: true,
    runAsUser: 65_532,
    runAsGroup: 65_532,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  }
  const ports = gateway.spec.listeners.map(({ port }: Manifest) => ({
    name: `port-${port}`,
    port,
    // Ports that only root could listen on are moved out of the way.
    targetPort: port < 1024 ? port + 10_000 : port,
    protocol: 'TCP',
  }))
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'xds-trusted-ca.json': '{}' } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        selector: { matchLabels: { ...app, ...owner } },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: made,
            containers: [
              {
                name: 'envoy',
                image: 'docker.io/envoyproxy/envoy:distroless-v1.38.0',
                ports: [{ containerPort: 19_001 }, { containerPort: 19_003 }],
                resources: { requests: { cpu: '100m', memory: '512Mi' } },
                securityContext,
              },
              {
                name: 'shutdown-manager',
                image: 'docker.io/envoyproxy/gateway:v1.8.0',
                resources: { requests: { cpu: '10m', memory: '32Mi' } },
                securityContext,
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', selector: labels, ports: unique(ports) },
    },
  ]
}

function ownedBy({ apiVersion, kind, metadata: { name, uid } }: Manifest): Manifest {
  return { apiVersion, kind, name, uid }
}

/** One of each number: several listeners share one. */
function unique(ports: readonly Manifest[]): Manifest[] {
  return ports.filter(({ port }, at) => ports.findIndex((other) => other.port === port) === at)
}

function hashed(name: string): string {
  return `${name.replace('/', '-').slice(0, 48)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
}
