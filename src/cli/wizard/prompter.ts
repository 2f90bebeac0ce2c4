import type { Paint } from '../report.js'

/** What a prompt gives instead of an answer when Esc was pressed. */
export const back = Symbol('back')
export type Back = typeof back

/** Ctrl-C, the end of the input or a signal: the wizard ends here, with nothing written. */
export class Cancelled extends Error {}

export interface TextQuestion {
  readonly message: string
  /** What Enter takes while nothing is typed; absent when there is no default. */
  readonly initial: string | undefined
  /** True when "nothing" is an answer too. */
  readonly optional: boolean
  readonly help: string
  /** What is wrong with a text; asked again on every key. */
  readonly problem: (text: string) => string | undefined
}

export interface Choice<T extends string> {
  readonly value: T
  readonly name: string
  readonly note?: string | undefined
}

export interface ChoiceQuestion<T extends string> {
  readonly message: string
  readonly choices: readonly Choice<T>[]
  /** The one under the cursor at first, which Enter takes. */
  readonly initial: T
}

/** What the wizard needs of a terminal, so that a test can answer in its place. */
export interface Prompter {
  /** A valid text; empty when an optional answer was left out. */
  text(question: TextQuestion): Promise<string | Back>
  choose<T extends string>(question: ChoiceQuestion<T>): Promise<T | Back>
  say(text: string): void
  readonly paint: Paint
  /** Characters in a line. */
  readonly columns: number
}
