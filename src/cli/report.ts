import path from 'node:path'
import type { UserError } from '../errors.js'
import { placeholders } from '../spec/placeholders.js'
import type { Arguments } from './arguments.js'
import type { Prepared } from './prepare.js'
import { positional, quoted } from './shell.js'
import type { Terminal } from './terminal.js'
import { tool } from './tool.js'
import type { Warning } from './warning.js'

/** The outcome of `create`: JSON on standard output, or words on standard error. */
export function reportCreated(
  prepared: Prepared,
  args: Arguments,
  warnings: readonly Warning[],
  terminal: Terminal,
  diff?: string,
): void {
  const dir = args.cwd === undefined ? prepared.dir : path.join(args.cwd, prepared.dir)
  const next = [...(path.normalize(dir) === '.' ? [] : [`cd ${quoted(positional(dir))}`]), 'make test', 'make run']
  const unset = placeholders(prepared.project.resolved.spec)
  if (args.json) {
    const { actions } = prepared
    const document = {
      command: 'create',
      version: tool.version,
      dir: prepared.dir,
      actions,
      conflicts: [],
      warnings,
      // What stands for something of the user's own; absent when nothing does.
      ...(unset.length === 0 ? {} : { placeholders: unset }),
      // What files of others need; absent when they need nothing.
      ...(prepared.additions.length === 0 ? {} : { additions: prepared.additions }),
      next,
    }
    terminal.out(`${JSON.stringify(diff === undefined ? document : { ...document, diff }, null, 2)}\n`)
    return
  }
  if (args.quiet) {
    return
  }
  const paint = painter(args.color && terminal.color)
  for (const { message } of warnings) {
    terminal.err(`${paint.yellow('warning')} ${shown(message)}\n`)
  }
  const changed = prepared.actions.filter(({ action }) => action !== 'keep').length
  const files = `${changed} file${changed === 1 ? '' : 's'}`
  if (args.dryRun) {
    terminal.out(prepared.actions.map(({ action, path: file }) => `${action.padEnd(6)} ${file}\n`).join(''))
    terminal.err(`\n${files} would change in ${shown(prepared.dir)}; nothing did.\n`)
    return
  }
  const { name } = prepared.project.model
  terminal.err(
    changed === 0
      ? `${paint.green('unchanged')} ${name}: ${shown(prepared.dir)} is as it would be created\n`
      : `${paint.green('created')} ${name}: ${files} in ${shown(prepared.dir)}\n`,
  )
  if (unset.length > 0) {
    const width = Math.max(...unset.map(({ flag }) => flag.length))
    const lines = unset.map(({ flag, value, help }) => `  ${flag.padEnd(width)}  ${shown(value)} (${help})\n`)
    terminal.err(`\nSet these before you deploy; an example stands in each place:\n${lines.join('')}`)
  }
  for (const { path: file, lines } of prepared.additions) {
    terminal.err(`\n${shown(file)} is there already and stays as it is. Add this to it (README.md says more):\n`)
    terminal.err(lines.map((line) => (line === '' ? '\n' : `  ${shown(line)}\n`)).join(''))
  }
  terminal.err(`\nNext:\n${next.map((command) => `  ${command}\n`).join('')}`)
}

/** Text from outside as a terminal may show it: no control characters, no change of direction. */
function shown(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** An error as the user sees it: what is wrong, where, what to do. */
export function reportError(error: UserError, json: boolean, color: boolean, terminal: Terminal): void {
  const { code, message, hint, path: place, findings } = error
  if (json) {
    const body = {
      code,
      message,
      ...(hint ? { hint } : {}),
      ...(place ? { path: place } : {}),
      ...(findings.length > 0 ? { findings } : {}),
    }
    terminal.out(`${JSON.stringify({ error: body }, null, 2)}\n`)
    return
  }
  const paint = painter(color)
  terminal.err(`${paint.red('error')} ${shown(message)}\n`)
  const detailed =
    findings.length > 1 ||
    (findings.length === 1 && findings[0]?.message !== undefined && !message.includes(findings[0].message))
  for (const finding of detailed ? findings : []) {
    terminal.err(
      `  - ${shown(`${finding.where ? `${finding.where}: ` : ''}${finding.message}${finding.hint ? ` (${finding.hint})` : ''}`)}\n`,
    )
  }
  if (hint !== undefined) {
    terminal.err(`  ${shown(hint)}\n`)
  }
}

export type Paint = ReturnType<typeof painter>

/** Colours for people's words; without colour every one leaves the text as it is. */
export function painter(color: boolean) {
  const wrap =
    (open: number, close = 39) =>
    (text: string) =>
      color ? `\u001b[${open}m${text}\u001b[${close}m` : text
  return {
    red: wrap(31),
    green: wrap(32),
    yellow: wrap(33),
    cyan: wrap(36),
    bold: wrap(1, 22),
    dim: wrap(2, 22),
  }
}
