import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { parse, stringify } from 'yaml'
import type { Manifest } from '../support/manifests.js'
import { generate, recipe, workFolder } from '../support/project.js'
import { record } from '../support/proof.js'
import { describeWith, run, succeed } from '../support/tools.js'
import { alertmanagerOf } from './monitoring/alertmanager.js'
import { toolPath, toolVersion } from './tools/table.mjs'

const minutes = 60_000
const folder = 'deploy/monitoring/alerts/production'
const everything = ['--preset=production', '--grpc', '--postgres', '--nats', '--config-source=consul']

describeWith(['make', 'promtool'], 'make test-rules', () => {
  const work = workFolder()

  test.each([
    recipe('everything', ...everything),
    recipe('calls', '--alerts', '--grpc', '--no-http', '--resources-cpu-limit=none', '--no-autoscaling'),
    recipe('colours', '--alerts', '--rollout-strategy=blue-green', '--rollout-engine=none'),
    recipe('ordered', '--alerts', '--workload-kind=statefulset'),
    recipe('strict', '--alerts', '--slo-availability=99.999', '--slo-latency-p99=50ms'),
    recipe('lenient', '--alerts', '--slo-availability=93.1', '--slo-latency-p99=2s', '--probes-liveness=false'),
  ])(
    '$id: the rules are clean, and their tests pass',
    (entry) => {
      const cwd = generate(work, entry)
      const output = succeed('make', ['test-rules', `PROMTOOL=${toolPath('promtool')}`], { cwd })
      expect(output).toMatch(/SUCCESS: \d+ rules found[\s\S]*SUCCESS/)
    },
    2 * minutes,
  )
})

/** A rule with a mistake in it. */
interface Mistake {
  readonly what: string
  readonly change: (rule: Manifest) => Manifest | undefined
}

const inExpr =
  (from: RegExp, to: string): Mistake['change'] =>
  ({ expr, ...rule }) =>
    from.test(expr) ? { ...rule, expr: expr.replace(from, to) } : undefined
/** The last number that something is compared with, so many times as large. */
const threshold =
  (times: number): Mistake['change'] =>
  ({ expr, ...rule }) => {
    const [, head, operator, number] = /^([\s\S]*)( [<>]=? )([\d.]+)$/.exec(expr) ?? []
    return number === undefined || Number(number) === 0
      ? undefined
      : { ...rule, expr: `${head}${operator}${Number(number) * times}` }
  }

const mistakes: readonly Mistake[] = [
  { what: 'a comparison the other way round', change: inExpr(/ > (?=[\d.]+(\n|$))/, ' < ') },
  { what: 'a threshold that is twice as high', change: threshold(2) },
  { what: 'another namespace', change: inExpr(/namespace="orders"/, 'namespace="other"') },
  { what: 'a sum that forgets whose it is', change: inExpr(/^(sum|max|min) by \([^)]*\)/, '$1') },
  { what: 'a patience without end', change: (rule) => (rule.for === undefined ? undefined : { ...rule, for: '100h' }) },
  {
    what: 'another severity',
    change: (rule) => rule.alert && { ...rule, labels: { ...rule.labels, severity: 'info' } },
  },
  {
    what: 'a description that names a label that is not there',
    change: (rule) => rule.alert && { ...rule, annotations: { ...rule.annotations, description: '{{ $labels.x }}' } },
  },
]

describeWith(['promtool'], 'tests of the rules', () => {
  const work = workFolder()
  const project = generate(work, recipe('mistaken', ...everything))
  const read = (file: string) => parse(fs.readFileSync(path.join(project, folder, file), 'utf8'))
  const groups: Manifest[] = read('rules.yaml').spec.groups
  const suites: Manifest[] = [read('rules_test.yaml'), read('hours_test.yaml')]

  /** What promtool says of changed rules, by those tests that a predicate chooses. */
  function verdict(changed: readonly Manifest[], chosen: (name: string) => boolean) {
    const cwd = fs.mkdtempSync(path.join(work, 'rules-'))
    fs.writeFileSync(path.join(cwd, 'rules.yaml'), stringify({ groups: changed }))
    const files = suites.flatMap((suite, at) => {
      const tests = suite.tests.filter(({ name }: Manifest) => chosen(name))
      fs.writeFileSync(path.join(cwd, `${at}_test.yaml`), stringify({ ...suite, tests }))
      return tests.length > 0 ? [`${at}_test.yaml`] : []
    })
    return run('promtool', ['test', 'rules', ...files], { cwd })
  }
  const replaced = (rule: Manifest, by: Manifest): Manifest[] =>
    groups.map((group) => ({ ...group, rules: group.rules.map((one: Manifest) => (one === rule ? by : one)) }))
  const rules = groups.flatMap((group) => group.rules)

  test.each(mistakes)(
    '$what is noticed, in every alert that can have it',
    ({ what, change }) => {
      const planted = rules
        .filter(({ alert }) => alert !== undefined)
        .flatMap((rule) => {
          const by = change(rule)
          return by === undefined ? [] : [{ rule, by }]
        })
      const missed = planted
        .filter(({ rule, by }) => verdict(replaced(rule, by), (name) => name.startsWith(`${rule.alert} `)).code === 0)
        .map(({ rule }) => `${rule.alert}: ${rule.expr}`)
      record({
        group: 'monitoring',
        tool: 'promtool',
        version: toolVersion('promtool'),
        subject: what,
        judged: planted.length,
        unit: 'mistakes in alerts',
        findings: missed,
      })
      expect(planted.length).toBeGreaterThan(3)
      expect(missed).toEqual([])
    },
    5 * minutes,
  )

  test(
    'a recording that is wrong is noticed, each of them',
    () => {
      const records = rules.filter(({ record: name }) => name !== undefined)
      const missed = records.filter((rule) => {
        const reader = rule.record.includes('errors') ? /^ErrorBudgetBurn fires/ : /^LatencyHigh fires/
        const chosen = (name: string) => reader.test(name) && name.endsWith(rule.labels.protocol)
        return verdict(replaced(rule, { ...rule, expr: 'vector(0) > 1' }), chosen).code === 0
      })
      expect(records.length).toBe(26)
      expect(missed.map(({ record: name, labels }) => `${name} ${labels.protocol}`)).toEqual([])
    },
    5 * minutes,
  )
})

describeWith(['amtool'], 'routes of the receiver', () => {
  const work = workFolder()

  describe.each(['wecom', 'slack', 'webhook'])('%s', (receiver) => {
    let file: string
    beforeAll(() => {
      const project = generate(work, recipe(receiver, '--alerts', `--alerts-receiver=${receiver}`))
      const object = parse(fs.readFileSync(path.join(project, folder, 'alertmanagerconfig.yaml'), 'utf8'))
      file = path.join(work, `${receiver}.yml`)
      fs.writeFileSync(file, stringify(alertmanagerOf(object)))
    })

    test('Alertmanager takes it', () => {
      expect(succeed('amtool', ['check-config', file])).toContain('SUCCESS')
    })
    test.each([
      [['namespace=orders', 'service=orders', 'severity=critical'], 'own'],
      [['namespace=orders', 'service=orders', 'severity=warning'], 'own'],
      [['namespace=orders', 'service=other', 'severity=critical'], 'nobody'],
      [['namespace=orders-staging', 'service=orders', 'severity=critical'], 'nobody'],
    ])('%j goes to %s', (labels, whose) => {
      const told = succeed('amtool', ['config', 'routes', 'test', `--config.file=${file}`, ...labels]).trim()
      expect(told).toBe(whose === 'own' ? receiver : 'nobody')
    })
    test('no secret is in it', () => {
      expect(fs.readFileSync(file, 'utf8')).not.toMatch(/(api_secret|api_url|url): /)
    })
  })
})
