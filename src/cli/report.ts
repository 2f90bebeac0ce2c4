import type { UserError } from '../errors.js'
import type { Arguments } from './arguments.js'
import type { Prepared } from './prepare.js'
import type { Terminal } from './terminal.js'
import { tool } from './tool.js'

export interface Warning {
  readonly code: string
  readonly message: string
}

/** The outcome of `create`: JSON on standard output, or words on standard error. */
export function reportCreated(
  prepared: Prepared,
  args: Arguments,
  warnings: readonly Warning[],
  terminal: Terminal,
): void {
  const next = [`cd ${prepared.dir}`, 'make test', 'make run']
  if (args.json) {
    const { dir, actions } = prepared
    terminal.out(
      `${JSON.stringify({ command: 'create', version: tool.version, dir, actions, conflicts: [], warnings, next }, null, 2)}\n`,
    )
    return
  }
  if (args.quiet) {
    return
  }
  const paint = painter(args.color && terminal.color)
  for (const { message } of warnings) {
    terminal.err(`${paint.yellow('warning')} ${message}\n`)
  }
  const written = prepared.actions.filter(({ action }) => action !== 'keep')
  if (args.dryRun) {
    for (const { action, path } of prepared.actions) {
      terminal.err(`${action.padEnd(6)} ${path}\n`)
    }
    terminal.err(`\n${written.length} files would be written to ${prepared.dir}; nothing was.\n`)
    return
  }
  terminal.err(
    `${paint.green('created')} ${prepared.project.model.name}: ${written.length} files in ${prepared.dir}\n\nNext:\n`,
  )
  terminal.err(next.map((command) => `  ${command}\n`).join(''))
}

/** An error as the user sees it: what is wrong, where, what to do. */
export function reportError(error: UserError, json: boolean, color: boolean, terminal: Terminal): void {
  const { code, message, hint, path, findings } = error
  if (json) {
    const body = {
      code,
      message,
      ...(hint ? { hint } : {}),
      ...(path ? { path } : {}),
      ...(findings.length > 0 ? { findings } : {}),
    }
    terminal.out(`${JSON.stringify({ error: body }, null, 2)}\n`)
    return
  }
  const paint = painter(color)
  terminal.err(`${paint.red('error')} ${message}\n`)
  const detailed =
    findings.length > 1 ||
    (findings.length === 1 && findings[0]?.message !== undefined && !message.includes(findings[0].message))
  for (const finding of detailed ? findings : []) {
    terminal.err(
      `  - ${finding.where ? `${finding.where}: ` : ''}${finding.message}${finding.hint ? ` (${finding.hint})` : ''}\n`,
    )
  }
  if (hint !== undefined) {
    terminal.err(`  ${hint}\n`)
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
