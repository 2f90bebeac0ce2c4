import { parseArgs } from 'node:util'
import { errorFromFindings, type Finding, UserError } from '../errors.js'
import { flagOf, isRepeatable, keysByFlag, valueOfFlag } from '../spec/flags.js'
import { type Layer, layerOf } from '../spec/resolve.js'
import { type Key, optionOf } from '../spec/table.js'

/** Flags that are not options of the service. `value`: what the flag takes. */
export const globalFlags = {
  cwd: { short: 'C', value: 'DIR', help: 'run as if started in DIR' },
  config: { value: 'FILE', help: 'read answers from FILE (- for standard input)' },
  yes: { short: 'y', help: 'ask nothing, take the defaults' },
  'dry-run': { help: 'print what would happen, write nothing' },
  diff: { help: 'print what would change as a unified diff, write nothing' },
  json: { help: 'print one JSON document on standard output' },
  quiet: { help: 'print errors only' },
  'no-color': { help: 'plain text (NO_COLOR works too)' },
  force: { help: 'replace files that are in the way' },
  recreate: { help: 'accept changes that need an object deleted first' },
  git: { help: 'git init and a first commit (--no-git: neither)' },
  help: { short: 'h', help: 'print this help' },
  version: { help: 'print the version' },
} as const satisfies Record<string, { short?: string; value?: string; help: string }>

export interface Arguments {
  readonly positionals: readonly string[]
  readonly cwd: string | undefined
  readonly config: string | undefined
  readonly yes: boolean
  readonly dryRun: boolean
  readonly diff: boolean
  readonly json: boolean
  readonly quiet: boolean
  readonly color: boolean
  readonly force: boolean
  readonly recreate: boolean
  /** undefined: neither asked for nor forbidden. */
  readonly git: boolean | undefined
  readonly help: boolean
  readonly version: boolean
  /** Answers given as flags. */
  readonly answers: Layer
}

/** Words of each flag, in the order given; for a switch `true` or `false`. */
type Words = Map<string, string[]>

/**
 * Reads a command line. Every value stays text until its option's schema has seen it.
 * @throws UserError naming each unknown flag (with the nearest one), missing value and repetition
 */
export async function readArguments(argv: readonly string[]): Promise<Arguments> {
  const byFlag = keysByFlag()
  byFlag.delete('version') // the file's `version` is not the tool's
  const findings: Finding[] = []
  const unknown: string[] = []
  const { words, positionals } = collect(argv, byFlag, findings, unknown)
  if (unknown.length > 0) {
    const { suggestion } = await import('../spec/suggest.js')
    const names = [...byFlag.keys(), ...Object.keys(globalFlags)].map((flag) => `--${flag}`)
    for (const flag of unknown) {
      findings.push({
        code: 'unknown-flag',
        where: flag,
        message: 'there is no such flag',
        hint: suggestion(flag, names, 'see --help'),
      })
    }
  }
  if (findings.length > 0) {
    throw errorFromFindings(findings, `${findings.length} flags are wrong`)
  }
  return { ...globals(words), positionals, answers: answersOf(words, byFlag) }
}

function collect(argv: readonly string[], byFlag: ReadonlyMap<string, Key>, findings: Finding[], unknown: string[]) {
  const switches = new Set(
    Object.entries(globalFlags)
      .filter(([, flag]) => !('value' in flag))
      .map(([name]) => name),
  )
  for (const [flag, key] of byFlag) {
    if (optionOf(key).kind === 'boolean') {
      switches.add(flag)
    }
  }
  const { tokens } = parseArgs({
    args: [...argv],
    options: parserOptions(byFlag, switches),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const words: Words = new Map()
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional' && token.value === '') {
      findings.push({
        code: 'missing-value',
        where: '[dir]',
        message: 'is empty',
        hint: 'give a folder, or . for this one',
      })
    } else if (token.kind === 'positional') {
      positionals.push(token.value)
    } else if (token.kind === 'option') {
      const read = readOption(token, switches, byFlag)
      if ('unknown' in read) {
        unknown.push(read.unknown)
      } else if ('finding' in read) {
        findings.push(read.finding)
      } else {
        words.set(read.flag, [...(words.get(read.flag) ?? []), read.word])
      }
    }
  }
  for (const [flag, list] of words) {
    const key = byFlag.get(flag)
    const contradicts = new Set(list).size > 1
    const harmless = key === undefined ? switches.has(flag) && !contradicts : isRepeatable(key)
    if (list.length > 1 && !harmless) {
      findings.push({
        code: 'repeated-flag',
        where: `--${flag}`,
        message: `is given ${list.length} times`,
        hint: 'give it once',
      })
    }
  }
  return { words, positionals }
}

function parserOptions(byFlag: ReadonlyMap<string, Key>, switches: ReadonlySet<string>) {
  const shorts: Readonly<Record<string, { short?: string; help: string }>> = globalFlags
  const names = [...Object.keys(globalFlags), ...byFlag.keys()]
  return Object.fromEntries(
    names.map((name) => {
      const short = shorts[name]?.short
      return [
        name,
        {
          type: switches.has(name) ? ('boolean' as const) : ('string' as const),
          multiple: true,
          ...(short === undefined ? {} : { short }),
        },
      ]
    }),
  )
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

type Read = { flag: string; word: string } | { finding: Finding } | { unknown: string }

function readOption(
  { name, rawName, value, inlineValue }: OptionToken,
  switches: ReadonlySet<string>,
  byFlag: ReadonlyMap<string, Key>,
): Read {
  const negated = name.startsWith('no-') && !switches.has(name) && switches.has(name.slice(3))
  const flag = negated ? name.slice(3) : name
  if (switches.has(flag)) {
    if (inlineValue !== true) {
      return { flag, word: negated ? 'false' : 'true' }
    }
    if (!negated && (value === 'true' || value === 'false')) {
      return { flag, word: value }
    }
    return {
      finding: {
        code: 'invalid-value',
        where: rawName,
        message: `${JSON.stringify(value)} is not true or false`,
        hint: `write --${flag} or --no-${flag}`,
      },
    }
  }
  if (!byFlag.has(flag) && !(flag in globalFlags)) {
    return { unknown: rawName }
  }
  const looksLikeFlag = inlineValue !== true && value !== undefined && value.startsWith('-') && value !== '-'
  if (value === undefined || looksLikeFlag || (value === '' && flag !== 'description' && flag !== 'owner')) {
    return {
      finding: { code: 'missing-value', where: rawName, message: 'needs a value', hint: `write ${rawName}=VALUE` },
    }
  }
  const key = byFlag.get(flag)
  if (key !== undefined && optionOf(key).kind === 'map' && !value.includes('=')) {
    return { finding: { code: 'missing-value', where: rawName, message: `${JSON.stringify(value)} is not KEY=VALUE` } }
  }
  return { flag, word: value }
}

function globals(words: Words): Omit<Arguments, 'positionals' | 'answers'> {
  const last = (flag: keyof typeof globalFlags) => words.get(flag)?.at(-1)
  const on = (flag: keyof typeof globalFlags) => last(flag) === 'true'
  const git = last('git')
  return {
    cwd: last('cwd'),
    config: last('config'),
    yes: on('yes'),
    dryRun: on('dry-run'),
    diff: on('diff'),
    json: on('json'),
    quiet: on('quiet'),
    color: !on('no-color'),
    force: on('force'),
    recreate: on('recreate'),
    git: git === undefined ? undefined : git === 'true',
    help: on('help'),
    version: on('version'),
  }
}

function answersOf(words: Words, byFlag: ReadonlyMap<string, Key>): Layer {
  const answers: Record<string, unknown> = {}
  for (const [flag, list] of words) {
    const key = byFlag.get(flag)
    if (key !== undefined) {
      answers[key] = valueOfFlag(key, list)
    }
  }
  return layerOf('flag', answers, (key) => `--${flagOf(key)}`)
}

/** @throws UserError when a command got more words than it takes. */
export function atMostPositionals(args: Arguments, most: number, usage: string): void {
  const extra = args.positionals[most]
  if (extra !== undefined) {
    throw new UserError('extra-argument', `${JSON.stringify(extra)}: one word too many`, { hint: `usage: ${usage}` })
  }
}
