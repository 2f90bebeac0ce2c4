import type { Manifest } from '../../support/manifests.js'
import { type Overlay, overlaysOf } from '../../support/manifests.js'
import { exemptions } from '../exemptions.js'

/** A generated project, as linters see it. */
export class Project {
  #overlays: readonly Overlay[] | undefined

  constructor(readonly folder: string) {}

  /** Its overlays, rendered when first asked for. */
  get overlays(): readonly Overlay[] {
    this.#overlays ??= overlaysOf(this.folder)
    return this.#overlays
  }
}

/** What a linter says about a project. */
export interface Judgement {
  /** How many it looked at. */
  readonly judged: number
  /** Defects, one line each. */
  readonly findings: readonly string[]
  /** Ids of the exemptions that settled other findings. */
  readonly exempted: readonly string[]
}

/** A linter that judges one project at a time. */
export interface Judge {
  /** Its name, as in exemptions and docs/proof.md. */
  readonly tool: string
  /** Programs that must be there. */
  readonly needs: readonly string[]
  /** The row group of docs/proof.md. */
  readonly group: string
  /** What {@link Judgement.judged} counts, in the plural. */
  readonly unit: string
  readonly judge: (project: Project) => Judgement
}

/** What a linter says, before exemptions. */
export interface Complaint {
  /** The linter's own name of the check. */
  readonly check: string
  readonly text: string
}

/** Divides complaints about some objects into defects and those that are settled otherwise. */
export function settle(
  tool: string,
  judged: number,
  complaints: readonly Complaint[],
  objects: readonly Manifest[],
): Judgement {
  const settled = complaints.map(({ check, text }) => ({
    line: `${check}: ${text}`,
    by: exemptions.find((entry) => entry.tool === tool && entry.check === check && entry.holds(objects))?.id,
  }))
  return {
    judged,
    findings: settled.filter(({ by }) => by === undefined).map(({ line }) => line),
    exempted: [...new Set(settled.flatMap(({ by }) => by ?? []))],
  }
}

/** One judgement of several. */
export function together(parts: readonly Judgement[]): Judgement {
  return {
    judged: parts.reduce((sum, { judged }) => sum + judged, 0),
    findings: parts.flatMap(({ findings }) => findings),
    exempted: [...new Set(parts.flatMap(({ exempted }) => exempted))],
  }
}
