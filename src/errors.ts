/** Exit codes of the command line; see README, "Exit codes". */
export const exit = {
  done: 0,
  bug: 1,
  usage: 2,
  precondition: 3,
  conflicts: 4,
  differences: 5,
  damaged: 6,
  interrupted: 130,
} as const

export type ExitCode = (typeof exit)[keyof typeof exit]

/** One thing that is wrong, when several are reported together. */
export interface Finding {
  /** Stable identifier, e.g. `invariant-1` or `unknown-key`. */
  readonly code: string
  readonly message: string
  readonly hint?: string
  /** Where: a flag, or `file:line:column` and key. */
  readonly where?: string
  /** Keys of the options to change, when the finding is about several. */
  readonly options?: readonly string[]
}

export interface UserErrorDetails {
  readonly hint?: string
  readonly exit?: ExitCode
  /** File or folder concerned. */
  readonly path?: string
  readonly findings?: readonly Finding[]
}

/**
 * The only error a user sees: what is wrong, where, and what to do.
 * Anything else that is thrown is a bug in this tool (exit 1).
 */
export class UserError extends Error {
  readonly code: string
  readonly hint: string | undefined
  readonly exit: ExitCode
  readonly path: string | undefined
  readonly findings: readonly Finding[]

  constructor(code: string, message: string, details: UserErrorDetails = {}) {
    super(message)
    this.name = 'UserError'
    this.code = code
    this.hint = details.hint
    this.exit = details.exit ?? exit.usage
    this.path = details.path
    this.findings = details.findings ?? []
  }
}

/** A single error for a single finding, one error that lists them for several. */
export function errorFromFindings(findings: readonly Finding[], summary: string): UserError {
  const [first] = findings
  if (first !== undefined && findings.length === 1) {
    return new UserError(first.code, first.where ? `${first.where}: ${first.message}` : first.message, {
      ...(first.hint === undefined ? {} : { hint: first.hint }),
      findings,
    })
  }
  return new UserError('invalid-spec', summary, { findings })
}
