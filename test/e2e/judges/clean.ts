import { createHash } from 'node:crypto'
import { readOf, verdictsOf } from '../../support/verdicts.js'

/** What was found clean, by what was read and by whom; by this run and, where verdicts are kept, by earlier ones. */
const clean = new Set<string>()
const verdicts = verdictsOf('linters of files', [
  'test/e2e/judges',
  'test/e2e/tools/table.mjs',
  'test/e2e/exemptions.ts',
])

/** Files that a linter reads together, or one of those that it reads alone. */
export interface Read {
  /** The linter, with whatever else its verdict depends on. */
  readonly by: string
  readonly folder: string
  readonly files: readonly string[]
}

/**
 * The verdict on some files; none is asked for where the same linter has found the same bytes under the same names clean
 * in another project. What it complains about is asked for again, so that every project with it is named.
 */
export function unlessClean(read: Read, judge: () => readonly string[]): readonly string[] {
  if (isClean(read)) {
    return []
  }
  const findings = judge()
  if (findings.length === 0) {
    noteClean(read)
  }
  return findings
}

function isClean(read: Read): boolean {
  return clean.has(digestOf(read)) || verdicts.kept(partsOf(read)) === true
}

export function noteClean(read: Read): void {
  clean.add(digestOf(read))
  verdicts.keep(partsOf(read), true)
}

/** One of each different content of the files that a linter reads one by one, but for those that are known. */
export function strangers(reads: readonly Read[]): Read[] {
  return [...new Map(reads.filter((read) => !isClean(read)).map((read) => [digestOf(read), read])).values()]
}

function partsOf({ by, folder, files }: Read): readonly (string | Uint8Array)[] {
  return [by, ...readOf(folder, files)]
}

function digestOf(read: Read): string {
  const hash = createHash('sha256')
  for (const part of partsOf(read)) {
    hash.update(`${part.length}\0`).update(part)
  }
  return hash.digest('hex')
}
