import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Manifest, type Overlay, overlaysOf } from '../../support/manifests.js'
import { generate, recipe, workFolder } from '../../support/project.js'
import { PrometheusDouble } from '../../support/prometheus-double.js'
import { describeWith, succeed } from '../../support/tools.js'
import { ControlPlane, controlPlaneTools, listOf } from './control-plane.js'
import { PodWatch } from './pod-watch.js'
import { inSyncOrder } from './sync-order.js'
import { prepareCluster } from './world.js'

const patience = 240_000
const hash = 'rollouts-pod-template-hash'
const asArgo = [
  '--server-side',
  '--force-conflicts',
  '--field-manager=argocd-controller',
  '--validate=strict',
  '-f',
  '-',
]

/** Minutes become seconds, so that a release takes less than the patience of a test; what it consists of stays. */
function hurried(object: Manifest): Manifest {
  const text = JSON.stringify(object)
  return !['Rollout', 'AnalysisTemplate'].includes(object.kind)
    ? object
    : JSON.parse(
        text
          .replaceAll('"initialDelay":"120s"', '"initialDelay":"2s"')
          .replaceAll('"initialDelay":"60s"', '"initialDelay":"1s"')
          .replaceAll('"interval":"60s"', '"interval":"2s"')
          .replaceAll('"duration":"10m"', '"duration":"8s"')
          .replaceAll('"minReadySeconds":10', '"minReadySeconds":1')
          .replaceAll('"count":8', '"count":3')
          .replaceAll('"scaleDownDelaySeconds":600', '"scaleDownDelaySeconds":15')
          .replaceAll('"scaleDownDelaySeconds":30', '"scaleDownDelaySeconds":4')
          .replaceAll('"abortScaleDownDelaySeconds":600', '"abortScaleDownDelaySeconds":6'),
      )
}

describeWith(
  [...controlPlaneTools, 'kustomize', 'argo-rollouts'],
  'releases, by the real controller of Argo Rollouts',
  () => {
    const work = workFolder()
    let plane: ControlPlane
    let prometheus: PrometheusDouble

    beforeAll(async () => {
      prometheus = await PrometheusDouble.start()
      plane = await ControlPlane.start({ runs: true, metrics: true })
      prepareCluster(plane)
      plane.startRollouts()
    }, patience)
    afterAll(async () => {
      prometheus?.stop()
      await plane?.stop()
    }, patience)

    /** Brings production of a service up in a namespace of its own. */
    function production(id: string, ...flags: string[]) {
      const project = generate(
        work,
        recipe(id, `--namespace=${id}`, `--metrics-prometheus=${prometheus.address}`, ...flags),
      )
      const overlay = overlaysOf(project).find(({ environment }) => environment === 'production') as Overlay
      const inside = ['-n', id]
      const withImage = (commit: string): Manifest[] =>
        overlay.objects.map((object) => JSON.parse(JSON.stringify(hurried(object)).replaceAll('0'.repeat(40), commit)))
      const apply = (objects: readonly Manifest[]) =>
        plane.succeed(['apply', ...asArgo], { input: listOf(inSyncOrder(objects)) })
      const credentials = (command: string, folder: string) =>
        succeed('sh', ['scripts/credentials.sh', command, 'production'], {
          cwd: project,
          env: { PATH: `${folder}:${process.env['PATH']}` },
        })
      credentials('create', plane.kubectlFolder(['admin', 'system:masters']))
      const pods = new PodWatch(plane, id)
      const get = (...args: string[]): Manifest => plane.json(['get', ...args, ...inside])
      const rollout = (): Manifest => get('rollouts.argoproj.io/orders')
      const asOperators = { as: ['somebody', 'orders-operators'] }
      /** Waits for the controller. @throws Error with the state, and the end of its log */
      const until = async (what: string, holds: () => boolean) => {
        const deadline = Date.now() + 90_000
        while (!holds()) {
          if (Date.now() > deadline) {
            const { status } = rollout()
            const runs = get('analysisruns.argoproj.io').items.map(({ status: run }: Manifest) => run)
            throw new Error(
              `not so: ${what}\n${JSON.stringify({ status, runs }, null, 1)}\n${plane.logOf('argo-rollouts')}`,
            )
          }
          await sleep(400)
        }
      }
      return {
        id,
        overlay,
        inside,
        pods,
        get,
        rollout,
        until,
        withImage,
        apply,
        /** A new commit, as Argo CD applies it: objects that differ in nothing but what it leaves alone are left out. */
        release: (commit: string) => {
          apply(
            withImage(commit).filter(({ kind }) => !['VirtualService', 'DestinationRule', 'Service'].includes(kind)),
          )
        },
        /** A commit with a gate, as scripts/promote.sh writes both and Argo CD applies them. */
        gated: (gate: string, commit: string) => {
          const file = path.join(project, 'deploy/overlays/production/kustomization.yaml')
          const text = fs.readFileSync(file, 'utf8')
          fs.writeFileSync(file, text.replace(/components\/.* # gate$/m, `components/${gate} # gate`))
          const { objects } = overlaysOf(project).find(({ environment }) => environment === 'production') as Overlay
          const rollouts = objects.filter(({ kind }) => kind === 'Rollout')
          apply(
            rollouts.map((object) => JSON.parse(JSON.stringify(hurried(object)).replaceAll('0'.repeat(40), commit))),
          )
        },
        phase: () => {
          const { status, metadata } = rollout()
          return Number(status?.observedGeneration) === metadata.generation ? status.phase : 'behind'
        },
        /** `kubectl argo rollouts promote` and `abort`, which patch the status, as a member of the group. */
        promote: () =>
          plane.succeed(
            [
              'patch',
              'rollouts.argoproj.io/orders',
              ...inside,
              '--subresource=status',
              '--type=merge',
              '-p',
              '{"status":{"pauseConditions":null}}',
            ],
            asOperators,
          ),
        abort: () =>
          plane.succeed(
            [
              'patch',
              'rollouts.argoproj.io/orders',
              ...inside,
              '--subresource=status',
              '--type=merge',
              '-p',
              '{"status":{"abort":true}}',
            ],
            asOperators,
          ),
        rotate: () => credentials('rotate', plane.kubectlFolder(asOperators.as)),
        /** Pods of a commit that are ready. */
        ready: (commit: string): number =>
          get('pods').items.filter(
            ({ spec, status, metadata }: Manifest) =>
              spec.containers[0].image.endsWith(commit) &&
              metadata.deletionTimestamp === undefined &&
              status.conditions?.some(({ type, status: is }: Manifest) => type === 'Ready' && is === 'True'),
          ).length,
        weights: (): number[][] =>
          // Whoever asks for a version by name gets it all the time.
          get('virtualservices.networking.istio.io/orders')
            .spec.http.filter(({ name }: Manifest) => name !== 'preview')
            .map(({ route }: Manifest) => route.map(({ weight }: Manifest) => weight)),
        subsets: (): (string | undefined)[] =>
          get('destinationrules.networking.istio.io/orders').spec.subsets.map(({ labels }: Manifest) => labels[hash]),
        selected: (service: string): string | undefined => get('service', service).spec.selector[hash],
        lastRun: (template: string): Manifest =>
          get('analysisruns.argoproj.io')
            .items.filter(({ spec }: Manifest) => spec.metrics.some(({ name }: Manifest) => name === template))
            .sort((a: Manifest, b: Manifest) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1))
            .at(-1)?.status,
      }
    }
    const [one, two, three, four] = ['1', '2', '3', '4'].map((digit) => digit.repeat(40)) as [
      string,
      string,
      string,
      string,
    ]
    /** What each part of an analysis is answered. */
    const answer = (errors: number | 'nothing' | 'down', latency: typeof errors, requests: typeof errors) => {
      prometheus.answers.clear()
      prometheus.answers.set('histogram_quantile', latency)
      prometheus.answers.set('clamp_min', errors)
      prometheus.answers.set('min(up', 1)
      prometheus.answers.set('[600s:', requests)
      prometheus.answers.set('code=~', 0)
    }
    const both = (stable: number, canary: number) => [
      [stable, canary],
      [stable, canary],
    ]

    describe('a promotion by a commit, and none by the cluster', () => {
      test(
        'a canary goes on where it was, is complete, and stays so when the gate closes; the way back waits for nobody',
        async () => {
          answer(0, 0.1, 1000)
          const service = production('committed', '--istio', '--rollout-strategy=canary')
          service.apply(service.withImage(one))
          await service.until('one is healthy', () => service.phase() === 'Healthy' && service.ready(one) === 2)
          service.gated('canary', two)
          await service.until('two waits', () => service.phase() === 'Paused')
          expect(service.weights()).toEqual(both(90, 10))
          const weights: number[] = []
          service.gated('canary-past-10', two)
          await service.until('two has it all', () => {
            weights.push(service.weights()[0]?.[1] as number)
            return service.phase() === 'Healthy' && service.ready(one) === 0
          })
          // Half of it came next, never less than before.
          expect(weights).toContain(50)
          expect(weights.slice(0, weights.indexOf(50)).every((weight) => weight === 10)).toBe(true)
          expect(service.weights()).toEqual(both(100, 0))
          service.gated('canary', two)
          await service.until('the gate is seen', () => service.phase() !== 'behind')
          await sleep(3000)
          expect([service.phase(), service.weights()]).toEqual(['Healthy', both(100, 0)])

          service.gated('canary', three)
          await service.until('three waits', () => service.phase() === 'Paused')
          service.gated('canary-past-50', two)
          await service.until('two is back', () => service.phase() === 'Healthy' && service.weights()[0]?.[0] === 100)
          expect(service.ready(two)).toBeGreaterThanOrEqual(2)
          service.gated('canary', two)
          await service.until('the gate is seen again', () => service.phase() === 'Healthy')
        },
        patience,
      )

      test(
        'blue-green: the Service turns',
        async () => {
          answer(0, 0.1, 1000)
          const service = production('turned', '--rollout-strategy=blue-green')
          service.apply(service.withImage(one))
          await service.until('one is healthy', () => service.phase() === 'Healthy' && service.ready(one) === 2)
          const before = service.selected('orders')
          service.gated('blue-green', two)
          await service.until('two waits', () => service.phase() === 'Paused')
          expect(service.selected('orders')).toBe(before)
          service.gated('blue-green-past-preview', two)
          await service.until('two serves', () => service.selected('orders') !== before)
          service.gated('blue-green', two)
          await service.until('it is complete', () => service.phase() === 'Healthy')
          expect(service.selected('orders')).toBe(service.selected('orders-preview'))
        },
        patience,
      )
    })

    describe('a canary in the mesh', () => {
      let service: ReturnType<typeof production>
      /** The autoscaler takes minutes to take a pod away. */
      const wanted = (): number => service.rollout().spec.replicas
      beforeAll(async () => {
        answer('nothing', 'nothing', 'nothing')
        service = production('mesh', '--istio', '--rollout-strategy=canary')
        service.apply(service.withImage(one))
        await service.until(
          'the autoscaler has two pods',
          () => service.phase() === 'Healthy' && service.ready(one) === 2,
        )
      }, patience)
      afterAll(() => service?.pods.stop())

      test('the first version takes no steps, and the autoscaler owns the number of its pods', async () => {
        expect(service.rollout().spec.replicas).toBe(2)
        expect(service.weights()).toEqual(both(100, 0))
        expect(new Set(service.subsets()).size).toBe(1)
        await service.until('it sees both', () => service.get('hpa', 'orders').status.currentReplicas === 2)
      })

      test(
        'a new version has a tenth of every route and waits for a person, whatever is not known of it',
        async () => {
          answer('nothing', Number.NaN, 'nothing')
          service.pods.mark()
          service.release(two)
          await service.until('it waits', () => service.phase() === 'Paused' && service.weights()[0]?.[1] === 10)
          expect(service.weights()).toEqual(both(90, 10))
          expect([service.ready(one), service.ready(two)]).toEqual([2, 2])
          const [stable, canary] = service.subsets()
          expect([stable, canary]).toEqual([service.rollout().status.stableRS, service.rollout().status.currentPodHash])
          expect(stable).not.toBe(canary)
          await service.until(
            'four measurements of each',
            () =>
              service.lastRun('http-errors')?.metricResults?.length === 2 &&
              service.lastRun('http-errors').metricResults.every(({ successful }: Manifest) => successful >= 4),
          )
          expect(service.lastRun('http-errors').phase).toBe('Running')
          expect(service.phase()).toBe('Paused')
          // What the alert ReleaseWaits looks at.
          expect(await plane.rolloutsMetrics()).toMatch(
            /^rollout_info\{name="orders",namespace="mesh",phase="Paused",strategy="canary",traffic_router="[^"]*"\} 1$/m,
          )
          // Both sides are asked for by the hash of their pods.
          const query = prometheus.queries.find(
            (text) => text.includes('clamp_min') && text.includes('namespace="mesh"'),
          )
          expect(query).toContain(`namespace="mesh",subset="${canary}"`)
          expect(query).toContain(`namespace="mesh",subset="${stable}"`)
        },
        patience,
      )

      test(
        'applied again meanwhile, nothing changes but what the controller puts back',
        async () => {
          const rest = service
            .withImage(two)
            .filter(({ kind }) => !['VirtualService', 'DestinationRule'].includes(kind))
          const generation = () => service.rollout().metadata.generation
          const before = generation()
          expect(
            plane.kubectl(
              ['diff', '--server-side', '--force-conflicts', '--field-manager=argocd-controller', '-f', '-'],
              { input: listOf(rest) },
            ),
          ).toMatchObject({ code: 0, stdout: '' })
          // Somebody applies all of it by hand: the weights of Git are there for a moment.
          service.apply(service.withImage(two))
          await service.until(
            'the weights are back',
            () =>
              JSON.stringify(service.weights()) === JSON.stringify(both(90, 10)) &&
              new Set(service.subsets()).size === 2,
          )
          expect(generation()).toBe(before)
          expect(service.phase()).toBe('Paused')
        },
        patience,
      )

      test(
        'the autoscaler goes on: more pods for the old version, and the share stays',
        async () => {
          const least = (minReplicas: number) =>
            plane.succeed([
              'patch',
              'hpa',
              'orders',
              ...service.inside,
              '--type=merge',
              '-p',
              JSON.stringify({ spec: { minReplicas } }),
            ])
          least(4)
          await service.until('four of the old', () => service.ready(one) === 4)
          expect(service.ready(two)).toBe(2)
          expect(service.weights()).toEqual(both(90, 10))
          least(2)
        },
        patience,
      )

      test(
        'promoted by the group: half of the traffic, and all of it after enough requests; no pod too few',
        async () => {
          // Two bad minutes are forgiven.
          answer(2, 0, 1000)
          service.promote()
          await service.until('half', () => service.weights()[0]?.[1] === 50)
          await service.until('all', () => service.phase() === 'Healthy')
          expect(service.lastRun('requests').phase).toBe('Successful')
          // The phase is told before the routes are.
          await service.until('all traffic is stable', () => isDeepStrictEqual(service.weights(), both(100, 0)))
          expect(new Set(service.subsets())).toEqual(new Set([service.rollout().status.stableRS]))
          await service.until('the old pods are gone', () => service.ready(one) === 0)
          expect(service.pods.fewestReady).toBeGreaterThanOrEqual(2)
        },
        patience,
      )

      test(
        'three bad minutes in a row: all traffic back to the old version, without a person, and its pods were never gone',
        async () => {
          answer(3, 0, 1000)
          const replicas = service.rollout().spec.replicas
          service.release(three)
          await service.until('aborted', () => service.phase() === 'Degraded')
          await service.until('all back', () => JSON.stringify(service.weights()) === JSON.stringify(both(100, 0)))
          expect(service.rollout().status.abort).toBe(true)
          // And ReleaseAborted at this.
          expect(await plane.rolloutsMetrics()).toMatch(/^rollout_info\{name="orders",namespace="mesh",phase="Abort"/m)
          expect(
            service.lastRun('http-errors').metricResults.find(({ name }: Manifest) => name === 'http-errors').failed,
          ).toBe(1)
          expect(service.ready(two)).toBe(replicas)
          await service.until('the bad pods go', () => service.ready(three) === 0)
        },
        patience,
      )

      test(
        'back in Git: sound at once, without steps',
        async () => {
          service.release(two)
          await service.until('sound', () => service.phase() === 'Healthy')
          expect(service.weights()).toEqual(both(100, 0))
        },
        patience,
      )

      test(
        'a Prometheus that can’t be asked aborts as well',
        async () => {
          answer('down', 'down', 'down')
          service.release(three)
          await service.until('aborted', () => service.phase() === 'Degraded')
          expect(service.lastRun('http-errors').phase).toBe('Error')
          service.release(two)
          await service.until('sound', () => service.phase() === 'Healthy')
        },
        patience,
      )

      test(
        'too few requests: it waits for a person at the end of the step',
        async () => {
          answer('nothing', 'nothing', 3)
          service.release(four)
          await service.until('it waits', () => service.phase() === 'Paused')
          service.promote()
          await service.until('inconclusive', () =>
            (service.rollout().status.pauseConditions ?? []).some(
              ({ reason }: Manifest) => reason === 'InconclusiveAnalysisRun',
            ),
          )
          expect(service.weights()).toEqual(both(50, 50))
          expect(service.lastRun('requests').phase).toBe('Inconclusive')
          service.abort()
          await service.until('back', () => JSON.stringify(service.weights()) === JSON.stringify(both(100, 0)))
          service.release(two)
          await service.until('sound', () => service.phase() === 'Healthy')
        },
        patience,
      )

      test(
        'back to the version before, after it was replaced for good: no steps',
        async () => {
          await service.until('settled', () => service.pods.living === wanted() && service.ready(two) === wanted())
          service.release(one)
          await service.until('sound', () => service.phase() === 'Healthy' && service.ready(one) >= wanted())
          expect(service.rollout().status.stableRS).toBe(service.rollout().status.currentPodHash)
        },
        patience,
      )

      test(
        'a rotated Secret: every pod is new, one after the other, with the rights of the operators',
        async () => {
          await service.until('settled', () => service.pods.living === wanted() && service.ready(one) === wanted())
          const uids = () => service.get('pods').items.map(({ metadata }: Manifest) => metadata.uid)
          const old = uids()
          service.pods.mark()
          service.rotate()
          await service.until(
            'new pods',
            () => service.ready(one) === wanted() && uids().every((uid: string) => !old.includes(uid)),
          )
          expect(service.pods.fewestReady).toBeGreaterThanOrEqual(wanted() - 1)
          expect(service.phase()).toBe('Healthy')
        },
        patience,
      )
    })

    describe('a canary without a mesh', () => {
      let service: ReturnType<typeof production>
      beforeAll(async () => {
        answer('nothing', 'nothing', 1000)
        service = production('pods', '--rollout-strategy=canary')
        service.apply(service.withImage(one))
        await service.until('two pods', () => service.phase() === 'Healthy' && service.ready(one) === 2)
      }, patience)
      afterAll(() => service?.pods.stop())

      test(
        'as explained, a tenth of two pods is one of three; then one of two, then all',
        async () => {
          service.pods.mark()
          service.release(two)
          await service.until('it waits', () => service.phase() === 'Paused' && service.ready(two) === 1)
          expect([service.ready(one), service.ready(two)]).toEqual([2, 1])
          service.promote()
          await service.until('all', () => service.phase() === 'Healthy' && service.ready(one) === 0)
          expect(service.ready(two)).toBe(2)
          expect([service.pods.fewestReady, service.pods.mostPods]).toEqual([2, 3])
        },
        patience,
      )
    })

    describe('blue-green', () => {
      let service: ReturnType<typeof production>
      beforeAll(async () => {
        answer('nothing', 'nothing', 'nothing')
        service = production('colours', '--rollout-strategy=blue-green')
        service.apply(service.withImage(one))
        await service.until('two pods', () => service.phase() === 'Healthy' && service.ready(one) === 2)
      }, patience)
      afterAll(() => service?.pods.stop())
      const hashOf = (commit: string) =>
        service.get('pods').items.find(({ spec }: Manifest) => spec.containers[0].image.endsWith(commit))?.metadata
          .labels[hash]

      test(
        'a new version waits whole behind its own Service, while the old one serves',
        async () => {
          service.pods.mark()
          service.release(two)
          await service.until('it waits', () => service.phase() === 'Paused' && service.ready(two) === 2)
          await service.until('looked at', () => service.lastRun('up')?.phase === 'Successful')
          expect([service.selected('orders'), service.selected('orders-preview')]).toEqual([hashOf(one), hashOf(two)])
          expect(service.ready(one)).toBe(2)
        },
        patience,
      )

      test(
        'the Services of Git have no hash: Argo CD leaves it as it is, and by hand it is a conflict',
        async () => {
          const before = [service.selected('orders'), service.selected('orders-preview')]
          const services = service.withImage(two).filter(({ kind }) => kind === 'Service')
          // Without the hash the Service would select both versions, and the controller would not put it back.
          const { code, output } = plane.kubectl(['apply', '--server-side', '-f', '-'], { input: listOf(services) })
          expect([code, output.match(/conflict with "argo-rollouts" using v1: \.spec\.selector/g)?.length]).toEqual([
            1, 2,
          ])
          // RespectIgnoreDifferences copies what is ignored from the live object.
          service.apply(
            services.map((object) => {
              const live = service.selected(object.metadata.name)
              return live === undefined
                ? object
                : { ...object, spec: { ...object.spec, selector: { ...object.spec.selector, [hash]: live } } }
            }),
          )
          await sleep(2000)
          expect([service.selected('orders'), service.selected('orders-preview')]).toEqual(before)
          expect(service.phase()).toBe('Paused')
        },
        patience,
      )

      test(
        'promoted: the Service is turned, the old pods stay for a while, then go',
        async () => {
          service.promote()
          await service.until('turned', () => service.selected('orders') === hashOf(two))
          expect(service.ready(one)).toBe(2)
          await service.until('judged', () => service.lastRun('http-errors')?.phase === 'Successful')
          await service.until('the old pods are gone', () => service.phase() === 'Healthy' && service.ready(one) === 0)
          expect(service.pods.fewestReady).toBeGreaterThanOrEqual(2)
        },
        patience,
      )

      test(
        'worse after the switch: turned back, to pods that were still there',
        async () => {
          answer(3, 0, 1000)
          service.release(three)
          await service.until('it waits', () => service.phase() === 'Paused' && service.ready(three) === 2)
          await service.until('looked at', () => service.lastRun('up')?.phase === 'Successful')
          service.promote()
          await service.until('turned', () => service.selected('orders') === hashOf(three))
          await service.until(
            'turned back',
            () => service.phase() === 'Degraded' && service.selected('orders') === hashOf(two),
          )
          expect(service.ready(two)).toBe(2)
        },
        patience,
      )
    })
  },
)
