import { type Key, optionOf } from '../../spec/table.js'
import { textOf } from './ask.js'
import type { Preview } from './check.js'

/** Areas of a generated tree, in the order of the summary; a path belongs to the first that matches. */
const areas: readonly (readonly [string, RegExp])[] = [
  ['Kubernetes', /^deploy\//],
  ['CI', /^(\.github|\.gitlab|Jenkinsfile$|ci\/)/],
  ['Image', /^(Dockerfile|\.dockerignore)$/],
  ['Scripts', /^(scripts\/|Makefile$)/],
  ['Documentation', /^docs\/|\.md$/],
  ['Go', /^(api|cmd|internal|pkg|test)\/|^go\.(mod|sum)$|^\.golangci/],
  ['Project', /^/],
]

/** What would be written, by area with counts, what was answered and the numbers that follow from it. */
export function summaryOf({ dir, project, actions }: Preview, git: boolean, columns: number): string {
  const { resolved, model } = project
  const written = actions.filter(({ action }) => action !== 'keep')
  const replaced = written.filter(({ action }) => action === 'update').length
  const answers = (Object.entries(resolved.answers) as [Key, unknown][]).filter(([key]) => key !== 'preset')
  return [
    '',
    `${model.name} in ${dir}: ${written.length} files${git ? ', git init and a first commit' : ''}`,
    ...(replaced > 0 ? [`  ${replaced} of them replace files that are there`] : []),
    ...areaLines(
      written.map(({ path }) => path),
      columns,
    ),
    '',
    `Answers (module ${model.module}, preset ${model.preset})`,
    ...rows(answers.map(([key, value]) => [key, withUnit(key, value)])),
    ...(answers.length === 0 ? ['  all as the preset has them'] : []),
    '',
    'Computed from them',
    ...rows(model.decisions.map(({ name, value }) => [name, value])),
    '',
  ].join('\n')
}

function areaLines(paths: readonly string[], columns: number): string[] {
  const byArea = new Map<string, string[]>(areas.map(([name]) => [name, []]))
  for (const path of paths) {
    const [name] = areas.find(([, pattern]) => pattern.test(path)) as (typeof areas)[number]
    byArea.get(name)?.push(path)
  }
  const width = Math.max(...areas.map(([name]) => name.length))
  return [...byArea]
    .filter(([, members]) => members.length > 0)
    .map(([name, members]) =>
      clip(`  ${name.padEnd(width)} ${String(members.length).padStart(3)}  ${tops(members).join(' ')}`, columns),
    )
}

/** The folders and files of an area as they stand in the root; `deploy` is an area by itself, so one level below. */
function tops(paths: readonly string[]): string[] {
  const level = paths.every((path) => path.startsWith('deploy/')) ? 2 : 1
  const heads = paths.map((path) => {
    const segments = path.split('/')
    return segments.length > level ? `${segments.slice(0, level).join('/')}/` : path
  })
  return [...new Set(heads)]
}

function rows(pairs: readonly (readonly [string, string])[]): string[] {
  return pairs.map(([name, value]) => `  ${name} = ${value}`)
}

function withUnit(key: Key, value: unknown): string {
  const { unit } = optionOf(key)
  return `${textOf(key, value)}${unit === undefined ? '' : ` ${unit}`}`
}

function clip(line: string, columns: number): string {
  return line.length < columns ? line : `${line.slice(0, columns - 2)}…`
}
