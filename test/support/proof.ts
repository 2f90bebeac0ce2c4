import fs from 'node:fs'
import path from 'node:path'

/** What one tool found in one subject: a cell of docs/proof.md. */
export interface Verdict {
  /** What the tool looks at, a row group: `manifests`, `go`, `containers`, `workflows`, `scripts`. */
  readonly group: string
  /** Name as people know it. */
  readonly tool: string
  readonly version: string
  /** An example's name, `covering set`, or what else was judged, e.g. `random specs`. */
  readonly subject: string
  /** How many, of which the unit in the plural is one: `34`, `objects`. */
  readonly judged: number
  readonly unit: string
  /** One line each; empty when there is nothing to complain about. */
  readonly findings: readonly string[]
  /** Findings that are settled otherwise in test/e2e/exemptions.ts, by the reason's id. */
  readonly exempted?: readonly string[]
}

/**
 * Keeps a verdict for docs/proof.md (`npm run proof`), where PROOF_DIR names a folder; else does nothing. Verdicts of
 * the same tool on the same subject add up. Call it before the expectation, so that a failure is on record, too.
 */
export function record(verdict: Verdict): void {
  const folder = process.env['PROOF_DIR']
  if (folder !== undefined) {
    // One file a process: test files run in several at once, and a line is appended in one write.
    fs.appendFileSync(path.join(folder, `verdicts-${process.pid}.jsonl`), `${JSON.stringify(verdict)}\n`)
  }
}
