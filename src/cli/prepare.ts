import path from 'node:path'
import { recordFiles, staleFiles } from '../engine/disk-records.js'
import { entriesOf, occupantOf, resolveTarget, textOf } from '../engine/disk-target.js'
import type { DiskFile } from '../engine/disk-write.js'
import type { FileSet } from '../engine/file-set.js'
import { type Action, planCreate } from '../engine/plan.js'
import { exit, UserError } from '../errors.js'
import { answeredKeys, withoutEffect } from '../spec/effects.js'
import type { Layer } from '../spec/resolve.js'
import type { Arguments } from './arguments.js'
import type { Language } from './language.js'
import { placeOf } from './place.js'
import { filesOf, modelOf, type Project } from './project.js'
import { type Addition, sharesOf } from './shared.js'
import type { Terminal } from './terminal.js'
import { tool } from './tool.js'
import type { Warning } from './warning.js'

/** What `create` found out before it writes anything. */
export interface Prepared {
  readonly dir: string
  readonly root: string
  /** The folder that paths start from: the root, or that of the repository around it. */
  readonly base: string
  readonly project: Project
  readonly files: FileSet
  readonly actions: readonly Action[]
  /** Lock and baseline. */
  readonly records: readonly DiskFile[]
  readonly warnings: readonly Warning[]
  /** What files of others need, which are nobody's to change unasked. */
  readonly additions: readonly Addition[]
}

/** What is to be rendered, and where. */
export interface Wishes {
  readonly layers: readonly Layer[]
  readonly dir: string | undefined
  readonly git: boolean
}

/**
 * Renders in memory and looks at what is in the folder; writes nothing.
 *
 * @param extendsFile absolute path of the file that --config extends
 * @param language what the project is written in
 * @throws UserError for answers that are wrong, and for a folder that holds something else already
 */
export function prepare(
  wishes: Wishes,
  args: Arguments,
  terminal: Terminal,
  extendsFile: string | undefined,
  language: Language,
): Prepared {
  const fallback = wishes.dir === undefined ? undefined : path.basename(path.resolve(terminal.cwd, wishes.dir))
  const project = modelOf(wishes.layers, fallback)
  const dir = wishes.dir ?? project.model.name
  const root = resolveTarget(terminal.cwd, dir)
  const extendsPath = extendsFile === undefined ? undefined : path.relative(root, extendsFile).split(path.sep).join('/')
  const all = filesOf(project, language, extendsPath)
  const folder = project.resolved.spec['delivery.path']
  const { base, at } = placeOf(root, folder, project.model.name)
  const { own, missing, additions } = sharesOf(all, base, folder)
  const placed = <T extends { readonly path: string }>(all: readonly T[]): T[] =>
    all.map((file) => ({ ...file, path: at(file.path) }))
  // The records know a file by its name in the project, wherever it goes.
  const records = placed(recordFiles(own, tool.version))
  const files = [...placed(own), ...missing]
  const look = (file: string, content: string | Uint8Array) => occupantOf(base, file, content)
  const { actions, kept, occupied } = planCreate([...files, ...records], look, {
    force: args.force,
    keep: new Set([...keptFiles(root).map((file) => at(file)), ...sealedFiles(base, files)]),
  })
  if (occupied.length > 0) {
    throw new UserError('occupied', `${dir} already holds ${occupied.length} of the files that would be written`, {
      exit: exit.precondition,
      path: root,
      hint: args.force
        ? 'a folder or a link is in the way of a file; move it'
        : 'give another folder, or --force to replace them',
      findings: occupied.map((file) => ({ code: 'occupied', message: file })),
    })
  }
  // Only --force renders over an earlier project; what that one had, and nobody touched, would no longer fit.
  const stale = args.force ? staleFiles(base, root, all, at) : { pristine: [], edited: [] }
  const deletions = stale.pristine.map((file): Action => ({ path: file, action: 'delete', policy: 'merge' }))
  const warnings = [
    ...kept.map((file) => ({ code: 'kept', message: `${file} was there and stays as it is` })),
    ...stale.edited.map((file) => ({
      code: 'stale',
      message: `${file} is no longer part of the project, and stays because it was edited`,
    })),
    ...withoutEffect(project.resolved.spec, answeredKeys(project.resolved.answers)).map((message) => ({
      code: 'no-effect',
      message,
    })),
  ]
  const sorted = [...actions, ...deletions].sort((a, b) => (a.path < b.path ? -1 : 1))
  return { dir, root, base, project, files, records, warnings, additions, actions: sorted }
}

/** Where values have been sealed, the empty file that this would write in their place is worth nothing. In lower case. */
function sealedFiles(root: string, files: FileSet): string[] {
  return files
    .filter(({ path: file }) => file.endsWith('/sealed-credentials.yaml'))
    .filter(({ path: file }) => /^ +encryptedData:\n +\S+: /m.test(textOf(root, file) ?? ''))
    .map(({ path: file }) => file.toLowerCase())
}

/** In a folder that holds nothing but .git, a licence and a README, those stay as they are. In lower case. */
function keptFiles(root: string): string[] {
  const entries = entriesOf(root)
  const bare = entries.every((name) => /^(\.git|licen[cs]e(\.\w+)?|readme(\.\w+)?)$/i.test(name))
  return bare ? entries.filter((name) => /^(licen[cs]e|readme)/i.test(name)).map((name) => name.toLowerCase()) : []
}
