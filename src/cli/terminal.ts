/** The process as the commands see it; `bin` passes the real one in. */
export interface Terminal {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** True when stdin and stdout are terminals, so that questions can be asked. */
  readonly interactive: boolean
  readonly color: boolean
  /** All of standard input, or undefined when it is more than so many bytes. */
  readonly readStdin: (limit: number) => Buffer | undefined
  /** Results. */
  readonly out: (text: string) => void
  /** Words for people. */
  readonly err: (text: string) => void
}
