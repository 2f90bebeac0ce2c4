import fs from 'node:fs'
import path from 'node:path'
import { type ExitCode, exit, UserError } from '../errors.js'
import { readArguments } from './arguments.js'
import { create } from './commands/create.js'
import { commands, laterCommands } from './commands/table.js'
import { reportError } from './report.js'
import type { Terminal } from './terminal.js'
import { tool } from './tool.js'

/**
 * Runs a command line and returns its exit code. Every UserError is reported here, once;
 * anything else is a bug and passes through.
 */
export async function main(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  // An error in the flags themselves must still come out in the form that was asked for.
  const wantsJson = argv.includes('--json')
  try {
    return await run(argv, terminal)
  } catch (error) {
    if (error instanceof UserError) {
      reportError(error, wantsJson, !argv.includes('--no-color') && terminal.color, terminal)
      return error.exit
    }
    throw error
  }
}

async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const args = await readArguments(argv)
  if (args.version) {
    terminal.out(args.json ? `${JSON.stringify({ version: tool.version })}\n` : `${tool.version}\n`)
    return exit.done
  }
  const [word] = args.positionals
  if (args.help || word === 'help') {
    const { help } = await import('./help.js')
    terminal.out(await help())
    return exit.done
  }
  if (word !== undefined && laterCommands.includes(word)) {
    throw new UserError('not-in-this-version', `${word} is not in this version`, {
      hint: `to create a service in a folder of that name, write ./${word}`,
    })
  }
  const at = args.cwd === undefined ? terminal : { ...terminal, cwd: changedFolder(terminal.cwd, args.cwd) }
  const command = word === undefined ? undefined : Object.hasOwn(commands, word) ? commands[word] : undefined
  if (command === undefined) {
    return create(args, at)
  }
  return (await command.load())({ ...args, positionals: args.positionals.slice(1) }, at)
}

/** @throws UserError when there is no such folder: a slip of the pen must not make one. */
function changedFolder(cwd: string, folder: string): string {
  const changed = path.resolve(cwd, folder)
  if (!fs.statSync(changed, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError('no-such-folder', `-C ${folder}: there is no such folder`, {
      exit: exit.precondition,
      path: changed,
      hint: 'make it first',
    })
  }
  return changed
}
