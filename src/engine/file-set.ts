/** What `update` does to a file that the user may have changed; see docs/architecture.md. */
export type Policy = 'merge' | 'once' | 'generated'

export interface OutputFile {
  /** Relative to the project's root, `/` between segments. */
  readonly path: string
  readonly content: string
  readonly mode: 0o644 | 0o755
  readonly policy: Policy
}

/** The whole output in memory, sorted by path (code points). */
export type FileSet = readonly OutputFile[]

/** Sorts, and refuses two files of one path and paths that leave the root: both are bugs of this tool. */
export function fileSet(files: Iterable<OutputFile>): FileSet {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  const seen = new Set<string>()
  for (const { path } of sorted) {
    if (!isInside(path)) {
      throw new Error(`path leaves the project: ${path}`)
    }
    const folded = path.toLowerCase()
    if (seen.has(folded)) {
      throw new Error(`two files for one path: ${path}`)
    }
    seen.add(folded)
  }
  return sorted
}

/** True for a path that stays below the root. */
export function isInside(path: string): boolean {
  return (
    path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..') && !path.includes('\\')
  )
}
