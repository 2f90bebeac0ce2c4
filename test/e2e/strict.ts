import path from 'node:path'
import { run } from '../support/tools.js'
import { folderOf, tools } from './tools/table.mjs'

/** What the API server of a version says about one document. */
export interface Judged {
  readonly file: string
  /** Counted from 1 in the file, empty ones included. */
  readonly document: number
  readonly kind: string
  readonly problems: readonly string[]
}

export interface Strictness {
  /** Files to judge; without any, `input` is. */
  readonly files?: readonly string[]
  readonly input?: string
  readonly cwd?: string
  /** `1.34`; the newest version without it. */
  readonly kubernetes?: string
}

/** Tools that {@link judge} needs, for `describeWith`. */
export const strictTools = ['strict', 'crds'] as const

/**
 * Judges every document as an API server would. One process for any number of them.
 * @throws Error when the program itself fails
 */
export function judge({ files = [], input, cwd, kubernetes }: Strictness): Judged[] {
  const version = kubernetes === undefined ? [] : ['-kubernetes', kubernetes]
  const { code, stdout, output } = run('strict', ['-json', '-crds', definitions(), ...version, ...files], {
    ...(input === undefined ? {} : { input }),
    ...(cwd === undefined ? {} : { cwd }),
  })
  if (code > 1) {
    throw new Error(`strict: ${output}`)
  }
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/** One line a problem, with its place. */
export function problemsOf(judged: readonly Judged[]): string[] {
  return judged.flatMap(({ file, document, problems }) =>
    problems.map((problem) => `${file}: document ${document}: ${problem}`),
  )
}

/** The folder of the CustomResourceDefinitions. */
function definitions(): string {
  const crds = tools.find(({ name }) => name === 'crds')
  if (crds === undefined) {
    throw new Error('no tool crds')
  }
  return path.join(folderOf(crds), 'crds')
}
