import type { Key, Spec } from './table.js'

/** Answers that can't be had together. */
export interface Conflict {
  readonly code: string
  /** The options concerned; the first is named as the place. */
  readonly keys: readonly Key[]
  readonly violated: (spec: Spec) => boolean
  readonly message: (spec: Spec) => string
  readonly hint: string
}
