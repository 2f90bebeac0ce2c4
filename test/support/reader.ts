import fs from 'node:fs'
import path from 'node:path'
import { expect } from '@jest/globals'
import { succeed } from './tools.js'

/** Adds a resource called note beside the example, by the steps of the README. */
export function addResource(project: string): void {
  const readme = fs.readFileSync(path.join(project, 'README.md'), 'utf8')
  const [, copying = ''] = /For a resource called note:\n\n {3}```sh\n([\s\S]*?) {3}```/.exec(readme) ?? []
  expect(copying).toContain('cp -R internal/greeting internal/note')
  succeed('sh', ['-euc', copying], { cwd: project })
  addTable(project)
  putTogether(project)
}

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
  const hasEvents = before.includes('greeted.Type: greeted.Handler(a.logger),')
  const registers = before.includes('greeting.Register(mux, greetings)')
  const lines: [string, string][] = [
    [
      '\n)\n',
      `\n\n\t"${module}/internal/note"\n\tnote${repository} "${module}/internal/note/${repository}"\n${hasEvents ? `\tnotegreeted "${module}/internal/note/greeted"\n` : ''})\n`,
    ],
    [
      `${made}\n\t// example:end\n`,
      `${made}\n\t// example:end\n\tnotes := ${own}\n${registers ? '' : '\t_ = notes\n'}`,
    ],
    ...(hasEvents
      ? ([
          [
            'greeted.Type: greeted.Handler(a.logger),\n\t\t// example:end\n',
            'greeted.Type: greeted.Handler(a.logger),\n\t\t// example:end\n\t\tnotegreeted.Type: notegreeted.Handler(a.logger),\n',
          ],
        ] as [string, string][])
      : []),
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
