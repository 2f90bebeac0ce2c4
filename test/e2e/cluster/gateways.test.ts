import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Manifest } from '../../support/manifests.js'
import { workFolder } from '../../support/project.js'
import { describeWith } from '../../support/tools.js'
import { controlPlaneTools } from './control-plane.js'
import * as judge from './gateway-judge.js'
import { envoyNamespace } from './gateway-proxies.js'
import { nothing, Scene, until } from './gateway-scene.js'
import { all, portsOf } from './gateway-ways.js'
import { selects } from './network-policies.js'

const patience = 240_000
/** Of a request of 500m. */
const [idle, busy, use] = ['200m', '500m', 40]

describeWith([...controlPlaneTools, 'kustomize'], 'proxies of gateways and waypoints, beside the service', () => {
  const work = workFolder()
  let scene: Scene
  beforeAll(async () => {
    scene = await Scene.start(work)
    for (const way of all) {
      scene.load(way, idle, '20m')
    }
  }, patience)
  afterAll(() => scene?.plane.stop(), patience)

  test.each(all)(
    '%s: what is the service’s means its own pods alone, and requests come in',
    async (way) => {
      expect(await scene.judged(way, use)).toEqual(nothing)
      const world = scene.worldOf(way)
      const stranger = world.objects.find(({ kind, metadata }) => kind === 'Pod' && metadata.name === 'stranger')
      const tried = [{ from: [stranger], to: world.own, port: portsOf(world.own[0])[0] as number }]
      expect(judge.trafficFindings(world, tried)).toHaveLength(world.own.length)
    },
    patience,
  )

  test.each(all)(
    '%s: a pod of each can be evicted, and another one waits for it where there is a budget',
    (way) => {
      const { own, proxies, objects } = scene.worldOf(way)
      for (const pods of [own, proxies]) {
        const [first, second] = pods
        expect(scene.evict(first)).toMatchObject({ code: 0 })
        const budgets = objects.filter(
          ({ kind, metadata, spec }) =>
            kind === 'PodDisruptionBudget' &&
            metadata.namespace === first.metadata.namespace &&
            selects(spec.selector, first.metadata.labels) &&
            selects(spec.selector, second?.metadata.labels),
        )
        const isProtected = pods === own || way === 'istio-class' || way.startsWith('ambient')
        expect(budgets).toHaveLength(isProtected ? 1 : 0)
        if (isProtected) {
          expect(scene.evict(second).output).toContain('disruption budget')
        }
      }
    },
    patience,
  )

  test(
    'more load: each is scaled by what it does itself',
    async () => {
      await until(() => all.every((way) => scene.worldOf(way).own.length >= scene.fewest(way)))
      for (const way of all) {
        scene.load(way, busy, '100m')
        const { objects, makers } = scene.worldOf(way)
        const scaled: string[] = objects
          .filter(({ kind, metadata }) => kind === 'HorizontalPodAutoscaler' && metadata.namespace === way)
          .map(({ spec }) => spec.scaleTargetRef.name)
        for (const { kind, metadata } of [...scene.overlayOf(way).workloads, ...makers]) {
          if (!scaled.includes(metadata.name)) {
            const replicas = makers.some((one) => one.metadata.name === metadata.name) ? 3 : 4
            scene.plane.succeed([
              'scale',
              `${kind}/${metadata.name}`,
              `--replicas=${replicas}`,
              '-n',
              metadata.namespace,
            ])
          }
        }
      }
      await until(() =>
        all.every((way) => {
          const { own, proxies, makers } = scene.worldOf(way)
          return own.length > scene.fewest(way) && proxies.length === 3 * makers.length
        }),
      )
      for (const way of all) {
        expect(await scene.judged(way)).toEqual(nothing)
      }
    },
    patience,
  )

  const withoutLabels = [{ op: 'remove', path: '/spec/infrastructure/labels' }]

  test.each(['ambient', 'istio-class'] as const)(
    '%s, with the labels left out that keep the Gateway’s own from being copied: every judge notices',
    async (way) => {
      scene.change(way, withoutLabels)
      scene.load(way, idle, '20m')
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
      await until(() => scene.found(way).scalers.length > 1, 60_000)
      expect(scene.found(way)).toMatchObject(wanted)
      expect(scene.evict(scene.worldOf(way).proxies[0] as Manifest).output).toContain(
        'more than one PodDisruptionBudget',
      )
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
      scene.plane.succeed(['patch', ...ours, JSON.stringify(without)])
      scene.plane.succeed(['delete', 'hpa,pdb', 'orders-gateway-istio', '-n', 'istio-class'])
      scene.reconcile('istio-class')
      scene.load('istio-class', idle, '20m')
      const counted = () => scene.found('istio-class', use).scalers
      await until(() => counted().length === 1 && /counts \d+ %/.test(counted()[0] ?? ''), 60_000)
      expect(counted()).toEqual([expect.stringContaining(`its own pods use ${use} %`)])
      // Nor does "restricted" let its pods in any more.
      expect(scene.found('istio-class').refused).toEqual([expect.stringContaining('violates PodSecurity')])
    },
    patience,
  )

  test(
    'a name for Envoy Gateway’s pods other than its own: it makes none, and that is noticed',
    async () => {
      const named = [
        { op: 'add', path: '/spec/infrastructure/labels/app.kubernetes.io~1name', value: 'orders-gateway' },
      ]
      scene.plane.succeed(['delete', 'deployments', '--all', '-n', envoyNamespace])
      scene.change('envoy', named)
      expect(scene.found('envoy').refused).toEqual([
        expect.stringContaining('`selector` does not match template `labels`'),
      ])
    },
    patience,
  )
})
