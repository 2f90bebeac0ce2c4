import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from '@jest/globals'
import { examples, filesBelow, generate, workFolder } from '../support/project.js'
import { addResource } from '../support/reader.js'
import { describeWith, run, succeed } from '../support/tools.js'

const minutes = 60_000

/** What somebody does who has read the README: adds a resource by its steps, and removes the example. */
describeWith(['go', 'gofmt', 'golangci-lint', 'make', 'perl'], 'the reader of the README', () => {
  const work = workFolder()

  test.each(examples.filter(({ id }) => ['minimal', 'standard', 'dependencies', 'grpc'].includes(id)))(
    '$id: a second resource, then no example; what is left is whole',
    (entry) => {
      const cwd = generate(work, entry)
      addResource(cwd)
      succeed('go', ['vet', './...'], { cwd })

      succeed('make', ['remove-example'], { cwd })

      expect(filesBelow(cwd).filter((file) => /(^|\/)greeting|remove-example/.test(file))).toEqual([])
      const left = filesBelow(cwd, /^(internal|cmd|api|scripts|Makefile|README)/).filter((file) =>
        /example:(begin|end)|\/v1\/greetings|internal\/greeting\b/.test(fs.readFileSync(path.join(cwd, file), 'utf8')),
      )
      expect(left).toEqual([])
      expect(succeed('gofmt', ['-l', '.'], { cwd })).toBe('')
      succeed('go', ['mod', 'tidy', '-diff'], { cwd })
      succeed('go', ['build', '-mod=readonly', './...'], { cwd })
      succeed('go', ['vet', './...'], { cwd })
      succeed('golangci-lint', ['run', '--allow-parallel-runners'], { cwd })
      const tested = succeed('go', ['test', './...'], { cwd })
      expect(tested).toMatch(/^ok\s+\S+\/internal\/note\s/m)
      expect(run('make', ['help'], { cwd }).output).not.toContain('remove-example')
    },
    10 * minutes,
  )

  test.each(examples.filter(({ id }) => ['minimal', 'dependencies', 'grpc'].includes(id)))(
    '$id: without the example and with nothing in its place it builds, and its tests pass',
    (entry) => {
      const cwd = generate(work, { ...entry, id: `${entry.id}-bare` })
      succeed('make', ['remove-example'], { cwd })
      expect(succeed('gofmt', ['-l', '.'], { cwd })).toBe('')
      succeed('go', ['mod', 'tidy', '-diff'], { cwd })
      succeed('go', ['vet', './...'], { cwd })
      succeed('golangci-lint', ['run', '--allow-parallel-runners'], { cwd })
      succeed('go', ['test', './...'], { cwd })
    },
    10 * minutes,
  )
})
