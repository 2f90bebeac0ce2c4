import type { FileSet } from '../../src/engine/file-set.js'
import type { Resolved } from '../../src/spec/resolve.js'
import { type Answers, judgeAnswers, renderFiles } from '../support/render.js'
import { axes } from './axes.js'
import { coveringRows, type Factors, type Row } from './covering.js'

/** A service of the covering set. */
export interface Member {
  readonly id: string
  /** The values that are not the first of their axes. */
  readonly title: string
  /** Its version of Kubernetes. */
  readonly kubernetes: string
  readonly files: FileSet
}

export const factors: Factors = Object.fromEntries(
  Object.entries(axes).map(([name, values]) => [name, Object.keys(values)]),
)

/** The first value of every axis. */
export const neutral: Row = Object.fromEntries(Object.entries(factors).map(([name, [first = '']]) => [name, first]))

export const { rows, impossible } = coveringRows(factors, (row) => !('findings' in judgeAnswers(answersOf(row))))

export const members: readonly Member[] = rows.map((row, index) => {
  const resolved = judgeAnswers(answersOf(row)) as Resolved
  return {
    id: `${index}`,
    title: titleOf(row),
    kubernetes: resolved.spec['target.kubernetes'],
    files: renderFiles(resolved),
  }
})

/** What docs/proof.md calls them. */
export const subject = 'covering set'

/** What the values of a row answer together. */
export function answersOf(row: Row): Answers {
  return Object.assign({}, ...Object.entries(row).map(([name, value]) => axes[name]?.[value]))
}

function titleOf(row: Row): string {
  return Object.entries(factors)
    .filter(([name, [first]]) => row[name] !== first)
    .map(([name]) => `${name}: ${row[name]}`)
    .join(', ')
}
