import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Manifest, type Overlay, overlaysOf } from '../../support/manifests.js'
import { examples, generate, type Recipe, workFolder } from '../../support/project.js'
import { describeWith, succeed } from '../../support/tools.js'
import { ControlPlane, controlPlaneTools, listOf } from './control-plane.js'
import { brokenCommit } from './nodes.js'
import { PodWatch } from './pod-watch.js'
import { inSyncOrder } from './sync-order.js'
import { prepareCluster, volumes } from './world.js'

const patience = 240_000

describeWith([...controlPlaneTools, 'kustomize'], 'a day in production, on real controllers', () => {
  const work = workFolder()
  let plane: ControlPlane
  beforeAll(async () => {
    plane = await ControlPlane.start({ runs: true, metrics: true })
    prepareCluster(plane)
    plane.succeed(['apply', '--server-side', '-f', '-'], { input: listOf(volumes('fast', '20Gi', 5)) })
  }, patience)
  afterAll(() => plane?.stop(), patience)

  /** Brings production of an example up, and watches its pods from before the first. */
  function production(example: string) {
    const overlay = overlaysOf(generate(work, examples.find(({ id }) => id === example) as Recipe)).find(
      ({ environment }) => environment === 'production',
    ) as Overlay
    const namespace: string = overlay.namespace.metadata.name
    const [workload] = overlay.workloads
    const name = `${workload.kind.toLowerCase()}/${workload.metadata.name}`
    const inside = ['-n', namespace]
    const asOperator = plane.kubectlFolder(['somebody', `${workload.metadata.name}-operators`])
    const apply = (objects: readonly Manifest[]) =>
      plane.succeed(['apply', '--server-side', '--field-manager=argocd-controller', '-f', '-'], {
        input: listOf(inSyncOrder(objects)),
      })
    const credentials = (command: string, folder: string) =>
      succeed('sh', ['scripts/credentials.sh', command, 'production'], {
        cwd: overlay.project,
        env: { PATH: `${folder}:${process.env['PATH']}` },
      })
    credentials('create', plane.kubectlFolder(['admin', 'system:masters']))
    const pods = new PodWatch(plane, namespace)
    apply(overlay.objects)
    return {
      overlay,
      namespace,
      pods,
      get: (...args: string[]) => plane.json(['get', ...args, ...inside]),
      /** Waits until as many pods as are wanted have the newest template and are available. */
      settled: async (replicas: number) => {
        await until(() => {
          const { spec, status, metadata } = plane.json(['get', name, ...inside])
          return (
            spec.replicas === replicas &&
            status.observedGeneration === metadata.generation &&
            status.updatedReplicas === replicas &&
            status.availableReplicas === replicas &&
            status.replicas === replicas &&
            (status.updateRevision === undefined || status.updateRevision === status.currentRevision)
          )
        })
        // The watch may still be behind: it is read between the calls of kubectl, not during them.
        const living = plane.json(['get', 'pods', ...inside]).items.map(({ metadata }: Manifest) => metadata.uid)
        await until(() => pods.ready === replicas && pods.hasSeen(living))
      },
      /** The same overlay with another commit's image, as the pipeline leaves it. */
      release: (commit: string) => {
        const text = overlay.text.replaceAll('0'.repeat(40), commit)
        expect(text).not.toBe(overlay.text)
        apply(overlay.objects.map((object) => JSON.parse(JSON.stringify(object).replaceAll('0'.repeat(40), commit))))
      },
      asOperator,
      rotate: () => credentials('rotate', asOperator),
      images: () =>
        plane.json(['get', 'pods', ...inside]).items.map(({ spec }: Manifest) => spec.containers[0].image as string),
      inside,
      workloadName: name,
    }
  }

  describe('a Deployment with an autoscaler', () => {
    let service: ReturnType<typeof production>
    let wanted: number
    beforeAll(async () => {
      service = production('standard')
      wanted = service.overlay.one('HorizontalPodAutoscaler').spec.minReplicas
      await service.settled(wanted)
    }, patience)
    afterAll(() => service?.pods.stop())

    test('the autoscaler takes it from one pod to its minimum, which no manifest states', () => {
      expect(wanted).toBeGreaterThan(1)
      expect(service.overlay.workloads[0].spec.replicas).toBeUndefined()
    })

    test(
      'a new image: never fewer ready pods than wanted, and never more than one too many',
      async () => {
        service.pods.mark()
        service.release('1'.repeat(40))
        await service.settled(wanted)
        expect(service.images()).toEqual(Array.from({ length: wanted }, () => expect.stringMatching(/:1{40}$/)))
        expect([service.pods.fewestReady, service.pods.mostPods]).toEqual([wanted, wanted + 1])
      },
      patience,
    )

    test(
      'a rotated Secret: new pods start with it, one after the other, with the rights of the operators and no more',
      async () => {
        const value = () => service.get('secret', 'orders-credentials').data['admin-token']
        const names = () => service.get('pods').items.map(({ metadata }: Manifest) => metadata.uid)
        const [before, old] = [value(), names()]
        service.pods.mark()
        service.rotate()
        await service.settled(wanted)
        expect(value()).not.toBe(before)
        expect(names().filter((uid: string) => old.includes(uid))).toEqual([])
        expect([service.pods.fewestReady, service.pods.mostPods]).toEqual([wanted, wanted + 1])
        for (const [verb, what] of [
          ['get', 'secrets'],
          ['delete', 'deployment/orders'],
          ['create', 'pods'],
        ] as const) {
          const answer = plane.kubectl(['auth', 'can-i', verb, what, ...service.inside], {
            as: ['somebody', 'orders-operators'],
          })
          expect([verb, what, answer.stdout.trim()]).toEqual([verb, what, 'no'])
        }
      },
      patience,
    )

    test(
      'the disruption budget keeps a healthy pod while another is down, and lets the one that is down go',
      async () => {
        const [down, healthy] = service.get('pods').items.map(({ metadata }: Manifest) => metadata.name)
        const evict = (pod: string) =>
          plane.kubectl(
            ['create', '--raw', `/api/v1/namespaces/${service.namespace}/pods/${pod}/eviction`, '-f', '-'],
            {
              input: JSON.stringify({
                apiVersion: 'policy/v1',
                kind: 'Eviction',
                metadata: { name: pod, namespace: service.namespace },
              }),
            },
          )
        const conditions = ['Ready', 'ContainersReady'].map((type) => ({ type, status: 'False' }))
        plane.succeed([
          'patch',
          `pod/${down}`,
          ...service.inside,
          '--subresource=status',
          '-p',
          JSON.stringify({ status: { conditions } }),
        ])
        await until(() => service.get('pdb', 'orders').status.disruptionsAllowed === 0)
        const refused = evict(healthy)
        expect(refused.code).not.toBe(0)
        expect(refused.output).toContain('disruption budget')
        expect(evict(down).code).toBe(0)
        await service.settled(wanted)
        expect(service.get('pods').items.map(({ metadata }: Manifest) => metadata.name)).toContain(healthy)
      },
      patience,
    )

    test(
      'the autoscaler reads the usage of the pods, and adds one when it is above the target',
      async () => {
        const hpa = () => service.get('hpa', 'orders')
        const condition = (type: string) =>
          hpa().status.conditions?.find((entry: { type: string }) => entry.type === type)
        // Requests are 500m and the target 60 %: 400m is 80 %, so ⌈wanted × 80 / 60⌉ pods.
        plane.succeed(['annotate', 'pods', '--all', ...service.inside, 'kwok.x-k8s.io/usage-cpu=400m'])
        plane.succeed(['annotate', 'pods', '--all', ...service.inside, 'kwok.x-k8s.io/usage-memory=64Mi'])
        await until(() => condition('ScalingActive')?.status === 'True')
        expect(condition('ScalingActive').reason).toBe('ValidMetricFound')
        await until(() => hpa().status.desiredReplicas === Math.ceil((wanted * 80) / 60))
        const { currentMetrics } = hpa().status
        expect(currentMetrics).toHaveLength(service.overlay.one('HorizontalPodAutoscaler').spec.metrics.length)
        await service.settled(Math.ceil((wanted * 80) / 60))
      },
      patience,
    )

    test(
      'applied again, the replicas stay as the autoscaler has set them, and nothing differs',
      async () => {
        const { replicas } = service.get(service.workloadName).spec
        service.release('1'.repeat(40))
        expect(service.get(service.workloadName).spec.replicas).toBe(replicas)
      },
      patience,
    )
  })

  describe('a StatefulSet', () => {
    let service: ReturnType<typeof production>
    const names = [0, 1, 2].map((ordinal) => `ledger-${ordinal}`)
    beforeAll(async () => {
      service = production('stateful')
      await service.settled(names.length)
    }, patience)
    afterAll(() => service?.pods.stop())

    test('its pods start in order, each once the one before it is ready, with a volume each', () => {
      expect(service.pods.appeared).toEqual(names)
      expect(service.pods.becameReady).toEqual(names)
      const claims = service.get('pvc').items
      expect(claims.map(({ metadata }: Manifest) => metadata.name)).toEqual(names.map((name) => `data-${name}`))
      expect(claims.map(({ status }: Manifest) => status.phase)).toEqual(names.map(() => 'Bound'))
    })

    test(
      'a new image: from the last to the first, one at a time, each with its own volume again',
      async () => {
        const volumeOf = () => service.get('pvc').items.map(({ spec }: Manifest) => spec.volumeName)
        const before = volumeOf()
        service.pods.mark()
        const gone = service.pods.left.length
        service.release('2'.repeat(40))
        await service.settled(names.length)
        expect(service.pods.left.slice(gone)).toEqual([...names].reverse())
        expect(service.pods.fewestReady).toBe(names.length - 1)
        expect(volumeOf()).toEqual(before)
      },
      patience,
    )

    test(
      'a version that never becomes ready: going back in Git alone leaves it, and scripts/unstick.sh gets it out',
      async () => {
        const images = () => service.images().map((image: string) => image.slice(image.lastIndexOf(':') + 1)[0])
        // A sound one first, whichever tests have run before.
        service.release('2'.repeat(40))
        await service.settled(names.length)
        await until(() => images().every((image: string | undefined) => image === '2'))
        service.release(brokenCommit)
        await until(() => images().includes('b'))
        service.release('2'.repeat(40))
        await until(() => {
          const { status, metadata } = service.get(service.workloadName)
          return status.observedGeneration === metadata.generation
        })
        // The controller waits for the broken pod, and so would wait for ever.
        await sleep(5000)
        expect(images()).toEqual(['2', '2', 'b'])
        const said = succeed('sh', ['scripts/unstick.sh', 'production'], {
          cwd: service.overlay.project,
          env: { PATH: `${service.asOperator}:${process.env['PATH']}` },
        })
        expect(said).toContain('"ledger-2" deleted')
        await service.settled(names.length)
        expect(images()).toEqual(['2', '2', '2'])
        const again = succeed('sh', ['scripts/unstick.sh', 'production'], {
          cwd: service.overlay.project,
          env: { PATH: `${service.asOperator}:${process.env['PATH']}` },
        })
        expect(again).toContain('No pod stands in the way')
      },
      patience,
    )

    test(
      'scaled down and up again: the last goes, its data stays and is there when it comes back',
      async () => {
        const claim = () => service.get('pvc', 'data-ledger-2').spec.volumeName
        const before = claim()
        plane.succeed(['scale', service.workloadName, '--replicas=2', ...service.inside])
        await service.settled(2)
        expect(service.pods.left.at(-1)).toBe('ledger-2')
        expect(claim()).toBe(before)
        plane.succeed(['scale', service.workloadName, '--replicas=3', ...service.inside])
        await service.settled(3)
        expect(claim()).toBe(before)
      },
      patience,
    )
  })
})

/**
 * What README and runbook have people type, as a member of the operators. What is for others is named: whoever runs the
 * cluster, and callers in their own namespaces.
 */
const forOthers: readonly (readonly [RegExp, string])[] = [
  [/label namespace CALLER/, 'the owner of another namespace'],
  [/create secret|patch secret|alertmanager/, 'whoever has the receiver’s secret'],
  [/-n argocd|deploy\/argocd/, 'whoever runs Argo CD'],
  [/get secrets -A/, 'whoever runs the cluster'],
  [/get --raw/, 'whoever installs the metrics adapter'],
  [/patch pvc|delete statefulset/, 'whoever may change volumes'],
  [/apply|create job|delete job/, 'the delivery'],
  [/argo rollouts/, 'the plugin, tried in rollouts.test.ts'],
  [/kustomize|auth can-i/, 'no request of the namespace'],
]

describeWith([...controlPlaneTools, 'kustomize'], 'what operators are told to do, they may do', () => {
  const work = workFolder()
  let plane: ControlPlane
  beforeAll(async () => {
    plane = await ControlPlane.start({ runs: true })
    prepareCluster(plane)
    plane.succeed(['apply', '--server-side', '-f', '-'], { input: listOf(volumes('fast', '20Gi', 5)) })
  }, patience)
  afterAll(() => plane?.stop(), patience)

  test.each(['standard', 'stateful'])(
    '%s: every command of README and runbook',
    async (example) => {
      const project = generate(work, examples.find(({ id }) => id === example) as Recipe)
      const overlay = overlaysOf(project).find(({ environment }) => environment === 'production') as Overlay
      const namespace: string = overlay.namespace.metadata.name
      const [workload] = overlay.workloads
      const name: string = workload.metadata.name
      plane.succeed(['create', 'namespace', namespace])
      plane.succeed([
        '-n',
        namespace,
        'create',
        'secret',
        'generic',
        `${name}-credentials`,
        '--from-literal=admin-token=x',
      ])
      plane.succeed(['apply', '--server-side', '--force-conflicts', '-f', '-'], {
        input: listOf(inSyncOrder(overlay.objects)),
      })
      await until(() => plane.json(['get', 'pods', '-n', namespace]).items.length > 0)
      const pod: string = plane.json(['get', 'pods', '-n', namespace]).items[0].metadata.name
      const texts = ['README.md', 'docs/runbook.md']
        .filter((file) => fs.existsSync(path.join(project, file)))
        .map((file) => fs.readFileSync(path.join(project, file), 'utf8'))
      const commands = [...texts.join('\n').matchAll(/\bkubectl ([^`\n|#]+)/g)].map(([, words = '']) => words.trim())
      const own = commands.filter((command) => !forOthers.some(([pattern]) => pattern.test(command)))
      expect(own.length).toBeGreaterThan(1)
      const refused = own.flatMap((command) => {
        const words = command
          .replaceAll('NAMESPACE', namespace)
          .replace(/\bPOD\b/, pod)
          .replace(/^describe pod$/, `-n ${namespace} describe pod ${pod}`)
          .split(/\s+/)
          .filter((word) => !['--watch', '-w', '-f', '--previous'].includes(word))
        // A port is not opened here: whether that is allowed is asked instead.
        const asked = words.includes('port-forward')
          ? ['auth', 'can-i', 'create', 'pods', '--subresource=portforward', '-n', namespace]
          : words
        const { code, output } = plane.kubectl(asked, { as: ['somebody', `${name}-operators`] })
        return /forbidden|^no$/i.test(output) ? [`${command}: ${code} ${output}`] : []
      })
      expect(refused).toEqual([])
      for (const [verb, what] of [
        ['get', 'secrets'],
        ['get', 'secret/anything'],
        ['delete', 'deployments'],
        ['create', 'pods'],
      ] as const) {
        const answer = plane.kubectl(['auth', 'can-i', verb, what, '-n', namespace], {
          as: ['somebody', `${name}-operators`],
        })
        expect([verb, what, answer.stdout.trim()]).toEqual([verb, what, 'no'])
      }
    },
    patience,
  )
})

/** Polls, because a controller's work has nothing else to wait on. */
async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 180_000
  while (!holds()) {
    if (Date.now() > deadline) {
      throw new Error(`not within three minutes: ${holds}`)
    }
    await sleep(300)
  }
}
