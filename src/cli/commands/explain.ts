import fs from 'node:fs'
import path from 'node:path'
import { type ExitCode, exit, UserError } from '../../errors.js'
import type { Decision } from '../../model/types.js'
import type { Choice, Timeline } from '../../model/types-explained.js'
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
  const values = valuesOf(project).filter(({ key }) => isAbout(word, key))
  const numbers = project.model.decisions.filter(
    ({ name, options }) => name === word || options.some((key) => isAbout(word, key)),
  )
  const choices = project.model.choices.filter(({ options }) => options.some((key) => isAbout(word, key)))
  if (word !== undefined && values.length === 0 && numbers.length === 0) {
    const names = [...keys, ...project.model.decisions.map(({ name }) => name)]
    throw new UserError('unknown-key', `${word} is neither an option nor a computed number`, {
      hint: suggestion(word, names, 'run explain without a key'),
    })
  }
  if (args.json) {
    terminal.out(
      `${JSON.stringify({ name: project.model.name, values, computed: numbers, choices, timelines: project.model.timelines }, null, 2)}\n`,
    )
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
  terminal.out(choices.map(choiceLines).join(''))
  if (word === undefined) {
    terminal.out(project.model.timelines.map(picture).join(''))
  }
  return exit.done
}

/** Whether a key is the one that was asked about, is below it, or holds it; every one is when nothing was asked. */
function isAbout(word: string | undefined, key: string): boolean {
  return word === undefined || key === word || key.startsWith(`${word}.`)
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
function picture({ title, rule, bars }: Timeline): string {
  const total = Math.max(...bars.map(({ to }) => to))
  const width = Math.max(...bars.map(({ label }) => label.length))
  const column = (at: number) => Math.round((at * 40) / total)
  const lines = bars.map(({ label, from, to }) => {
    const bar = '█'.repeat(Math.max(1, column(to) - column(from)))
    return `  ${label.padEnd(width)} ${' '.repeat(column(from))}${bar} ${from}–${to} s\n`
  })
  return `\n${title}\n  ${rule}\n${lines.join('')}`
}

/** The ways there are, the one that was taken marked. */
function choiceLines({ title, aspects, alternatives, outcome }: Choice): string {
  const lines = alternatives.map(({ name, chosen, cells }) => {
    const parts = cells.map((cell, at) => `${aspects[at]?.toLowerCase()}: ${cell}`)
    return `  ${chosen ? '*' : ' '} ${name}\n      ${parts.join('\n      ')}\n`
  })
  return `\n${title}\n  ${outcome}\n${lines.join('')}`
}
