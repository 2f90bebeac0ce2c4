import path from 'node:path'
import { textOf } from '../../engine/disk-target.js'
import { writeAll } from '../../engine/disk-write.js'
import { type ExitCode, exit } from '../../errors.js'
import type { Layer } from '../../spec/resolve.js'
import { type Arguments, atMostPositionals } from '../arguments.js'
import { english, languageOf } from '../language.js'
import { type FileLayers, readFileLayers } from '../layers.js'
import { type Prepared, prepare, type Wishes } from '../prepare.js'
import { reportCreated } from '../report.js'
import { guesses, repositoryAround } from '../repository.js'
import type { Terminal } from '../terminal.js'

/** Renders a new service into a folder. */
export async function create(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  atMostPositionals(args, 1, 'create-go-k8s-service [dir] [options]')
  const file = await readFileLayers(args.config, terminal)
  const given = [...lowest(args, terminal), ...file.layers, args.answers]
  const silent = args.yes || args.json || args.quiet || args.dryRun || args.diff
  const asks = !silent && terminal.interactive
  const wishes = asks
    ? await askWishes(given, args, terminal, file)
    : { layers: given, dir: args.positionals[0], git: args.git === true }
  if (wishes === undefined) {
    // Quit as well as Ctrl-C: 0 would tell a script that there is a service now.
    return exit.interrupted
  }
  const prepared = prepare(wishes, args, terminal, file.extendsFile, await languageOf(wishes.layers))
  await refuseWhatCannotChange(prepared, args)
  if (args.diff) {
    const { unifiedDiff } = await import('../unified-diff.js')
    const diff = unifiedDiff(prepared.base, prepared.files, prepared.actions)
    if (args.json) {
      reportCreated(prepared, args, prepared.warnings, terminal, diff)
    } else {
      terminal.out(diff)
    }
    return exit.done
  }
  const warnings = [...prepared.warnings]
  if (!args.dryRun) {
    const kept = new Set(prepared.actions.filter(({ action }) => action === 'keep').map((action) => action.path))
    const deletions = prepared.actions.filter(({ action }) => action === 'delete').map((action) => action.path)
    const files = [...prepared.files, ...prepared.records].filter((file) => !kept.has(file.path))
    writeAll(prepared.base, files, deletions)
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

/** What the repository around a new project says; a service.yaml has all answers already. */
function lowest(args: Arguments, terminal: Terminal): Layer[] {
  const named = args.answers.values.get('name')
  const [dir = named] = args.positionals
  if (args.config !== undefined || typeof dir !== 'string') {
    return []
  }
  const folder = path.resolve(terminal.cwd, dir)
  const name = typeof named === 'string' ? named : path.basename(folder)
  return guesses(repositoryAround(folder), folder, name) ?? []
}

/** Manifests of an earlier project, replaced by ones that no API server would take in their place. */
async function refuseWhatCannotChange({ base, files, actions }: Prepared, args: Arguments): Promise<void> {
  const updated = new Set(actions.filter(({ action }) => action === 'update').map((action) => action.path))
  const manifests = files.filter((file) => updated.has(file.path) && /(^|\/)deploy\/.*\.yaml$/.test(file.path))
  if (manifests.length > 0 && !args.recreate) {
    const { refuseImmutable } = await import('../immutable.js')
    refuseImmutable(
      manifests.map((file) => ({ path: file.path, before: textOf(base, file.path) ?? '', after: file.content })),
    )
  }
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
      // Which files there will be is the same in every language.
      preview: (wishes) => prepare(wishes, args, terminal, extendsFile, english),
    },
    { ...terminal, color: terminal.color && args.color },
  )
}
