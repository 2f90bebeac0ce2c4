import fs from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import type { Manifest } from '../../support/manifests.js'
import { filesBelow } from '../../support/project.js'
import { succeed } from '../../support/tools.js'

/** What an expression reads: a metric, the conditions on its labels, and the labels that it is grouped by. */
export interface Selector {
  readonly metric: string
  readonly matchers: readonly { readonly label: string; readonly type: string; readonly value: string }[]
  readonly grouping: readonly string[]
}

export interface Query {
  readonly where: string
  readonly expr: string
}

/** Every rule of a project's environments. */
function rulesOf(project: string): (Manifest & { readonly file: string })[] {
  return filesBelow(project, /^deploy\/monitoring\/alerts\/[^/]+\/rules\.yaml$/).flatMap((file) =>
    parse(fs.readFileSync(path.join(project, file), 'utf8')).spec.groups.flatMap(({ rules }: Manifest) =>
      rules.map((rule: Manifest) => ({ ...rule, file })),
    ),
  )
}

/** Every dashboard of a project, as Grafana reads it. */
function dashboardsOf(project: string): Manifest[] {
  return filesBelow(project, /^deploy\/monitoring\/dashboards\/[^/]+\.json$/).map((file) =>
    JSON.parse(fs.readFileSync(path.join(project, file), 'utf8')),
  )
}

/** Every expression of rules and dashboards. Grafana's variables get values, as Grafana gives them. */
export function queriesOf(project: string): Query[] {
  const rules = rulesOf(project).map(({ file, alert, record, expr }) => ({ where: `${file} ${alert ?? record}`, expr }))
  const panels = dashboardsOf(project).flatMap((dashboard) => [
    ...dashboard.annotations.list.map(({ name, expr }: Manifest) => ({ where: `annotation ${name}`, expr })),
    ...dashboard.panels.flatMap(({ title, targets = [] }: Manifest) =>
      targets.map(({ expr }: Manifest) => ({ where: `panel ${title}`, expr })),
    ),
  ])
  const filled = panels.map(({ where, expr }) => ({
    where,
    expr: expr.replaceAll('$__rate_interval', '2m').replaceAll('$namespace', 'orders'),
  }))
  return [...rules, ...filled]
}

/** What each expression reads, as Prometheus' own parser says. @throws Error at one that is none */
export function selectorsOf(queries: readonly Query[]): (Selector & { readonly where: string })[] {
  const input = queries.map(({ expr }) => `${JSON.stringify(expr)}\n`).join('')
  const answers = succeed('promql', [], { input }).trim().split('\n')
  return queries.flatMap(({ where, expr }, at) => {
    const { error, selectors } = JSON.parse(answers[at] ?? '{}')
    if (error !== undefined) {
      throw new Error(`${where}: ${error}\n${expr}`)
    }
    return selectors.map((selector: Selector) => ({ ...selector, where }))
  })
}

/** Names of what is exported, each with its series as maps of labels. */
export function exported(body: string): Map<string, Record<string, string>[]> {
  const found = new Map<string, Record<string, string>[]>()
  for (const [, name = '', , labels = ''] of body.matchAll(/^([a-zA-Z_:][\w:]*)(\{(.*)\})? \S+$/gm)) {
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', value = '']) => [key, value])
    found.set(name, [...(found.get(name) ?? []), Object.fromEntries(pairs)])
  }
  return found
}

/** What a selector asks for that nothing has: the metric, a label, a value. */
export function missing(
  { metric, matchers, grouping }: Selector,
  metrics: ReadonlyMap<string, readonly Readonly<Record<string, string>>[]>,
  given: readonly string[],
): string[] {
  const series = metrics.get(metric)
  if (series === undefined) {
    return [`no metric ${metric}`]
  }
  const labels = new Set([...given, ...series.flatMap((one) => Object.keys(one))])
  const asked = matchers.filter(({ label }) => !given.includes(label))
  return [
    ...[...grouping, ...matchers.map(({ label }) => label)]
      .filter((label) => !labels.has(label))
      .map((label) => `${metric} has no label ${label}`),
    ...asked
      .filter(({ label }) => labels.has(label))
      .filter(({ label, type, value }) => !series.some((one) => holds(one[label] ?? '', type, value)))
      .map(({ label, type, value }) => `no ${metric}{${label}${type}"${value}"}`),
  ]
}

/** Text in the exposition spells a whole bound `1`, and Prometheus 3 stores it as `1.0`: either is meant. */
function holds(actual: string, type: string, value: string): boolean {
  const pattern = new RegExp(`^(?:${value})$`)
  return { '=': actual === value, '!=': actual !== value, '=~': pattern.test(actual), '!~': !pattern.test(actual) }[
    type
  ] as boolean
}
