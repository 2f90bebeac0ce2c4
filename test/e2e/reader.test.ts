import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from '@jest/globals'
import { examples, filesBelow, generate, workFolder } from '../support/project.js'
import { describeWith, run, succeed } from '../support/tools.js'

const minutes = 60_000

/** What somebody does who has read the README: adds a resource by its steps, and removes the example. */
describeWith(['go', 'gofmt', 'golangci-lint', 'make', 'perl'], 'the reader of the README', () => {
  const work = workFolder()

  test.each(examples.filter(({ id }) => ['minimal', 'standard', 'dependencies', 'grpc'].includes(id)))(
    '$id: a second resource, then no example; what is left is whole',
    (entry) => {
      const cwd = generate(work, entry)
      const readme = fs.readFileSync(path.join(cwd, 'README.md'), 'utf8')
      const [, copying = ''] = /For a resource called note:\n\n {3}```sh\n([\s\S]*?) {3}```/.exec(readme) ?? []
      expect(copying).toContain('cp -R internal/greeting internal/note')
      succeed('sh', ['-euc', copying], { cwd })
      addTable(cwd)
      putTogether(cwd)
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

/** Step 2: the same columns under its own name, as the next free number. */
function addTable(project: string): void {
  for (const store of ['postgres', 'mysql']) {
    const folder = path.join(project, 'migrations', store)
    const [example] = fs.existsSync(folder)
      ? fs.readdirSync(folder).filter((file) => file.endsWith('_greetings.sql'))
      : []
    if (example !== undefined) {
      const text = fs.readFileSync(path.join(folder, example), 'utf8')
      fs.writeFileSync(path.join(folder, '00010_notes.sql'), text.replaceAll('greetings', 'notes'))
    }
  }
}

/** Step 3: beside each line of the example one that says note. */
function putTogether(project: string): void {
  const file = path.join(project, 'internal/app/components.go')
  const before = fs.readFileSync(file, 'utf8')
  const [, repository = ''] = /greetings := greeting\.New\(a\.config, (in\w+)\./.exec(before) ?? []
  const module = /^module (\S+)$/m.exec(fs.readFileSync(path.join(project, 'go.mod'), 'utf8'))?.[1]
  const made = /greetings := (greeting\.New\(.*\))\n/.exec(before)?.[1] ?? ''
  const own = made
    .replace('greeting.New', 'note.New')
    .replace(`${repository}.`, `note${repository}.`)
    .replace('greeted.', 'notegreeted.')
  const registers = before.includes('greeting.Register(mux, greetings)')
  const lines: [string, string][] = [
    [
      '\n)\n',
      `\n\n\t"${module}/internal/note"\n\tnote${repository} "${module}/internal/note/${repository}"\n${own.includes('notegreeted.') ? `\tnotegreeted "${module}/internal/note/greeted"\n` : ''})\n`,
    ],
    [
      `${made}\n\t// example:end\n`,
      `${made}\n\t// example:end\n\tnotes := ${own}\n${registers ? '' : '\t_ = notes\n'}`,
    ],
    ...(registers
      ? ([
          [
            'greeting.Register(mux, greetings)\n\t// example:end\n',
            'greeting.Register(mux, greetings)\n\t// example:end\n\tnote.Register(mux, notes)\n',
          ],
        ] as [string, string][])
      : []),
  ]
  const after = lines.reduce((text, [from, to]) => {
    expect(text).toContain(from)
    return text.replace(from, to)
  }, before)
  fs.writeFileSync(file, after)
  succeed('gofmt', ['-w', file], { cwd: project })
}
