import { type ExitCode, exit } from '../../errors.js'
import { features } from '../../features/index.js'
import { flagOf } from '../../spec/flags.js'
import { presets } from '../../spec/presets.js'
import { groups, type Key, optionOf } from '../../spec/table.js'
import { type Arguments, atMostPositionals } from '../arguments.js'
import type { Terminal } from '../terminal.js'
import { tool } from '../tool.js'

interface Row {
  readonly key: Key
  readonly flag: string
  readonly group: string
  readonly kind: string
  readonly default: unknown
  readonly derived: string | undefined
  readonly unit: string | undefined
  readonly choices: readonly string[] | undefined
  /** `true`, or the values that are refused in this version. */
  readonly later: boolean | readonly string[]
  readonly help: string
}

/** Prints presets, features and options. */
export async function list(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  atMostPositionals(args, 0, 'create-go-k8s-service list')
  const rows = groups.flatMap((group) => (Object.keys(group.options) as Key[]).map((key) => rowOf(key, group.id)))
  if (args.json) {
    const document = {
      version: tool.version,
      presets: Object.entries(presets).map(([name, { help, answers }]) => ({ name, help, answers })),
      features: features.map(({ id, help }) => ({ id, help })),
      options: rows,
    }
    terminal.out(`${JSON.stringify(document, null, 2)}\n`)
    return exit.done
  }
  terminal.out(
    `Presets\n${Object.entries(presets)
      .map(([name, { help }]) => `  ${name.padEnd(12)} ${help}\n`)
      .join('')}`,
  )
  terminal.out(`\nFeatures\n${features.map(({ id, help }) => `  ${id.padEnd(16)} ${help}\n`).join('')}`)
  for (const group of groups) {
    const lines = rows.filter((row) => row.group === group.id).map(lineOf)
    terminal.out(`\n${group.title} (${group.titleZh})\n${lines.join('')}`)
  }
  return exit.done
}

function rowOf(key: Key, group: string): Row {
  const option = optionOf(key)
  return {
    key,
    flag: `--${flagOf(key)}`,
    group,
    kind: option.kind,
    default: option.default ?? null,
    derived: option.derived,
    unit: option.unit,
    choices: option.choices,
    later: option.later ?? false,
    help: option.help,
  }
}

function lineOf(row: Row): string {
  const value = row.default === null ? (row.derived ?? '–') : show(row.default)
  const later =
    row.later === true
      ? ' [not in this version]'
      : row.later === false
        ? ''
        : ` [not in this version: ${row.later.join(', ')}]`
  return `  ${row.key.padEnd(34)} ${value.padEnd(22)} ${row.help}${later}\n`
}

function show(value: unknown): string {
  if (Array.isArray(value)) {
    return value.join(',')
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
