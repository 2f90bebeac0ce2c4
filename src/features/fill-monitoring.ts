import type { Environment, Model } from '../model/types.js'
import type {
  Alert,
  AlertTest,
  DashboardRow,
  FilledAlertTest,
  FilledPanel,
  FilledRule,
  FilledRuleGroup,
  Recording,
  Selectors,
} from './types-monitoring.js'

/** Columns of Grafana's grid. */
const columns = 24
const panelHeight = 8

/** What rules of an environment select by. `job` is the service's name: the ServiceMonitor's `jobLabel` says so. */
function selectors({ name }: Model, namespace: string): Selectors {
  return {
    own: `job="${name}",namespace="${namespace}"`,
    container: `namespace="${namespace}",container="${name}"`,
    namespace: `namespace="${namespace}"`,
  }
}

/** The rules of an environment, a group each for what belongs together; in each group what is recorded comes first. */
export function ruleGroups(
  model: Model,
  env: Environment,
  recordings: readonly Recording[],
  alerts: readonly Alert[],
): FilledRuleGroup[] {
  const select = selectors(model, env.namespace)
  const names = [...new Set([...recordings, ...alerts].map(({ group }) => group))]
  return names.map((group) => ({
    name: `${model.name}.${group}`,
    rules: [
      ...recordings.filter((rule) => rule.group === group).map((rule) => recordingRule(rule, select)),
      ...alerts.filter((rule) => rule.group === group).map((rule) => alertRule(model, env, rule, select)),
    ],
  }))
}

function recordingRule({ record, expr, labels = {} }: Recording, select: Selectors): FilledRule {
  return { record, lines: expr(select).split('\n'), labels }
}

function alertRule(model: Model, env: Environment, rule: Alert, select: Selectors): FilledRule {
  return {
    alert: rule.alert,
    ...(rule.for === undefined ? {} : { for: rule.for }),
    lines: rule.expr(select).split('\n'),
    labels: labelsOf(model, env, rule),
    annotations: annotationsOf(model, rule),
  }
}

/** Nobody is woken for an environment before the last. */
function labelsOf({ name }: Model, env: Environment, { severity, labels = {} }: Alert): Record<string, string> {
  return { ...labels, service: name, severity: env.isProduction ? severity : 'warning' }
}

function annotationsOf({ monitoring }: Model, { alert, summary, description }: Alert): Record<string, string> {
  return { summary, description, runbook_url: `${monitoring.runbook}#${alert.toLowerCase()}` }
}

/**
 * The tests of the last environment's rules; those that go on for an hour and more apart, looked at less often. What fires is
 * stated whole: every label, and the annotations filled in.
 */
export function alertTests(
  model: Model,
  env: Environment,
  alerts: readonly Alert[],
): { alertTests: FilledAlertTest[]; hoursTests: FilledAlertTest[] } {
  const select = selectors(model, env.namespace)
  const tested = env.alerts && env.isProduction ? alerts : []
  const filled = (isChosen: (minutes: number) => boolean) =>
    tested.flatMap(({ alert, tests = [] }) =>
      tests
        .filter(({ at }) => isChosen(Number.parseInt(at, 10) * (at.endsWith('h') ? 60 : 1)))
        .map(({ what, series, at, fires }) => ({
          alert,
          what,
          at,
          series: series(select).map(([name, values]) => ({ series: name, values })),
          fires: fires.map((one) => firing(model, env, one, variantOf(alerts, alert, one.labels))),
        })),
    )
  return { alertTests: filled((minutes) => minutes < 60), hoursTests: filled((minutes) => minutes >= 60) }
}

/** Of several alerts of a name, the one whose own labels are those that are expected. */
function variantOf(alerts: readonly Alert[], name: string, labels: Readonly<Record<string, string>>): Alert {
  const found = alerts.find(
    ({ alert, labels: own = {} }) =>
      alert === name && Object.entries(own).every(([key, value]) => labels[key] === value),
  )
  if (found === undefined) {
    throw new Error(`no alert ${name} with the labels ${JSON.stringify(labels)}`)
  }
  return found
}

function firing(
  model: Model,
  env: Environment,
  { labels: told, value = '' }: AlertTest['fires'][number],
  rule: Alert,
): FilledAlertTest['fires'][number] {
  const labels = { ...told, ...labelsOf(model, env, rule) }
  const filled = (words: string) =>
    words
      .replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, key: string) => (labels as Record<string, string>)[key] ?? '')
      .replace(/\{\{ \$value[^}]*\}\}/g, value)
  const annotations = Object.entries(annotationsOf(model, rule)).map(([key, words]) => [key, filled(words)])
  return { labels, annotations: Object.fromEntries(annotations) as Record<string, string> }
}

/** Rows and panels with their places, from the top; ids count from 1, as Grafana's do. */
export function dashboard(rows: readonly DashboardRow[]): FilledPanel[] {
  let id = 0
  return rows.flatMap(({ title, panels }, row) => {
    const y = row * (1 + panelHeight)
    const width = columns / panels.length
    return [
      { id: ++id, title, x: 0, y, width: columns },
      ...panels.map(({ title: name, description, unit, queries }, at) => ({
        id: ++id,
        title: name,
        x: at * width,
        y: y + 1,
        width,
        panel: {
          description,
          unit,
          targets: queries.map((query, index) => ({ refId: String.fromCharCode(65 + index), ...query })),
        },
      })),
    ]
  })
}
