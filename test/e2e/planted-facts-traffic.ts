import { parse as readYaml } from 'yaml'
import type { Manifest, Overlay } from '../support/manifests.js'
import type { Fact } from './facts.js'
import { brokerFlows } from './facts-messaging.js'
import { peerOf } from './facts-reading.js'
import { peerNetworksOf } from './facts-regions.js'
import { meshOf } from './facts-routes.js'
import { serviceName } from './planted-facts-names.js'

/**
 * What a pod's question for a name is addressed to where NodeLocal DNSCache answers: the node's own address, or the
 * cluster's of kube-dns, which is in a private network, or in GKE's.
 */
const nameServers = [
  '169.254.0.0/16',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '34.118.224.0/20',
  'fc00::/7',
]

const containerPorts = (overlay: Overlay): Manifest[] =>
  overlay.workloads[0]?.spec.template.spec.containers[0].ports ?? []
const trafficPorts = (overlay: Overlay): number[] =>
  containerPorts(overlay)
    .filter(({ name }) => name !== 'admin')
    .map(({ containerPort }) => containerPort)
const portOf = (overlay: Overlay, name: string): number | undefined =>
  containerPorts(overlay).find((port) => port.name === name)?.containerPort

/** `kube-system:53/UDP` for every peer and port of a rule; a side that is not limited is `*`. */
function flowsOf(peers: readonly Manifest[] | undefined, ports: readonly Manifest[] | undefined): string[] {
  const from = peers?.map(
    ({ namespaceSelector, podSelector, ipBlock }) =>
      [
        ...Object.entries(namespaceSelector?.matchLabels ?? {}).map(([key, value]) =>
          key === 'kubernetes.io/metadata.name' ? value : `${key}=${value}`,
        ),
        ...(podSelector === undefined
          ? []
          : [`pods ${Object.entries(podSelector.matchLabels ?? {}).join() || 'of its own'}`]),
        ...(ipBlock === undefined ? [] : [ipBlock.cidr]),
      ].join(' ') || '*',
  ) ?? ['*']
  const to = ports?.map(({ port, protocol }) => `${port}/${protocol}`) ?? ['*']
  return from.flatMap((peer) => to.map((port) => `${peer} ${port}`))
}

/**
 * What the entrypoint waits for, and a configuration centre outside of the cluster, may be anywhere: a host name does
 * not tell the namespace.
 */
function isAskedFor(overlay: Overlay, flow: string): boolean {
  const [, port] = /^\* (\d+)\/TCP$/.exec(flow) ?? []
  const { entrypoint } = readYaml(overlay.read('service.yaml'))
  return (
    (entrypoint?.waitFor ?? []).some((target: string) => target.endsWith(`:${port}`)) ||
    [...storeFlows(overlay), ...centreFlows(overlay)].includes(flow)
  )
}

/** The way to a configuration centre whose name tells no namespace. */
function centreFlows(overlay: Overlay): string[] {
  const { config } = readYaml(overlay.read('service.yaml'))
  const address: string | undefined = config?.consul?.address ?? config?.nacos?.address
  if (address === undefined || /\.svc(\.cluster\.local)?(:|$)/.test(address)) {
    return []
  }
  const { port, protocol } = new URL(address)
  return [`* ${port || (protocol === 'https:' ? 443 : 80)}/TCP`]
}

/** The way to each data store: into its namespace where its name tells one, else anywhere on its port. */
function storeFlows(overlay: Overlay): string[] {
  const answers = readYaml(overlay.read('service.yaml'))
  const ports: Readonly<Record<string, number>> = { postgres: 5432, mysql: 3306, redis: 6379 }
  return Object.entries(ports)
    .filter(([name]) => answers[name]?.enabled === true)
    .map(([name, preset]) => {
      const { host = `${name}.data.svc.cluster.local`, port = preset } = answers[name]
      return `${peerOf(host)} ${port}/TCP`
    })
}

/** Facts about Services, the mesh and network policies. */
export const trafficFacts: readonly Fact[] = [
  {
    rule: 'a Service names its ports as the container does, and the admin port has one number everywhere',
    contradictions: (overlay) =>
      overlay.all('Service').flatMap(({ metadata, spec }) =>
        spec.ports.flatMap(({ name, port, targetPort }: Manifest) => [
          ...(name === targetPort ? [] : [`Service/${metadata.name} calls ${targetPort} ${name}`]),
          // Behind a headless Service there is no translation: the port is the container's.
          ...((spec.clusterIP === 'None' || name === 'admin') && port !== portOf(overlay, name)
            ? [`Service/${metadata.name} has ${name} on ${port}, the container on ${portOf(overlay, name)}`]
            : []),
        ]),
      ),
  },
  {
    rule: 'a port named grpc speaks gRPC, on one number everywhere, and no other does',
    contradictions: (overlay) =>
      overlay
        .all('Service')
        .flatMap(({ metadata, spec }) =>
          spec.ports.flatMap(({ name, port, appProtocol }: Manifest) => [
            ...((name === 'grpc') === (appProtocol === 'grpc') ? [] : [`${metadata.name}: ${name} is ${appProtocol}`]),
            ...(name !== 'grpc' || port === portOf(overlay, 'grpc') ? [] : [`${metadata.name}: grpc on ${port}`]),
          ]),
        ),
  },
  {
    rule: 'the NetworkPolicy limits both ends of every rule, and has the rules that the parts need',
    contradictions: (overlay) =>
      overlay.all('NetworkPolicy').flatMap(({ spec }) => {
        const ingress = spec.ingress.flatMap(({ from, ports }: Manifest) => flowsOf(from, ports))
        const egress = spec.egress.flatMap(({ to, ports }: Manifest) => flowsOf(to, ports))
        const traffic = trafficPorts(overlay)
        const admin = portOf(overlay, 'admin')
        const { sidecar, ambient, gatewayOnly, podNamespace } = meshOf(overlay)
        const entered = sidecar && overlay.one('VirtualService')?.spec.gateways?.some((name: string) => name !== 'mesh')
        const tunnelled = (peer: string): string[] => (ambient ? [`${peer} 15008/TCP`] : [])
        const probed = portOf(overlay, portOf(overlay, 'http') === undefined ? 'grpc' : 'admin')
        const scraped = overlay.one('ServiceMonitor') !== undefined
        const endpoint = overlay.workloads[0]?.spec.template.spec.containers[0].env.find(
          ({ name }: Manifest) => name === 'OTEL_EXPORTER_OTLP_ENDPOINT',
        )?.value
        const [, namespace, port] = /\.([a-z0-9-]+)\.svc[^:]*:(\d+)$/.exec(endpoint ?? '') ?? []
        const wantedIn = [
          ...traffic.flatMap((port) => [
            `pods of its own ${port}/TCP`,
            `${serviceName(overlay)}-client=allowed ${port}/TCP`,
            ...(entered ? [`istio-system ${port}/TCP`] : []),
            ...(gatewayOnly && podNamespace !== undefined ? [`${podNamespace} ${port}/TCP`] : []),
          ]),
          ...['pods of its own', `${serviceName(overlay)}-client=allowed`].flatMap(tunnelled),
          ...(ambient ? [`169.254.7.127/32 ${probed}/TCP`] : []),
          ...(scraped ? [`monitoring ${admin}/TCP`, ...tunnelled('monitoring')] : []),
          ...(sidecar ? ['monitoring 15020/TCP'] : []),
          ...peerNetworksOf(overlay).flatMap((peer) => traffic.map((port) => `${peer} ${port}/TCP`)),
        ]
        const wantedOut = [
          ...storeFlows(overlay),
          ...['kube-system', ...nameServers].flatMap((peer) => [`${peer} 53/UDP`, `${peer} 53/TCP`]),
          ...(namespace === undefined ? [] : [`${namespace} ${port}/TCP`]),
          ...(sidecar ? ['istio-system pods app,istiod 15012/TCP'] : []),
          ...(overlay.one('StatefulSet') === undefined
            ? []
            : traffic.map((port) => `pods app.kubernetes.io/name,${serviceName(overlay)} ${port}/TCP`)),
          ...brokerFlows(overlay),
        ]
        if (ambient) {
          const peers = wantedOut
            .filter((flow) => !/ 53\/(UDP|TCP)$/.test(flow) && !/^\S+\/(32|128) /.test(flow))
            .map((flow) => flow.replace(/ \d+\/TCP$/, ''))
          wantedOut.push(...[...new Set(peers)].flatMap(tunnelled))
        }
        const isAlone = egress.filter((flow: string) => flow.startsWith('* ')).join() === '* 15008/TCP'
        return [
          ...wantedIn.filter((flow) => !ingress.includes(flow)).map((flow) => `nothing in from ${flow}`),
          ...wantedOut.filter((flow) => !egress.includes(flow)).map((flow) => `nothing out to ${flow}`),
          ...[...ingress, ...egress]
            .filter(
              (flow: string) =>
                /(^| )\*/.test(flow) &&
                !(ambient && !isAlone && flow === '* 15008/TCP') &&
                !isAskedFor(overlay, flow) &&
                !brokerFlows(overlay).includes(flow),
            )
            .map((flow) => `open: ${flow}`),
          ...ingress
            .filter((flow: string) => !wantedIn.includes(flow))
            .map((flow: string) => `nobody asked for ${flow}`),
        ]
      }),
  },
  {
    rule: 'the mesh: strict mTLS, an allow list that keeps metrics reachable, at most half ejected',
    contradictions: (overlay) => {
      if (overlay.one('DestinationRule') === undefined) {
        return []
      }
      const authorization: Manifest | undefined = overlay.one('AuthorizationPolicy')
      const peers: Manifest | undefined = overlay.one('PeerAuthentication')
      const rules: Manifest[] = overlay.all('AuthorizationPolicy').flatMap(({ spec }) => spec.rules ?? [])
      const opens = (port: string): Manifest[] =>
        rules.filter(({ to }) => to?.some(({ operation }: Manifest) => operation.ports?.includes(port)))
      const admin = `${portOf(overlay, 'admin')}`
      return [
        ...(authorization === undefined ? ['no AuthorizationPolicy'] : []),
        ...(authorization !== undefined && authorization.spec.action !== 'ALLOW' ? ['it allows nothing'] : []),
        ...rules.filter(({ to }) => to === undefined).map(() => 'a rule for every port'),
        ...trafficPorts(overlay)
          .map((port) => opens(`${port}`))
          .filter(
            (open) =>
              open.length === 0 ||
              (peers?.spec.mtls?.mode !== 'PERMISSIVE' && !open.every(({ from }) => from?.length > 0)),
          )
          .map(() => 'traffic from nobody, or from all'),
        ...(overlay.one('ServiceMonitor') === undefined ||
        opens(admin).some(({ to }) =>
          to.some(({ operation }: Manifest) => operation.paths?.includes('/metrics') ?? meshOf(overlay).ambient),
        )
          ? []
          : ['nobody may scrape']),
        ...(peers === undefined ? ['no PeerAuthentication'] : []),
        ...(peers !== undefined && !['STRICT', 'PERMISSIVE'].includes(peers.spec.mtls?.mode) ? ['no mTLS'] : []),
        ...overlay
          .all('DestinationRule')
          .filter(({ spec }) => !(spec.trafficPolicy.outlierDetection.maxEjectionPercent <= 50))
          .map(() => 'more than half may be ejected'),
      ]
    },
  },
  {
    rule: 'mTLS is strict where service.yaml does not ask otherwise',
    contradictions: (overlay) => {
      const permissive = /^\s+mtls: permissive$/m.test(overlay.read('service.yaml'))
      return overlay
        .all('PeerAuthentication')
        .filter(({ spec }) => (spec.mtls?.mode === 'PERMISSIVE') !== permissive)
        .map(({ spec }) => `mTLS is ${spec.mtls?.mode}`)
    },
  },
  {
    rule: 'the Gateway is Istio’s own, on 80 and 443, and plain HTTP is sent on',
    contradictions: (overlay) =>
      overlay.istioGateways.flatMap(({ spec }) => [
        ...(spec.selector?.istio === 'ingressgateway' ? [] : [`selects ${JSON.stringify(spec.selector)}`]),
        ...spec.servers.flatMap(({ port, tls }: Manifest) => [
          ...(port.number === (port.protocol === 'HTTPS' ? 443 : 80) ? [] : [`${port.protocol} on ${port.number}`]),
          ...(port.protocol === 'HTTPS' || tls?.httpsRedirect === true ? [] : ['plain HTTP is served']),
        ]),
      ]),
  },
  {
    rule: 'a VirtualService answers for the Service, and each of its weights is stated',
    contradictions: (overlay) =>
      overlay.all('VirtualService').flatMap(({ spec }) => [
        ...(spec.hosts.includes(serviceName(overlay)) ? [] : [`hosts ${spec.hosts}`]),
        ...spec.http
          // A fault has one destination, which has all of it.
          .filter(({ fault }: Manifest) => fault === undefined)
          .flatMap(({ route }: Manifest) => route)
          .filter(({ weight }: Manifest) => !(weight >= 0))
          .map(() => 'a destination without a weight'),
      ]),
  },
  {
    rule: 'Prometheus asks for a path that is served',
    contradictions: (overlay) =>
      overlay
        .all('ServiceMonitor', 'PodMonitor')
        .flatMap(({ spec }) => spec.endpoints ?? spec.podMetricsEndpoints)
        .filter(({ path }: Manifest) => !overlay.read('internal/app/components.go').includes(`"GET ${path}"`))
        .map(({ path }: Manifest) => `nobody serves ${path}`),
  },
  {
    rule: 'an autoscaler leaves room to react, and a disruption budget takes some pods and never all',
    contradictions: (overlay) => [
      ...overlay
        .all('HorizontalPodAutoscaler')
        .flatMap(({ spec }) => spec.metrics)
        .map(({ resource, containerResource }: Manifest) => (containerResource ?? resource)?.target?.averageUtilization)
        .filter((percent: number | undefined) => percent !== undefined && percent > 95)
        .map((percent: number) => `scales at ${percent} %`),
      ...overlay
        .all('PodDisruptionBudget')
        .filter(({ spec }) => !(spec.maxUnavailable === 1 || spec.minAvailable >= 1))
        .map(({ spec }) => `maxUnavailable ${spec.maxUnavailable}`),
    ],
  },
]
