import { describe, expect, test } from '@jest/globals'
import { compose, type Run, withoutTimes } from '../../../scripts/proof-document.mjs'
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
  test('is compared without its times, and with everything else', () => {
    const slower = compose({ ...run, files: run.files.map((file) => ({ ...file, seconds: 70 })) })
    expect(slower).not.toBe(text)
    expect(withoutTimes(slower)).toBe(withoutTimes(text))
    expect(withoutTimes(compose({ ...run, verdicts: [clean] }))).not.toBe(withoutTimes(text))
  })
})
