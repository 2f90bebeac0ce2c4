/** One way to do a thing, beside the others. */
export interface Alternative {
  readonly name: string
  /** It is this service's. */
  readonly chosen: boolean
  /** A cell for each of {@link Choice.aspects}. */
  readonly cells: readonly string[]
}

/** A decision that a service takes, with what speaks for each way, in this service's numbers where it has them. */
export interface Choice {
  readonly title: string
  readonly aspects: readonly string[]
  readonly alternatives: readonly Alternative[]
  /** One or two sentences: what this service does, and why. */
  readonly outcome: string
  /** The README has it in a section of its own, beside what belongs to it. */
  readonly elsewhere: boolean
  /** Option keys by which it is taken. */
  readonly options: readonly string[]
}

/** What happens between two moments, both in seconds from the start of the timeline. */
export interface Bar {
  /** Without colons, semicolons and `#`, which Mermaid reads as its own. */
  readonly label: string
  readonly from: number
  readonly to: number
  /** The same in milliseconds, which is what Mermaid counts in. */
  readonly fromMs: number
  readonly toMs: number
  /** A bound that the other bars have to stay within. */
  readonly bound: boolean
}

/** Stretches of time on one axis: a picture in the README, bars of text in `explain`. */
export interface Timeline {
  readonly title: string
  /** One line: what has to hold, and does. */
  readonly rule: string
  readonly bars: readonly Bar[]
}
