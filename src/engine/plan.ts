import type { Policy } from './file-set.js'

export type ActionKind = 'create' | 'update' | 'delete' | 'keep'

export interface Action {
  readonly path: string
  readonly action: ActionKind
  readonly policy: Policy
}

export interface Plan {
  readonly actions: readonly Action[]
  /** Paths that differ and stay the user's. */
  readonly kept: readonly string[]
  /** Paths that hold something else already. */
  readonly occupied: readonly string[]
}

/** What is at a path now. */
export type Occupant = 'nothing' | 'same' | 'different' | 'not-a-file'

/** A file that wants to be written. */
export interface Candidate {
  readonly path: string
  readonly content: string | Uint8Array
  readonly policy: Policy
}

/**
 * What creating these files would do to a tree, by path. `look` tells what is at a path; nothing is written here.
 *
 * @param force replace what differs instead of reporting it
 * @param keep paths in lower case that stay the user's when they exist (LICENSE, README)
 */
export function planCreate(
  files: readonly Candidate[],
  look: (path: string, content: string | Uint8Array) => Occupant,
  { force, keep }: { readonly force: boolean; readonly keep: ReadonlySet<string> },
): Plan {
  const actions: Action[] = []
  const kept: string[] = []
  const occupied: string[] = []
  for (const { path, content, policy } of files) {
    const occupant = look(path, content)
    if (occupant === 'nothing') {
      actions.push({ path, action: 'create', policy })
    } else if (occupant === 'same') {
      actions.push({ path, action: 'keep', policy })
    } else if (keep.has(path.toLowerCase())) {
      kept.push(path)
      actions.push({ path, action: 'keep', policy })
    } else if (force && occupant === 'different') {
      actions.push({ path, action: 'update', policy })
    } else {
      occupied.push(path)
    }
  }
  const byPath = (a: string, b: string) => (a < b ? -1 : 1)
  return { kept, actions: actions.sort((a, b) => byPath(a.path, b.path)), occupied: occupied.sort(byPath) }
}
