import { exit, type Finding, UserError } from '../../errors.js'
import type { Prepared } from '../prepare.js'

/** What the wizard needs to know of a render. */
export type Preview = Pick<Prepared, 'dir' | 'project' | 'actions'>

export type Attempt = Preview | { readonly findings: readonly Finding[] }

/**
 * A render in memory, or what stands in its way: answers that can't be had together, rules that the
 * numbers violate, a folder that is occupied.
 *
 * @param renames true when another name would lead to another folder
 */
export function check(preview: () => Preview, renames: boolean): Attempt {
  try {
    return preview()
  } catch (error) {
    if (!(error instanceof UserError)) {
      throw error
    }
    if (error.exit === exit.usage && error.findings.length > 0) {
      return { findings: error.findings }
    }
    const { code, message, hint } = error
    return { findings: [{ code, message, options: renames ? ['name'] : [], ...(hint === undefined ? {} : { hint }) }] }
  }
}

/** What stands in the way; empty when nothing does. */
export function findingsOf(attempt: Attempt): readonly Finding[] {
  return 'findings' in attempt ? attempt.findings : []
}

/** Findings as lines, each with what to do about it. */
export function findingLines(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ message, hint }) => [`! ${message}`, ...(hint === undefined ? [] : [`  ${hint}`])])
}
