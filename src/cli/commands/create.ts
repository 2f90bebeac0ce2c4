import path from 'node:path'
import { type DiskFile, entriesOf, occupantOf, recordFiles, resolveTarget, writeAll } from '../../engine/disk.js'
import type { FileSet } from '../../engine/file-set.js'
import { type Action, planCreate } from '../../engine/plan.js'
import { type ExitCode, exit, UserError } from '../../errors.js'
import type { Layer } from '../../spec/resolve.js'
import { type Arguments, atMostPositionals } from '../arguments.js'
import { type FileLayers, readFileLayers } from '../layers.js'
import { filesOf, modelOf, type Project } from '../project.js'
import { reportCreated, type Warning } from '../report.js'
import type { Terminal } from '../terminal.js'
import { tool } from '../tool.js'

/** What `create` found out before it writes anything. */
export interface Prepared {
  readonly dir: string
  readonly root: string
  readonly project: Project
  readonly files: FileSet
  readonly actions: readonly Action[]
  /** Lock and baseline. */
  readonly records: readonly DiskFile[]
}

/** What is to be rendered, and where. */
export interface Wishes {
  readonly layers: readonly Layer[]
  readonly dir: string | undefined
  readonly git: boolean
}

/** Renders a new service into a folder. */
export async function create(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  atMostPositionals(args, 1, 'create-go-k8s-service [dir] [options]')
  const file = await readFileLayers(args.config, terminal)
  const given = [...file.layers, args.answers]
  const silent = args.yes || args.json || args.quiet || args.dryRun || args.diff
  const asks = !silent && terminal.interactive
  const wishes = asks
    ? await askWishes(given, args, terminal, file)
    : { layers: given, dir: args.positionals[0], git: args.git === true }
  if (wishes === undefined) {
    return exit.interrupted
  }
  const prepared = prepare(wishes, args, terminal, file.extendsFile)
  if (args.diff) {
    const { unifiedDiff } = await import('../unified-diff.js')
    terminal.out(unifiedDiff(prepared.root, prepared.files, prepared.actions))
    return exit.done
  }
  const warnings = warningsOf(prepared)
  if (!args.dryRun) {
    const replaced = new Set(prepared.actions.filter(({ action }) => action !== 'keep').map((action) => action.path))
    writeAll(prepared.root, [...prepared.files.filter((file) => replaced.has(file.path)), ...prepared.records])
    if (wishes.git) {
      const { initRepository } = await import('../git.js')
      warnings.push(...(await initRepository(prepared.root)))
    }
  }
  reportCreated(prepared, args, warnings, terminal)
  if (asks) {
    const { reproduction } = await import('../wizard/reproduce.js')
    const config =
      args.config === undefined || file.extendsFile === undefined
        ? undefined
        : { file: args.config, layers: file.layers }
    terminal.err(reproduction(prepared, { cwd: args.cwd, config, git: wishes.git }))
  }
  return exit.done
}

/** Asks for what was not given. Nothing is written meanwhile; undefined: the user left. */
async function askWishes(
  layers: readonly Layer[],
  args: Arguments,
  terminal: Terminal,
  { extendsFile }: FileLayers,
): Promise<Wishes | undefined> {
  const { runWizard } = await import('../wizard/run.js')
  const { repositoryState } = await import('../git.js')
  return runWizard(
    {
      layers,
      dir: args.positionals[0],
      cwd: terminal.cwd,
      git: args.git,
      offersGit: async (dir) => (await repositoryState(path.resolve(terminal.cwd, dir))) === 'outside',
      preview: (wishes) => prepare(wishes, args, terminal, extendsFile),
    },
    { ...terminal, color: terminal.color && args.color },
  )
}

function prepare(wishes: Wishes, args: Arguments, terminal: Terminal, extendsFile: string | undefined): Prepared {
  const fallback = wishes.dir === undefined ? undefined : path.basename(path.resolve(terminal.cwd, wishes.dir))
  const project = modelOf(wishes.layers, fallback)
  const dir = wishes.dir ?? project.model.name
  const root = resolveTarget(terminal.cwd, dir)
  const extendsPath = extendsFile === undefined ? undefined : path.relative(root, extendsFile).split(path.sep).join('/')
  const files = filesOf(project, extendsPath)
  const records = recordFiles(files, tool.version)
  const look = (file: string, content: string | Uint8Array) => occupantOf(root, file, content)
  const { actions, occupied } = planCreate([...files, ...records], look, { force: args.force, keep: keptFiles(root) })
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
  return { dir, root, project, files, records, actions }
}

/** In a folder that holds nothing but .git, a licence and a README, those stay as they are. In lower case. */
function keptFiles(root: string): Set<string> {
  const entries = entriesOf(root)
  const bare = entries.every((name) => /^(\.git|licen[cs]e(\.\w+)?|readme(\.\w+)?)$/i.test(name))
  return new Set(
    bare ? entries.filter((name) => /^(licen[cs]e|readme)/i.test(name)).map((name) => name.toLowerCase()) : [],
  )
}

function warningsOf({ actions }: Prepared): Warning[] {
  return actions
    .filter(({ action, path: file }) => action === 'keep' && /^readme/i.test(file))
    .map(({ path: file }) => ({ code: 'kept', message: `${file} was there and stays as it is` }))
}
