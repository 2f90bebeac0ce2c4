import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

/** What was found clean, by what was read and by whom. */
const clean = new Set<string>()

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
  return clean.has(digestOf(read))
}

export function noteClean(read: Read): void {
  clean.add(digestOf(read))
}

/** One of each different content of the files that a linter reads one by one, but for those that are known. */
export function strangers(reads: readonly Read[]): Read[] {
  return [...new Map(reads.filter((read) => !isClean(read)).map((read) => [digestOf(read), read])).values()]
}

function digestOf({ by, folder, files }: Read): string {
  const hash = createHash('sha256').update(by)
  for (const file of files) {
    hash.update(`\0${file}\0`).update(fs.readFileSync(path.join(folder, file)))
  }
  return hash.digest('hex')
}
