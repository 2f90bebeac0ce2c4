import type { FileSet } from '../../src/engine/file-set.js'
import { facts } from '../e2e/facts.js'
import { budgetFacts } from '../e2e/facts-budgets.js'
import { type Manifest, Overlay } from '../support/manifests.js'

/** What can be read back from the files alone; Kustomize adds the labels and namespaces that the other facts are about. */
const readable = [
  ...budgetFacts,
  ...facts.filter(({ rule }) => ['EXPOSE = ', 'every probe asks '].some((start) => rule.startsWith(start))),
]

/** The workload and the routes to it. */
const manifests =
  /^deploy\/(workload\/(deployment|statefulset|rollout)|components\/istio\/(virtualservice|destinationrule))\.yaml$/

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
