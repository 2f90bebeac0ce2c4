import type { FileSet, Policy } from './file-set.js'

export type ActionKind = 'create' | 'update' | 'keep'

export interface Action {
  readonly path: string
  readonly action: ActionKind
  readonly policy: Policy
}

export interface Plan {
  readonly actions: readonly Action[]
  /** Paths that hold something else already. */
  readonly occupied: readonly string[]
}

/** What is at a path now. */
export type Occupant = 'nothing' | 'same' | 'different' | 'not-a-file'

/**
 * What creating a FileSet would do to a tree. `look` tells what is at a path; nothing is written here.
 *
 * @param force replace what differs instead of reporting it
 * @param keep paths that stay the user's when they exist (LICENSE, README)
 */
export function planCreate(
  files: FileSet,
  look: (path: string, content: string) => Occupant,
  { force, keep }: { readonly force: boolean; readonly keep: ReadonlySet<string> },
): Plan {
  const actions: Action[] = []
  const occupied: string[] = []
  for (const { path, content, policy } of files) {
    const occupant = look(path, content)
    if (occupant === 'nothing') {
      actions.push({ path, action: 'create', policy })
    } else if (occupant === 'same' || keep.has(path)) {
      actions.push({ path, action: 'keep', policy })
    } else if (force && occupant === 'different') {
      actions.push({ path, action: 'update', policy })
    } else {
      occupied.push(path)
    }
  }
  return { actions, occupied }
}
