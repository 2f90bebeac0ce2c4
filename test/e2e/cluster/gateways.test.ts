import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Manifest, type Overlay, overlaysOf } from '../../support/manifests.js'
import { generate, recipe, workFolder } from '../../support/project.js'
import { record } from '../../support/proof.js'
import { describeWith } from '../../support/tools.js'
import { toolVersion } from '../tools/table.mjs'
import { ControlPlane, controlPlaneTools, listOf } from './control-plane.js'
import { GatewayControllers } from './gateway-controllers.js'
import * as judge from './gateway-judge.js'
import { envoyNamespace } from './gateway-proxies.js'
import { selects } from './network-policies.js'
import { inSyncOrder } from './sync-order.js'
import { prepareCluster, volumes } from './world.js'

const patience = 240_000
/** Port of the mesh's tunnel, and of the HTTPS listeners; Envoy Gateway moves its own out of the way of root's. */
const tunnel = 15_008
const [secure, moved] = [443, 10_443]
/** Of a request of 500m. */
const [idle, busy, use] = ['200m', '500m', 40]

/** Ways in, each with a service of its own beside the proxies that bring its traffic. */
const ways = {
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
type Way = keyof typeof ways
const all = Object.keys(ways) as Way[]
/** Where the proxies run that bring the traffic, if not beside the service. */
const elsewhere: Readonly<Partial<Record<Way, string>>> = { envoy: envoyNamespace, split: 'istio-system' }

describeWith([...controlPlaneTools, 'kustomize'], 'proxies of gateways and waypoints, beside the service', () => {
  const work = workFolder()
  const overlays = new Map<Way, Overlay>()
  const refused = new Map<Way, string[]>()
  let plane: ControlPlane
  let controllers: GatewayControllers

  beforeAll(async () => {
    plane = await ControlPlane.start({ runs: true, metrics: true })
    prepareCluster(plane)
    controllers = new GatewayControllers(plane, ['envoy-within'])
    apply([...volumes('fast', '20Gi', 8), ...installed()])
    for (const way of all) {
      const project = generate(work, recipe(way, `--namespace=${way}`, ...ways[way]))
      const overlay = overlaysOf(project).find(({ environment }) => environment === 'production') as Overlay
      overlays.set(way, overlay)
      apply(inSyncOrder(overlay.objects))
      refused.set(way, controllers.reconcile(way))
    }
    await until(() => all.every((way) => worldOf(way).own.length >= fewest(way)))
    for (const way of all) {
      load(way, idle, '20m')
    }
  }, patience)
  afterAll(() => plane?.stop(), patience)

  const apply = (objects: readonly Manifest[]) =>
    plane.succeed(['apply', '--server-side', '--force-conflicts', '--field-manager=argocd-controller', '-f', '-'], {
      input: listOf(objects),
    })
  const overlayOf = (way: Way) => overlays.get(way) as Overlay
  const worldOf = (way: Way) => judge.worldOf(plane, way, overlayOf(way).workloads, elsewhere[way])
  /** Pods of all workloads together when nothing happens. */
  const fewest = (way: Way) => {
    const overlay = overlayOf(way)
    const scaled = overlay.all('HorizontalPodAutoscaler').map(({ spec }) => spec.minReplicas)
    const stated = overlay.workloads.map(({ spec }) => spec.replicas ?? 0)
    return [...scaled, ...stated].reduce((sum, count) => sum + count, 0)
  }
  /** Lets the pods of a way use this much CPU each. */
  const load = (way: Way, own: string, proxy: string) => {
    const world = worldOf(way)
    for (const [pods, cpu] of [
      [world.own, own],
      [world.proxies, proxy],
    ] as const) {
      for (const namespace of new Set(pods.map(({ metadata }) => metadata.namespace))) {
        const names = pods
          .filter(({ metadata }) => metadata.namespace === namespace)
          .map(({ metadata }) => metadata.name)
        const usage = [`kwok.x-k8s.io/usage-cpu=${cpu}`, 'kwok.x-k8s.io/usage-memory=64Mi']
        plane.succeed(['annotate', '--overwrite', 'pods', ...names, '-n', namespace, ...usage])
      }
    }
  }
  const evict = ({ metadata: { name, namespace } }: Manifest) =>
    plane.kubectl(['create', '--raw', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } }),
    })
  /** Everything that can be told at one moment. */
  const found = (way: Way, percent?: number) => {
    const [world, overlay] = [worldOf(way), overlayOf(way)]
    return {
      refused: [...(refused.get(way) ?? []), ...judge.refusedFindings(world)],
      budgets: judge.budgetFindings(world),
      endpoints: judge.endpointFindings(world, overlay),
      selectors: judge.selectorFindings(world, overlay),
      traffic: judge.trafficFindings(world, connections(way, world)),
      scalers: judge.scalerFindings(world, overlay, percent),
    }
  }
  const nothing = { refused: [], budgets: [], endpoints: [], selectors: [], traffic: [], scalers: [] }
  const recorded = (way: Way, result: ReturnType<typeof found>) => {
    const world = worldOf(way)
    record({
      ...proof,
      subject: way,
      judged: world.own.length + world.proxies.length,
      findings: Object.values(result).flat(),
    })
    return result
  }

  test.each(all)(
    '%s: what is the service’s means its own pods alone, and requests come in',
    async (way) => {
      await until(() => sameText(found(way, use), nothing), 60_000)
      expect(recorded(way, found(way, use))).toEqual(nothing)
      const world = worldOf(way)
      const stranger = world.objects.find(({ kind, metadata }) => kind === 'Pod' && metadata.name === 'stranger')
      const tried = [{ from: [stranger], to: world.own, port: portsOf(world.own[0])[0] as number }]
      expect(judge.trafficFindings(world, tried)).toHaveLength(world.own.length)
    },
    patience,
  )

  test.each(all)(
    '%s: a pod of each can be evicted, and another one waits for it where there is a budget',
    (way) => {
      const { own, proxies, objects } = worldOf(way)
      for (const pods of [own, proxies]) {
        const [first, second] = pods
        expect(evict(first)).toMatchObject({ code: 0 })
        const budgets = objects.filter(
          ({ kind, metadata, spec }) =>
            kind === 'PodDisruptionBudget' &&
            metadata.namespace === first.metadata.namespace &&
            selects(spec.selector, first.metadata.labels) &&
            selects(spec.selector, second?.metadata.labels),
        )
        if (budgets.length > 0) {
          expect(evict(second).output).toContain('disruption budget')
        }
      }
    },
    patience,
  )

  test(
    'more load: each is scaled by what it does itself',
    async () => {
      await until(() => all.every((way) => worldOf(way).own.length >= fewest(way)))
      for (const way of all) {
        load(way, busy, '100m')
        const { objects, makers } = worldOf(way)
        const scaled: string[] = objects
          .filter(({ kind, metadata }) => kind === 'HorizontalPodAutoscaler' && metadata.namespace === way)
          .map(({ spec }) => spec.scaleTargetRef.name)
        for (const { kind, metadata } of [...overlayOf(way).workloads, ...makers]) {
          if (!scaled.includes(metadata.name)) {
            const replicas = makers.some((one) => one.metadata.name === metadata.name) ? 3 : 4
            plane.succeed(['scale', `${kind}/${metadata.name}`, `--replicas=${replicas}`, '-n', metadata.namespace])
          }
        }
      }
      await until(() =>
        all.every((way) => {
          const { own, proxies, makers } = worldOf(way)
          return own.length > fewest(way) && proxies.length === 3 * makers.length
        }),
      )
      for (const way of all) {
        await until(() => sameText(found(way), nothing), 30_000)
        expect(recorded(way, found(way))).toEqual(nothing)
      }
    },
    patience,
  )

  /** Changes the live Gateways of a way, and lets the controllers follow. */
  const planted = async (way: Way, operations: readonly Manifest[]) => {
    for (const { metadata } of overlayOf(way).all('Gateway')) {
      plane.succeed([
        'patch',
        'gateways.v1.gateway.networking.k8s.io',
        metadata.name,
        '-n',
        way,
        '--type=json',
        '-p',
        JSON.stringify(operations),
      ])
    }
    refused.set(way, controllers.reconcile(way))
    for (const { metadata } of worldOf(way).makers) {
      plane.succeed(['rollout', 'status', `deployment/${metadata.name}`, '-n', metadata.namespace, '--timeout=90s'])
    }
    load(way, idle, '20m')
  }
  const withoutLabels = [{ op: 'remove', path: '/spec/infrastructure/labels' }]

  test.each(['ambient', 'istio-class'] as const)(
    '%s, with the labels left out that keep the Gateway’s own from being copied: every judge notices',
    async (way) => {
      await planted(way, withoutLabels)
      const wanted = {
        budgets: expect.arrayContaining([expect.stringMatching(/^Pod orders-\w+.* has the budgets orders,orders-/)]),
        endpoints: expect.arrayContaining([expect.stringMatching(/^Service orders reaches orders-(gateway|waypoint)/)]),
        selectors: expect.arrayContaining([
          expect.stringMatching(/^NetworkPolicy orders selects Pod orders-(gateway|waypoint)/),
          ...(way === 'ambient' ? [expect.stringMatching(/^AuthorizationPolicy orders-pods selects Pod/)] : []),
        ]),
        traffic: expect.arrayContaining([
          expect.stringMatching(/^a client outside can't connect to orders-gateway-.*:443$/),
        ]),
        scalers: expect.arrayContaining([
          expect.stringMatching(/^HorizontalPodAutoscaler orders is AmbiguousSelector/),
          expect.stringMatching(/^HorizontalPodAutoscaler orders-\w+(-istio)? is AmbiguousSelector/),
        ]),
      }
      await until(() => found(way).scalers.length > 1, 60_000)
      expect(found(way)).toMatchObject(wanted)
      expect(evict(worldOf(way).proxies[0] as Manifest).output).toContain('more than one PodDisruptionBudget')
    },
    patience,
  )

  test(
    'without an autoscaler of the proxies’ own, their load is counted as the service’s, which is noticed, too',
    async () => {
      const ours = ['configmap', 'orders-proxies', '-n', 'istio-class', '--type=json', '-p']
      const without = ['horizontalPodAutoscaler', 'podDisruptionBudget', 'deployment'].map((key) => ({
        op: 'remove',
        path: `/data/${key}`,
      }))
      plane.succeed(['patch', ...ours, JSON.stringify(without)])
      plane.succeed(['delete', 'hpa,pdb', 'orders-gateway-istio', '-n', 'istio-class'])
      refused.set('istio-class', controllers.reconcile('istio-class'))
      load('istio-class', idle, '20m')
      const counted = () => found('istio-class', use).scalers
      await until(() => counted().length === 1 && /counts \d+ %/.test(counted()[0] ?? ''), 60_000)
      expect(counted()).toEqual([expect.stringContaining(`its own pods use ${use} %`)])
      // Nor does "restricted" let its pods in any more.
      expect(found('istio-class').refused).toEqual([expect.stringContaining('violates PodSecurity')])
    },
    patience,
  )

  test(
    'a name for Envoy Gateway’s pods other than its own: it makes none, and that is noticed',
    async () => {
      const named = [
        { op: 'add', path: '/spec/infrastructure/labels/app.kubernetes.io~1name', value: 'orders-gateway' },
      ]
      plane.succeed(['delete', 'deployments', '--all', '-n', envoyNamespace])
      await planted('envoy', named)
      expect(found('envoy').refused).toEqual([expect.stringContaining('`selector` does not match template `labels`')])
    },
    patience,
  )
})

const proof = {
  group: 'manifests',
  tool: 'kube-controller-manager, beside the proxies of gateways',
  version: toolVersion('kubernetes'),
  unit: 'pods',
}

/** Who has to reach whom for a request to arrive. */
function connections(way: Way, { own, proxies }: judge.World): Parameters<typeof judge.trafficFindings>[1] {
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

/** Ports for traffic, of which the first is HTTP's. */
function portsOf(pod: Manifest): number[] {
  return pod.spec.containers[0].ports
    .filter(({ name }: Manifest) => name === 'http' || name === 'grpc')
    .map(({ containerPort }: Manifest) => containerPort)
}

/** What is there before the services: the controllers' classes, a gateway as Istio's chart installs it, a stranger. */
function installed(): Manifest[] {
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

function sameText(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

/** Polls until something holds or the time is over: what then holds is for the expectation to tell. */
async function until(holds: () => boolean, milliseconds = 120_000): Promise<void> {
  const deadline = Date.now() + milliseconds
  while (!holds() && Date.now() < deadline) {
    await sleep(1000)
  }
}
