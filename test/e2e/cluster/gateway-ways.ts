import type { Manifest } from '../../support/manifests.js'
import type * as judge from './gateway-judge.js'
import { envoyNamespace } from './gateway-proxies.js'

/** Port of the mesh's tunnel, and of the HTTPS listeners; Envoy Gateway moves its own out of the way of root's. */
const tunnel = 15_008
const [secure, moved] = [443, 10_443]
/** Ways in, each with a service of its own beside the proxies that bring its traffic. */
export const ways = {
  ambient: ['--preset=production', '--istio-mode=ambient', '--rollout-strategy=rolling'],
  'ambient-stateful': [
    '--preset=production',
    '--istio-mode=ambient',
    '--workload-kind=statefulset',
    '--rollout-strategy=rolling',
    '--workload-volume-storage-class=fast',
  ],
  'istio-class': ['--gateway-api', '--gateway-api-class=istio', '--grpc'],
  envoy: ['--gateway-api'],
  'envoy-within': ['--gateway-api', '--rollout-strategy=blue-green', '--rollout-engine=none'],
  split: ['--preset=production', '--rollout-strategy=rolling', '--rollout-weights=80,20'],
} as const
export type Way = keyof typeof ways
export const all = Object.keys(ways) as Way[]
/** Where the proxies run that bring the traffic, if not beside the service. */
export const elsewhere: Readonly<Partial<Record<Way, string>>> = { envoy: envoyNamespace, split: 'istio-system' }

/** Who has to reach whom for a request to arrive. */
export function connections(way: Way, { own, proxies }: judge.World): Parameters<typeof judge.trafficFindings>[1] {
  const [waypoints, gateways] = [true, false].map((wanted) =>
    proxies.filter(({ spec }) => (spec.containers[0].args?.[1] === 'waypoint') === wanted),
  ) as [Manifest[], Manifest[]]
  const ports: number[] = portsOf(own[0])
  const listener = way === 'envoy' || way === 'envoy-within' ? moved : secure
  return [
    { from: 'outside', to: gateways, port: listener },
    ...(waypoints.length > 0
      ? [
          { from: gateways, to: waypoints, port: tunnel },
          { from: waypoints, to: own, port: tunnel },
        ]
      : []),
    ...ports.map((port) => ({ from: waypoints.length > 0 ? waypoints : gateways, to: own, port })),
  ]
}

/** A pod's ports for traffic, of which the first is HTTP's. */
export function portsOf(pod: Manifest): number[] {
  return pod.spec.containers[0].ports
    .filter(({ name }: Manifest) => name === 'http' || name === 'grpc')
    .map(({ containerPort }: Manifest) => containerPort)
}

/** What is there before the services: the controllers' classes, a gateway as Istio's chart installs it, a stranger. */
export function installed(): Manifest[] {
  const pod = (name: string) => ({ containers: [{ name, image: `registry.example.com/${name}:1` }] })
  const labels = { app: 'istio-ingressgateway', istio: 'ingressgateway' }
  return [
    ...[envoyNamespace, 'istio-system', 'elsewhere'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    })),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'istio-ingressgateway', namespace: 'istio-system', labels },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: pod('istio-proxy') },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'stranger', namespace: 'elsewhere' },
      spec: pod('stranger'),
    },
  ]
}
