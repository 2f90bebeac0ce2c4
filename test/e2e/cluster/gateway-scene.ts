import { setTimeout as sleep } from 'node:timers/promises'
import { type Manifest, type Overlay, overlaysOf } from '../../support/manifests.js'
import { generate, recipe } from '../../support/project.js'
import { record } from '../../support/proof.js'
import { toolVersion } from '../tools/table.mjs'
import { ControlPlane, listOf } from './control-plane.js'
import { GatewayControllers } from './gateway-controllers.js'
import * as judge from './gateway-judge.js'
import { all, connections, elsewhere, installed, type Way, ways } from './gateway-ways.js'
import { inSyncOrder } from './sync-order.js'
import { prepareCluster, volumes } from './world.js'

/** What the judges say when there is nothing to complain about. */
export const nothing = { refused: [], budgets: [], endpoints: [], selectors: [], traffic: [], scalers: [] }

/** Services with their gateways in one cluster, each in a namespace of its own. */
export class Scene {
  private readonly overlays = new Map<Way, Overlay>()
  private readonly refused = new Map<Way, string[]>()

  private constructor(
    readonly plane: ControlPlane,
    private readonly controllers: GatewayControllers,
  ) {}

  /** Brings production of every way up, and waits for its pods. */
  static async start(work: string): Promise<Scene> {
    const plane = await ControlPlane.start({ runs: true, metrics: true })
    const scene = new Scene(plane, new GatewayControllers(plane, ['envoy-within']))
    try {
      scene.begin(work)
      await until(() => all.every((way) => scene.worldOf(way).own.length >= scene.fewest(way)))
    } catch (error) {
      await plane.stop()
      throw error
    }
    return scene
  }

  /** Lets the controllers see the Gateways of a way. */
  reconcile(way: Way): void {
    this.refused.set(way, this.controllers.reconcile(way))
  }

  overlayOf(way: Way): Overlay {
    return this.overlays.get(way) as Overlay
  }

  worldOf(way: Way): judge.World {
    return judge.worldOf(this.plane, way, this.overlayOf(way).workloads, elsewhere[way])
  }

  /** Pods of all workloads together when nothing happens. */
  fewest(way: Way): number {
    const overlay = this.overlayOf(way)
    const scaled = overlay.all('HorizontalPodAutoscaler').map(({ spec }) => spec.minReplicas)
    const stated = overlay.workloads.map(({ spec }) => spec.replicas ?? 0)
    return [...scaled, ...stated].reduce((sum, count) => sum + count, 0)
  }

  /** Lets the service's pods and the proxies of a way use this much CPU each. */
  load(way: Way, own: string, proxy: string): void {
    const world = this.worldOf(way)
    for (const [pods, cpu] of [
      [world.own, own],
      [world.proxies, proxy],
    ] as const) {
      for (const namespace of new Set(pods.map(({ metadata }) => metadata.namespace))) {
        const here = pods.filter(({ metadata }) => metadata.namespace === namespace)
        const usage = [`kwok.x-k8s.io/usage-cpu=${cpu}`, 'kwok.x-k8s.io/usage-memory=64Mi']
        const names = here.map(({ metadata }) => metadata.name)
        this.plane.succeed(['annotate', '--overwrite', 'pods', ...names, '-n', namespace, ...usage])
      }
    }
  }

  /** Asks for a pod's eviction. @returns what the API server said */
  evict({ metadata: { name, namespace } }: Manifest) {
    const place = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`
    return this.plane.kubectl(['create', '--raw', place, '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } }),
    })
  }

  /** Everything that can be told at one moment. @param percent what each of the service's pods uses of its request */
  found(way: Way, percent?: number) {
    const [world, overlay] = [this.worldOf(way), this.overlayOf(way)]
    return {
      refused: [...(this.refused.get(way) ?? []), ...judge.refusedFindings(world)],
      budgets: judge.budgetFindings(world),
      endpoints: judge.endpointFindings(world, overlay),
      selectors: judge.selectorFindings(world, overlay),
      traffic: judge.trafficFindings(world, connections(way, world)),
      scalers: judge.scalerFindings(world, overlay, percent),
    }
  }

  /** Waits until there is nothing to complain about, or the time is over, and keeps the verdict. */
  async judged(way: Way, percent?: number): Promise<ReturnType<Scene['found']>> {
    await until(() => JSON.stringify(this.found(way, percent)) === JSON.stringify(nothing), 60_000)
    const [result, { own, proxies }] = [this.found(way, percent), this.worldOf(way)]
    record({ ...proof, subject: way, judged: own.length + proxies.length, findings: Object.values(result).flat() })
    return result
  }

  /** Changes the live Gateways of a way, lets the controllers follow, and waits for the proxies. */
  change(way: Way, operations: readonly Manifest[]): void {
    for (const { metadata } of this.overlayOf(way).all('Gateway')) {
      const gateway = ['gateways.v1.gateway.networking.k8s.io', metadata.name, '-n', way]
      this.plane.succeed(['patch', ...gateway, '--type=json', '-p', JSON.stringify(operations)])
    }
    this.reconcile(way)
    for (const { metadata } of this.worldOf(way).makers) {
      const maker = [`deployment/${metadata.name}`, '-n', metadata.namespace]
      this.plane.succeed(['rollout', 'status', ...maker, '--timeout=90s'])
    }
  }

  private begin(work: string): void {
    prepareCluster(this.plane)
    this.apply([...volumes('fast', '20Gi', 8), ...installed()])
    for (const way of all) {
      const project = generate(work, recipe(way, `--namespace=${way}`, ...ways[way]))
      const overlay = overlaysOf(project).find(({ environment }) => environment === 'production') as Overlay
      this.overlays.set(way, overlay)
      // A namespace that isn't the service's alone is there before.
      this.apply([overlay.namespace, ...inSyncOrder(overlay.objects.filter(({ kind }) => kind !== 'Namespace'))])
      this.reconcile(way)
    }
  }

  private apply(objects: readonly Manifest[]): void {
    const words = ['apply', '--server-side', '--force-conflicts', '--field-manager=argocd-controller', '-f', '-']
    this.plane.succeed(words, { input: listOf(objects) })
  }
}

const proof = {
  group: 'manifests',
  tool: 'kube-controller-manager, beside the proxies of gateways',
  version: toolVersion('kubernetes'),
  unit: 'pods',
}

/** Polls until something holds or the time is over: what then holds is for the expectation to tell. */
export async function until(holds: () => boolean, milliseconds = 120_000): Promise<void> {
  const deadline = Date.now() + milliseconds
  while (!holds() && Date.now() < deadline) {
    await sleep(1000)
  }
}
