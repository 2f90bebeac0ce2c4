import { describe, expect, test } from '@jest/globals'
import { compose, problemsOf, type Run } from '../../../scripts/proof-document.mjs'
import type { Verdict } from '../../support/proof.js'

const clean: Verdict = {
  group: 'manifests',
  tool: 'kube-score',
  version: '1.2.3',
  subject: 'standard',
  judged: 3,
  unit: 'objects',
  findings: [],
}
const dirty: Verdict = { ...clean, subject: 'minimal', findings: ['no | limits\nat all'], exempted: ['pull-policy'] }
const run: Run = {
  verdicts: [clean, clean, dirty],
  files: [
    {
      file: 'test/e2e/service.test.ts',
      seconds: 7,
      tests: [
        { within: ['the program'], title: 'answers', status: 'passed' },
        { within: ['the program'], title: 'ends', status: 'failed' },
      ],
    },
  ],
}

describe('docs/proof.md', () => {
  const text = compose(run)
  test('adds up what the same tool judged in the same subject', () => {
    expect(text).toContain('| kube-score | 1.2.3 | objects | 3, **1 findings** | 6 |')
  })
  test('lists findings on one line, exemptions by name, and failed claims as such', () => {
    expect(text).toContain('- kube-score, minimal: `no | limits at all`')
    expect(text).toContain('- pull-policy')
    expect(text).toContain('- answers\n- **failed:** ends')
    expect(text).toContain('**1 tests failed.**')
  })
  test('does not depend on the order in which tests ended', () => {
    expect(compose({ ...run, verdicts: [...run.verdicts].reverse() })).toBe(text)
  })
})

describe('a run is sound', () => {
  const groups = ['manifests', 'yaml', 'containers', 'workflows', 'scripts', 'documents', 'go', 'monitoring']
  const all: Verdict[] = [...groups, 'dependencies', 'random specs'].map((group) => ({ ...clean, group }))
  const sound: Run = { ...run, verdicts: all }

  test('when every group was judged and nothing was found, however much that was', () => {
    expect(problemsOf(sound)).toEqual([])
    expect(problemsOf({ ...sound, verdicts: all.map((one) => ({ ...one, judged: one.judged + 1 })) })).toEqual([])
  })
  test('and not with a finding, a judge that judged nothing, or a group without one', () => {
    expect(problemsOf({ ...sound, verdicts: [...all, dirty] })).toEqual(['kube-score, minimal: no | limits\nat all'])
    expect(problemsOf({ ...sound, verdicts: [...all, { ...clean, tool: 'idle', judged: 0 }] })).toEqual([
      'idle, objects: judged nothing',
    ])
    expect(problemsOf({ ...sound, verdicts: all.slice(1) })).toEqual(['Manifests: no judge was there'])
  })
})
