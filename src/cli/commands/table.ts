import type { ExitCode } from '../../errors.js'
import type { Arguments } from '../arguments.js'
import type { Terminal } from '../terminal.js'

export type Command = (args: Arguments, terminal: Terminal) => Promise<ExitCode>

/** Commands by name, but for `create`, which has none; each module is loaded only when it runs. */
export const commands: Readonly<Record<string, { readonly help: string; readonly load: () => Promise<Command> }>> = {
  list: {
    help: 'options, presets and features, with defaults',
    load: async () => (await import('./list.js')).list,
  },
  schema: { help: 'JSON Schema of service.yaml', load: async () => (await import('./schema.js')).schema },
  explain: {
    help: 'where values come from and how numbers were computed',
    load: async () => (await import('./explain.js')).explain,
  },
}

/** Commands of the contract that a later version brings. */
export const laterCommands: readonly string[] = ['add', 'remove', 'update', 'diff', 'check', 'fleet', 'completion']

/** True for a word that is read as a command, so that a folder of that name needs `./` before it. */
export function isCommand(word: string): boolean {
  return Object.hasOwn(commands, word) || laterCommands.includes(word)
}
