import type { FileSet } from '../../src/engine/file-set.js'
import { facts } from '../e2e/facts.js'
import { budgetFacts } from '../e2e/facts-budgets.js'
import { plantedFacts } from '../e2e/planted-facts.js'
import { type Manifest, Overlay } from '../support/manifests.js'

/** Facts that hold before Kustomize adds labels and namespaces, by the start of their rules. */
const beforeKustomize = [
  'EXPOSE = ',
  'every probe asks ',
  'every Service selects pods',
  'pods meet the restricted profile',
  'the Cluster Autoscaler may evict',
  'the pod and the container state the same user',
  'nothing but its own rights',
  'a pod that leaves waits first',
  'a rollout takes no pod away',
  'pods are spread over zones and nodes',
  'ephemeral storage is requested',
  'each probe asks its own question',
  'a Service names its ports',
  'a port named grpc speaks gRPC',
  'a workload is its own instance',
]
const all = [...facts, ...plantedFacts]
const readable = [
  ...budgetFacts,
  ...beforeKustomize.flatMap((start) => {
    const found = all.filter(({ rule }) => rule.startsWith(start))
    if (found.length === 0) {
      throw new Error(`no fact says that ${start}`)
    }
    return found
  }),
]

/** The workload, what selects its pods, and the routes to it. */
const manifests =
  /^deploy\/(workload\/(deployment|statefulset|rollout)|base\/(service|serviceaccount)|components\/istio\/(virtualservice|destinationrule))\.yaml$/

/** A project's manifests as they are before Kustomize. */
class AsWritten extends Overlay {
  override readonly objects: readonly Manifest[]

  constructor(
    private readonly files: FileSet,
    parse: (file: FileSet[number]) => readonly unknown[],
  ) {
    super('', '', '')
    this.objects = files.filter(({ path }) => manifests.test(path)).flatMap((file) => parse(file) as Manifest[])
  }

  override read(wanted: string): string {
    const found = this.files.find(({ path }) => path === wanted)
    if (found === undefined) {
      throw new Error(`no ${wanted}`)
    }
    return found.content
  }
}

/** Numbers of different files that contradict each other. */
export function contradictions(files: FileSet, parse: (file: FileSet[number]) => readonly unknown[]): string[] {
  const project = new AsWritten(files, parse)
  if (project.workloads.length !== 1) {
    return [`${project.workloads.length} workloads`]
  }
  return readable.flatMap((fact) => fact.contradictions(project).map((line) => `${fact.rule}: ${line}`))
}
