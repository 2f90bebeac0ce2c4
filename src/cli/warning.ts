/** Something that went on all the same, and that the user should know. */
export interface Warning {
  /** Stable identifier, e.g. `no-effect`. */
  readonly code: string
  readonly message: string
}
