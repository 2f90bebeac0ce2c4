import fs from 'node:fs'
import path from 'node:path'
import { parse, stringify } from 'yaml'
import type { Manifest } from '../../support/manifests.js'
import { verdictsOf } from '../../support/verdicts.js'
import { complain } from './files.js'

interface Group {
  readonly name: string
  readonly rules: readonly Manifest[]
}

/** A test of a file by itself, with no more rules than it is about. */
interface Single {
  readonly test: Manifest
  readonly groups: readonly Group[]
  readonly key: string
}

const verdicts = verdictsOf('promtool test', ['test/e2e/judges', 'test/e2e/tools/table.mjs'])
const clean = new Set<string>()

/**
 * What promtool says of a file of tests. Every test evaluates every rule that it is given, and projects share most of
 * both: so a test gets the alerts that it names and the recordings that those read, and what has passed so once isn't
 * asked again. Where one fails, the whole file is judged as it stands.
 */
export function testRules(cwd: string, file: string): string[] {
  const { tests, rule_files: ruleFiles, ...setting } = parse(fs.readFileSync(path.join(cwd, file), 'utf8'))
  const groups: Group[] = ruleFiles.flatMap(
    (rules: string) => parse(fs.readFileSync(path.join(cwd, path.dirname(file), rules), 'utf8')).groups,
  )
  const singles: Single[] = tests.map((test: Manifest) => {
    const own = concerned(test, groups)
    return { test, groups: own, key: JSON.stringify([setting, test, own], withoutProse) }
  })
  const unknown = singles.filter(({ key }) => !clean.has(key) && verdicts.kept([key]) === undefined)
  if (unknown.length === 0) {
    return []
  }
  const wanted = new Set(unknown.flatMap(({ groups }) => groups.flatMap(({ rules }) => rules)))
  const rules = { groups: only(groups, (rule) => wanted.has(rule)) }
  const folder = fs.mkdtempSync(path.join(cwd, 'tests-'))
  fs.writeFileSync(path.join(folder, 'rules.yaml'), stringify(rules))
  const document = { ...setting, rule_files: ['rules.yaml'], tests: unknown.map(({ test }) => test) }
  fs.writeFileSync(path.join(folder, 'tests.yaml'), stringify(document))
  if (complain('promtool', ['test', 'rules', 'tests.yaml'], folder).length > 0) {
    return complain('promtool', ['test', 'rules', file], cwd)
  }
  for (const { key } of unknown) {
    clean.add(key)
    verdicts.keep([key], true)
  }
  return []
}

/** Of annotations only what is computed: their sentences are the same on both sides, and in two languages. */
function withoutProse(key: string, value: unknown): unknown {
  return key === 'exp_annotations'
    ? undefined
    : key === 'annotations'
      ? JSON.stringify(value).match(/\{\{.*?\}\}/g)
      : value
}

/** The alerts that a test names, and the recordings that they and its own expressions read, each by what it reads. */
function concerned(
  { alert_rule_test: alerts = [], promql_expr_test: queries = [] }: Manifest,
  groups: readonly Group[],
) {
  const names = new Set<string>(alerts.map(({ alertname }: Manifest) => alertname))
  const all = groups.flatMap(({ rules }) => rules)
  const chosen = new Set(all.filter(({ alert }) => names.has(alert)))
  const texts: string[] = [...[...chosen].map(({ expr }) => expr), ...queries.map(({ expr }: Manifest) => expr)]
  for (let text = texts.pop(); text !== undefined; text = texts.pop()) {
    const words = new Set(`${text}`.match(/[\w:]+/g))
    for (const rule of all.filter((one) => !chosen.has(one) && (words.has(one.record) || words.has('ALERTS')))) {
      chosen.add(rule)
      texts.push(rule.expr)
    }
  }
  return only(groups, (rule) => chosen.has(rule))
}

function only(groups: readonly Group[], isWanted: (rule: Manifest) => boolean): Group[] {
  return groups
    .map((group) => ({ ...group, rules: group.rules.filter(isWanted) }))
    .filter(({ rules }) => rules.length > 0)
}
