import fs from 'node:fs'
import path from 'node:path'
import { parse as readYaml } from 'yaml'
import type { Manifest, Overlay } from '../support/manifests.js'
import { filesBelow } from '../support/project.js'
import { defaultsOf, type Fact, goSeconds, same, trafficNames } from './facts-reading.js'
import { externals, targetLabels } from './monitoring/externals.js'
import { wordsOf } from './monitoring/promql-words.js'

/** Factor, short window, patience and severity of each long one: the Site Reliability Workbook's, chapter 5. */
const workbook: Readonly<Record<string, readonly [number, string, string, string]>> = {
  '1h': [14.4, '5m', '2m', 'critical'],
  '6h': [6, '30m', '15m', 'critical'],
  '1d': [3, '2h', '1h', 'warning'],
  '3d': [1, '6h', '3h', 'warning'],
}
/** What of client_golang's own collectors is read. */
const collected = ['go_goroutines', 'go_gc_duration_seconds_sum']
const otherLabels = [
  'le',
  'code',
  'route',
  'method',
  'protocol',
  'window',
  'store',
  'operation',
  'outcome',
  'consumer',
  'broker',
  'check',
]

const rulesOf = (overlay: Overlay): Manifest[] =>
  overlay.all('PrometheusRule').flatMap(({ spec }) => spec.groups.flatMap(({ rules }: Manifest) => rules))
const alertsOf = (overlay: Overlay): Manifest[] => rulesOf(overlay).filter(({ alert }) => alert !== undefined)
const recordsOf = (overlay: Overlay): Manifest[] => rulesOf(overlay).filter(({ record }) => record !== undefined)
const dashboardsOf = (overlay: Overlay): Manifest[] =>
  overlay.all('ConfigMap').filter(({ metadata }) => metadata.name.endsWith('-dashboard'))

/** What was asked for, with what the presets say. */
function answersOf(overlay: Overlay) {
  const { name, preset, metrics, alerts = {}, dashboards, slo = {}, delivery } = answersIn(overlay.read('service.yaml'))
  const wanted = (asked: boolean | undefined) =>
    (asked ?? preset === 'production') &&
    metrics?.enabled !== false &&
    !(preset === 'minimal' && metrics?.enabled !== true)
  const environments: string[] = delivery?.environments ?? ['dev', 'staging', 'production']
  return {
    name: name as string,
    alerts: wanted(alerts.enabled),
    dashboards: wanted(dashboards?.enabled),
    receiver: (alerts.receiver ?? 'none') as string,
    corpId: alerts.wecom?.corpId,
    agentId: (alerts.wecom?.agentId ?? '1000002') as string,
    availability: (slo.availability ?? 99.95) as number,
    isLast: environments.at(-1) === overlay.base,
    last: environments.at(-1) as string,
  }
}

/** Names of metrics in the Go sources: the words of files that make some. */
function exportedNames(project: string): Set<string> {
  const names = filesBelow(path.join(project, 'internal'), /(?<!_test)\.go$/)
    .map((file) => fs.readFileSync(path.join(project, 'internal', file), 'utf8'))
    .filter((source) => source.includes('client_golang'))
    .flatMap((source) => [...source.matchAll(/"([a-z]+(?:_[a-z]+)+)"/g)].map(([, name = '']) => name))
  return new Set([
    ...names,
    ...names.flatMap((name) => ['_bucket', '_sum', '_count'].map((end) => name + end)),
    ...collected,
  ])
}

/** Known names of one project; its sources are the same in every overlay and mutant of it. */
const known = new Map<string, Set<string>>()
function knownNames(project: string): Set<string> {
  const names = known.get(project) ?? exportedNames(project)
  known.set(project, names)
  return names
}

/** Every expression of an overlay: of rules, and of dashboards with their variables filled in. */
function expressionsOf(overlay: Overlay): { where: string; expr: string; isPanel: boolean }[] {
  const panels = dashboardsOf(overlay)
    .flatMap(({ data }) => Object.values<string>(data).flatMap(queriesIn))
    .map((expr) => ({ where: 'dashboard', expr, isPanel: true }))
  return [
    ...rulesOf(overlay).map(({ alert, record, expr }) => ({ where: alert ?? record, expr, isPanel: false })),
    ...panels,
  ]
}

function testsOf(overlay: Overlay): Manifest[] {
  const files = ['rules', 'hours'].map((name) => `deploy/monitoring/alerts/${overlay.base}/${name}_test.yaml`)
  return files.flatMap((file) => (fs.existsSync(path.join(overlay.project, file)) ? testsIn(overlay.read(file)) : []))
}

/** Long texts of which thousands of overlays have the same, each read once. */
function once<R>(read: (text: string) => R): (text: string) => R {
  const results = new Map<string, R>()
  return (text) => {
    const result = results.get(text) ?? read(text)
    results.set(text, result)
    return result
  }
}

const testsIn = once((text: string): Manifest[] => readYaml(text).tests.flatMap((one: Manifest) => one.alert_rule_test))
const wordsIn = once(wordsOf)
const queriesIn = once((text: string): string[] => {
  const { panels, annotations } = JSON.parse(text)
  return [...annotations.list, ...panels.flatMap(({ targets = [] }: Manifest) => targets)].map(({ expr }: Manifest) =>
    expr.replaceAll('$__rate_interval', '2m'),
  )
})
const idIn = once(dashboardId)
const answersIn = once(readYaml as (text: string) => Manifest)

export const monitoringFacts: readonly Fact[] = [
  {
    id: '15',
    rule: 'the rules are those of the objectives: factors and windows of the budget, and the bucket of the latency',
    contradictions: (overlay) => {
      const { alerts, availability } = answersOf(overlay)
      const rules = alertsOf(overlay)
      if (!alerts || rules.length === 0) {
        return []
      }
      const burns = rules.filter(({ alert }) => alert === 'ErrorBudgetBurn')
      const bound = Number(/sloLatency = ([\d.]+)/.exec(overlay.read('internal/telemetry/durations.go'))?.[1])
      const limit = goSeconds(
        defaultsOf(overlay),
        trafficNames(overlay.workloads[0]).includes('http') ? 'defaultHTTPTimeout' : 'defaultGRPCTimeout',
      )
      const slow = recordsOf(overlay).filter(({ record }) => record === 'service:request_slow:ratio_rate5m')
      return [
        ...same(
          'windows',
          burns.map(({ labels }) => labels.window),
          'the workbook',
          Object.keys(workbook),
        ),
        ...burns.flatMap(({ expr, labels, for: patience }) => {
          const [factor = 0, short, wait, severity] = workbook[labels.window] ?? []
          const parts = [...expr.matchAll(/ratio_rate(\w+)\{[^}]*\} > ([\d.e-]+)/g)]
          return [
            ...same(
              'windows',
              parts.map(([, window]) => window),
              labels.window,
              [labels.window, short],
            ),
            ...parts
              .filter(([, , threshold]) => Math.abs(Number(threshold) / (factor * (1 - availability / 100)) - 1) > 1e-4)
              .map(([, , threshold]) => `${threshold} is not ${factor} × ${100 - availability} %`),
            ...same(`patience of ${labels.window}`, patience, 'the workbook', wait),
            ...same(
              `severity of ${labels.window}`,
              labels.severity,
              'the environment',
              answersOf(overlay).isLast ? severity : 'warning',
            ),
          ]
        }),
        ...slow.flatMap(({ expr }) =>
          same('bucket', Number(/le=~?"(\d+(?:\.\d+)?)/.exec(expr)?.[1]), 'sloLatency', bound),
        ),
        ...same('latency is watched', slow.length, 'protocols', trafficNames(overlay.workloads[0]).length),
        ...(bound <= limit ? [] : [`sloLatency ${bound} s is above the handler’s ${limit} s`]),
      ]
    },
  },
  {
    id: '14',
    rule: 'every metric and label of rules and dashboards is one that the sources, the rules or the table of others have, and of this service',
    contradictions: (overlay) => {
      const recorded = recordsOf(overlay).map(({ record }) => record)
      const expressions = expressionsOf(overlay)
      const read = new Set(expressions.flatMap(({ expr }) => wordsIn(expr).metrics))
      const { name } = answersOf(overlay)
      const labels = new Set([
        ...targetLabels,
        ...otherLabels,
        'version',
        'subset',
        ...externals.flatMap((one) => one.labels),
      ])
      const isKnown = (metric: string) =>
        recorded.includes(metric) ||
        externals.some((one) => one.metric === metric) ||
        knownNames(overlay.project).has(metric)
      const namespace = overlay.namespace.metadata.name
      return [
        ...expressions.flatMap(({ where, expr, isPanel }) => {
          const words = wordsIn(expr)
          const place = `namespace="${isPanel ? '$namespace' : namespace}"`
          // Of its own, of its container, or of an object that has its name (or, of several workloads, one of their names).
          const object = `(horizontalpodautoscaler|deployment|statefulset|name)(="${name}"|=~"${name}(-\\w+)?(\\|${name}-\\w+)*")`
          const whose = new RegExp(`(^|,)(job="${name}"|container="${name}"|${object})(,|$)`)
          return [
            ...words.strange.map((word) => `${where}: ${word} is no PromQL`),
            ...words.metrics.filter((metric) => !isKnown(metric)).map((metric) => `${where}: no metric ${metric}`),
            ...words.labels.filter((label) => !labels.has(label)).map((label) => `${where}: no label ${label}`),
            ...words.selectors
              .filter((text) => !text.split(',').includes(place) || !whose.test(text))
              .map((text) => `${where}: {${text}} is of somebody else`),
          ]
        }),
        ...recorded.filter((record) => !read.has(record)).map((record) => `nobody reads ${record}`),
        ...recordsOf(overlay)
          .filter(({ labels: own }) => !['http', 'grpc'].includes(own?.protocol))
          .map(({ record, labels: own }) => `${record} is of ${own?.protocol}`),
        ...overlay
          .all('ServiceMonitor')
          .filter(() => recorded.length > 0)
          .flatMap(({ spec }) => same('classic buckets are scraped', spec.scrapeClassicHistograms, 'wanted', true)),
      ]
    },
  },
  {
    rule: 'what was asked for is watched, and shown once: rules outside of development, the receiver beside them, the dashboard in the last environment',
    contradictions: (overlay) => {
      const { name, alerts, dashboards, receiver, isLast } = answersOf(overlay)
      const isDevelopment = overlay.base === 'dev' && !isLast
      const watched = alerts && !isDevelopment
      return [
        ...same('PrometheusRules', overlay.all('PrometheusRule').length, 'wanted', watched ? 1 : 0),
        ...same(
          'AlertmanagerConfigs',
          overlay.all('AlertmanagerConfig').length,
          'wanted',
          watched && receiver !== 'none' ? 1 : 0,
        ),
        ...same('dashboards', dashboardsOf(overlay).length, 'wanted', dashboards && isLast ? 1 : 0),
        ...dashboardsOf(overlay).flatMap(({ metadata, data }) => [
          ...same('label for the sidecar', metadata.labels.grafana_dashboard, 'wanted', '1'),
          ...same('dashboard', metadata.name, 'named after the service', `${name}-dashboard`),
          ...Object.entries<string>(data).flatMap(([file, text]) => same(file, idIn(text), 'the service', name)),
        ]),
      ]
    },
  },
  {
    rule: 'every alert says how bad it is, of which service, and where the runbook has it; only the last environment wakes anybody',
    contradictions: (overlay) => {
      const alerts = alertsOf(overlay)
      const { name, isLast } = answersOf(overlay)
      const file = 'docs/runbook.md'
      const headings =
        alerts.length === 0 ? [] : [...overlay.read(file).matchAll(/^## (.+)$/gm)].map(([, title]) => title)
      const critical = alerts.filter(({ labels }) => labels.severity === 'critical').map(({ alert }) => alert)
      const has = (folder: string) => fs.existsSync(path.join(overlay.project, 'internal', folder))
      const wakes = [
        ...(has('broker') ? ['BrokerAway', 'ConsumerNotReceiving'] : []),
        'ContainerRestarted',
        'ErrorBudgetBurn',
        'NotReady',
        ...(has('outbox') ? ['OutboxStalled'] : []),
        'PodsNotReady',
        'ServiceAbsent',
        'Unavailable',
      ]
      const repository = overlay.application?.spec.source.repoURL.replace(/\.git$/, '')
      return [
        ...alerts.flatMap(({ alert, labels, annotations }) => {
          const [address, anchor] = annotations.runbook_url.split('#')
          return [
            ...same(`service of ${alert}`, labels.service, 'the service', name),
            ...(['critical', 'warning'].includes(labels.severity) ? [] : [`${alert} is ${labels.severity}`]),
            ...(labels.protocol === undefined || ['http', 'grpc'].includes(labels.protocol)
              ? []
              : [`${alert} of ${labels.protocol}`]),
            ...(headings.includes(alert) ? [] : [`the runbook has no ${alert}`]),
            ...same(`anchor of ${alert}`, anchor, 'its heading', alert.toLowerCase()),
            ...(overlay.inProject(address.split('/blob/main/')[1] ?? '') === file
              ? []
              : [`${alert} links to ${address}`]),
            ...(repository?.startsWith('https://') && !address.startsWith(repository)
              ? [`${address} is not in ${repository}`]
              : []),
          ]
        }),
        ...headings
          .filter(
            (title) =>
              !/^Metrics |^本服务不导出的指标/.test(title ?? '') && !alerts.some(({ alert }) => alert === title),
          )
          .map((title) => `the runbook has ${title}, which nobody raises`),
        ...(alerts.length === 0
          ? []
          : same(
              'shares of PodsNotReady',
              alerts.flatMap(({ labels }) => labels.share ?? []),
              'its two',
              ['half', 'some'],
            )),
        ...(alerts.length === 0
          ? []
          : same('alerts that wake', [...new Set(critical)].sort(), 'wanted', isLast ? wakes : [])),
      ]
    },
  },
  {
    rule: 'every alert has a test that fires it and one that keeps it quiet; other environments have the same rules but for namespace and severity',
    contradictions: (overlay) => {
      const alerts = [...new Set(alertsOf(overlay).map(({ alert }) => alert))]
      const { isLast, last } = answersOf(overlay)
      if (alerts.length === 0) {
        return []
      }
      if (!isLast) {
        const rules = (environment: string): string =>
          overlay
            .read(`deploy/monitoring/alerts/${environment}/rules.yaml`)
            .replace(/^#.*\n/gm, '')
            .replace(/namespace="[^"]*"/g, '')
            .replace(/severity: \w+/g, '')
        return rules(overlay.base) === rules(last) ? [] : ['the rules differ']
      }
      const tests = testsOf(overlay)
      const fires = ({ exp_alerts: expected }: Manifest) => expected.length > 0
      const of = (alert: string) => tests.filter(({ alertname }) => alertname === alert)
      return [
        ...alerts.filter((alert) => !of(alert).some(fires)).map((alert) => `nothing fires ${alert}`),
        ...alerts.filter((alert) => of(alert).every(fires)).map((alert) => `nothing keeps ${alert} quiet`),
        ...tests
          .filter(({ alertname }) => !alerts.includes(alertname))
          .map(({ alertname }) => `no alert ${alertname}, which is tested`),
      ]
    },
  },
  {
    rule: 'the receiver is told of this service alone, by a secret that the README has one create, and what is left out are alerts that exist',
    contradictions: (overlay) => {
      const { name, receiver, corpId, agentId } = answersOf(overlay)
      const alerts = alertsOf(overlay).map(({ alert }) => alert)
      const words: Readonly<Record<string, readonly string[]>> = {
        service: [name],
        severity: ['critical', 'warning'],
        alertname: alerts,
      }
      const stranger = ({ name: label, value, matchType = '=' }: Manifest): string[] => [
        ...value
          .split('|')
          .filter((word: string) => !words[label]?.includes(word))
          .map((word: string) => `no ${label} ${word}`),
        ...((/\|/.test(value) ? ['=~'] : ['=', '!=']).includes(matchType) ? [] : [`${label}${matchType}${value}`]),
      ]
      return overlay.all('AlertmanagerConfig').flatMap(({ spec: { route, receivers, inhibitRules } }) => {
        const configs = receivers.flatMap(
          ({ wechatConfigs = [], slackConfigs = [], webhookConfigs = [] }: Manifest) => [
            ...wechatConfigs,
            ...slackConfigs,
            ...webhookConfigs,
          ],
        )
        // Where one receiver hears of several clusters, they are kept apart.
        const places = overlay.applicationSetFile === undefined ? [] : ['cluster', 'region']
        const told = /create secret generic (\S+) --from-file=([\w-]+)=/.exec(overlay.read('README.md'))
        return [
          ...[route, ...route.routes].flatMap((one: Manifest) => [
            ...same('receiver', one.receiver, 'asked for', receiver),
            ...one.matchers.flatMap(stranger),
          ]),
          ...same(
            'matchers of the route',
            route.matchers.map((one: Manifest) => one.name),
            'wanted',
            ['service'],
          ),
          ...same(
            'matchers of the second',
            route.routes.flatMap(({ matchers }: Manifest) => matchers.map((one: Manifest) => one.value)),
            'wanted',
            ['critical'],
          ),
          ...same('grouped by', route.groupBy, 'wanted', ['alertname', ...places]),
          ...[route.groupWait, route.groupInterval, route.repeatInterval, route.routes[0]?.repeatInterval]
            .filter((time) => !/^\d+[smh]$/.test(time))
            .map((time) => `${time} is no time`),
          ...inhibitRules.flatMap(({ sourceMatch, targetMatch, equal }: Manifest) => [
            ...[...sourceMatch, ...targetMatch].flatMap(stranger),
            ...same('inhibits what has the same', equal, 'wanted', [
              'namespace',
              'service',
              // One colour's trouble must not hide the other's.
              ...(sourceMatch[0].value === 'NotReady' && overlay.has('scripts/blue-green.sh') ? ['subset'] : []),
              ...places,
            ]),
          ]),
          ...same(
            'inhibition starts at',
            inhibitRules.map(({ sourceMatch }: Manifest) => sourceMatch.map((one: Manifest) => one.value).join()),
            'wanted',
            ['ErrorBudgetBurn,critical', 'NotReady', 'ServiceAbsent'],
          ),
          ...same(
            'inhibition ends',
            inhibitRules.map(({ targetMatch }: Manifest) =>
              targetMatch.map((one: Manifest) => `${one.name}${one.matchType ?? '='}${one.value}`).join(),
            ),
            'wanted',
            [
              'alertname=~ErrorBudgetBurn|ErrorRatioUp,severity=warning',
              'alertname=~PodsNotReady|Unavailable',
              'alertname!=ServiceAbsent',
            ],
          ),
          ...configs.flatMap((config: Manifest) => {
            const secret = config.apiSecret ?? config.apiURL ?? config.urlSecret
            return [
              ...same('secret', [secret.name, secret.key], 'the README', told?.slice(1)),
              ...(config.agentID === undefined
                ? []
                : [
                    ...same('application', config.agentID, 'asked for', agentId),
                    ...same('company', config.corpID, 'asked for', corpId),
                    ...same('to', config.toUser, 'wanted', '@all'),
                    ...same('as', config.messageType, 'wanted', 'markdown'),
                  ]),
            ]
          }),
          ...same('ways to tell', configs.length, 'wanted', 1),
        ]
      })
    },
  },
]

/** The id of a dashboard, or what is wrong with its JSON. */
function dashboardId(text: string): string {
  try {
    return JSON.parse(text).uid
  } catch {
    return 'no JSON'
  }
}
