import { expect, test } from '@jest/globals'
import { summaryOf } from '../../../src/cli/wizard/summary.js'
import { buildModel } from '../../../src/model/build.js'
import { resolved, tool } from '../../support/specs.js'

/** A summary of so many files that are new, replaced and kept. */
function summary(created: number, replaced: number, kept: number): string {
  const answers = resolved({ 'http.port': 9000 })
  const action = (kind: 'create' | 'update' | 'keep', at: number) =>
    ({ path: `internal/${kind}${at}.go`, action: kind, policy: 'merge' }) as const
  const actions = [
    ...Array.from({ length: created }, (_, at) => action('create', at)),
    ...Array.from({ length: replaced }, (_, at) => action('update', at)),
    ...Array.from({ length: kept }, (_, at) => action('keep', at)),
  ]
  const project = { resolved: answers, model: buildModel(answers.spec, tool) }
  return summaryOf({ dir: 'orders', project, actions } as unknown as Parameters<typeof summaryOf>[0], true, 80)
}

test('the summary counts what is written, and what of it replaces files', () => {
  expect(summary(3, 2, 4)).toContain('orders in orders: 5 files, git init and a first commit')
  expect(summary(3, 2, 4)).toContain('  2 of them replace files that are there')
  expect(summary(3, 0, 4)).not.toContain('replace')
  expect(summary(3, 2, 4)).toContain('http.port = 9000')
})
