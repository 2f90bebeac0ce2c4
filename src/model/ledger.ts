import type { Decision } from './types.js'

interface Entry {
  readonly name: string
  readonly unit?: string
  readonly reason: string
  /** Option keys that feed the number. */
  readonly options: readonly string[]
}

/**
 * Keeps the reason of every number while the model computes it, so that `explain` and the README
 * print the arithmetic that was done, not a description of it.
 */
export class Ledger {
  readonly decisions: Decision[] = []

  /** The sum of named parts. */
  sum(entry: Entry, parts: readonly (readonly [string, number])[]): number {
    const total = parts.reduce((sum, [, part]) => sum + part, 0)
    const arithmetic = parts.map(([label, part]) => `${part} (${label})`).join(' + ')
    return this.note(entry, total, `${arithmetic} = ${total}`)
  }

  /** A number that was reached in another way; `arithmetic` shows it. */
  note(entry: Entry, value: number, arithmetic: string): number {
    this.text(entry, `${value}${entry.unit ? ` ${entry.unit}` : ''}`, arithmetic)
    return value
  }

  /** A value that is not a number. */
  text(entry: Entry, value: string, arithmetic: string): string {
    this.decisions.push({ name: entry.name, value, arithmetic, reason: entry.reason, options: entry.options })
    return value
  }
}
