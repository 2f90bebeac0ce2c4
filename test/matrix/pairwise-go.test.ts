import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from '@jest/globals'
import type { FileSet } from '../../src/engine/file-set.js'
import { goToolchain, toolVersion } from '../e2e/tools/table.mjs'
import { workFolder } from '../support/project.js'
import { record } from '../support/proof.js'
import { writeFiles } from '../support/render.js'
import { describeWith, run, withoutDownloads } from '../support/tools.js'
import { verdictsOf } from '../support/verdicts.js'
import { isGoSource, membersForGo, membersForLinter } from './go-members.js'
import { subject } from './members.js'

/** What judges Go sources; each prints what it complains about, or leaves with another code than 0. */
const checks: Readonly<Record<string, readonly [string, ...string[]]>> = {
  gofmt: ['gofmt', '-l', '.'],
  'go mod tidy': ['go', 'mod', 'tidy', '-diff'],
  'go build': ['go', 'build', '-mod=readonly', './...'],
  'go vet': ['go', 'vet', './...'],
  'golangci-lint': ['golangci-lint', 'run', '--allow-parallel-runners', '--timeout=20m'],
}

describeWith(['go', 'gofmt', 'golangci-lint'], 'Go sources of the covering set', () => {
  const members = membersForGo()
  // It takes longer than all others together.
  const linted = new Set(membersForLinter(members))
  const cases = members.map((member) => ({ ...member, tools: linted.has(member) ? 'all tools' : 'the compiler' }))
  const work = workFolder()
  // One after the other in the same place: what a package shares with the one before is in the caches by its path.
  const cwd = path.join(work, 'project')
  // The toolchain that the images are built with; other tests take the caller's own.
  // Without the folder in what is compiled, so that it counts for the next run, too.
  const env = { GOTOOLCHAIN: goToolchain, GOFLAGS: '-trimpath' }
  const go = goToolchain.replace(/^go/, '')

  const verdicts = verdictsOf(go, ['test/matrix/pairwise-go.test.ts', 'test/e2e/tools/table.mjs'])
  const judge = (files: FileSet, tools: string) => {
    fs.rmSync(cwd, { recursive: true, force: true })
    writeFiles(cwd, files)
    const asked = Object.entries(checks).filter(([tool]) => tools === 'all tools' || tool !== 'golangci-lint')
    return asked.map(([tool, [program, ...args]]) => {
      const result = run(program, args, { cwd, env })
      const { code } = result
      const output = withoutDownloads(result.output)
      const isGood = code === 0 && (output === '' || tool === 'golangci-lint')
      return { tool, findings: isGood ? [] : [...output.split('\n'), `exit code ${code}`] }
    })
  }

  test.each(cases)('$id, by $tools: $title', ({ files, tools }) => {
    const sources = files.filter(isGoSource)
    const found = verdicts.of(
      [tools, ...sources.flatMap((file) => [file.path, file.content])],
      () => judge(files, tools),
      (list) => list.every(({ findings }) => findings.length === 0),
    )
    const judged = files.filter((file) => file.path.endsWith('.go')).length
    for (const { tool, findings } of found) {
      const version = tool === 'golangci-lint' ? toolVersion(tool) : go
      record({ group: 'go', tool, version, subject, judged, unit: 'files', findings })
    }
    expect(found.filter(({ findings }) => findings.length > 0)).toEqual([])
  })
})
