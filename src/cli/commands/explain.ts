import fs from 'node:fs'
import path from 'node:path'
import { type ExitCode, exit, UserError } from '../../errors.js'
import type { Decision, Model } from '../../model/types.js'
import { suggestion } from '../../spec/suggest.js'
import { isKey, type Key, keys } from '../../spec/table.js'
import { type Arguments, atMostPositionals } from '../arguments.js'
import { readFileLayers } from '../layers.js'
import { modelOf, type Project } from '../project.js'
import type { Terminal } from '../terminal.js'

/** Prints where values came from and how every computed number was reached. */
export async function explain(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  atMostPositionals(args, 1, 'create-go-k8s-service explain [key]')
  const found = fs.existsSync(path.join(terminal.cwd, 'service.yaml')) ? 'service.yaml' : undefined
  const { layers } = await readFileLayers(args.config ?? found, terminal)
  const project = modelOf([...layers, args.answers], 'my-service')
  const [word] = args.positionals
  const values = valuesOf(project).filter(({ key }) => word === undefined || key === word || key.startsWith(`${word}.`))
  const numbers = project.model.decisions.filter(
    (decision) =>
      word === undefined ||
      decision.name === word ||
      decision.options.some((key) => key === word || key.startsWith(`${word}.`)),
  )
  if (word !== undefined && values.length === 0 && numbers.length === 0) {
    const names = [...keys, ...project.model.decisions.map(({ name }) => name)]
    throw new UserError('unknown-key', `${word} is neither an option nor a computed number`, {
      hint: suggestion(word, names, 'run explain without a key'),
    })
  }
  if (args.json) {
    terminal.out(`${JSON.stringify({ name: project.model.name, values, computed: numbers }, null, 2)}\n`)
    return exit.done
  }
  const shown = word === undefined ? values.filter(({ layer }) => layer !== 'default') : values
  if (shown.length > 0) {
    terminal.out(
      `Values${word === undefined ? ' that are not built-in defaults' : ''}\n${shown.map(valueLine).join('')}\n`,
    )
  }
  if (numbers.length > 0) {
    terminal.out(`Computed numbers\n${numbers.map(numberLines).join('')}`)
  }
  if (word === undefined) {
    terminal.out(`\nShutdown\n${shutdownTimeline(project.model)}\nStart\n${startTimeline(project.model)}`)
  }
  return exit.done
}

interface ValueRow {
  readonly key: Key
  readonly value: unknown
  readonly layer: string
  readonly where: string
}

function valuesOf({ resolved }: Project): ValueRow[] {
  return keys.flatMap((key) => {
    const value = resolved.spec[key]
    const origin = resolved.origins.get(key)
    return value === undefined || origin === undefined || !isKey(key) ? [] : [{ key, value, ...origin }]
  })
}

function valueLine({ key, value, layer, where }: ValueRow): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `  ${key.padEnd(34)} ${text.padEnd(24)} ${layer}: ${where}\n`
}

function numberLines({ name, value, arithmetic, reason }: Decision): string {
  return `  ${name} = ${value}\n      ${arithmetic}\n      ${reason}\n`
}

/** Bars to scale: one column is a fortieth of the whole. */
function bars(parts: readonly (readonly [string, number, number])[], total: number): string {
  const column = (at: number) => Math.round((at * 40) / total)
  return parts
    .map(
      ([label, from, to]) =>
        `  ${label.padEnd(22)} ${' '.repeat(column(from))}${'█'.repeat(Math.max(1, column(to) - column(from)))} ${from}–${to} s\n`,
    )
    .join('')
}

function shutdownTimeline({ shutdown: s }: Model): string {
  const drained = s.preStop + s.drain
  const stopped = drained + s.timeout
  const flushed = stopped + s.flush
  return bars(
    [
      ['preStop sleep', 0, s.preStop],
      ['drain (not ready)', s.preStop, drained],
      ['requests in flight', drained, stopped],
      ['trace flush', stopped, flushed],
      ['SIGKILL at', s.grace, s.grace],
    ],
    s.grace,
  )
}

function startTimeline({ probes, entrypoint, coldStart }: Model): string {
  const wait = entrypoint.waitFor.length > 0 ? entrypoint.timeout : 0
  const total = Math.max(probes.startup.budget, wait + coldStart)
  return bars(
    [
      ...(wait > 0 ? ([['entrypoint wait', 0, wait]] as const) : []),
      ['cold start', wait, wait + coldStart],
      ['startup budget', 0, probes.startup.budget],
    ],
    total,
  )
}
