import { storeNames } from '../spec/stores.js'
import type { Spec } from '../spec/table.js'
import { t } from '../words.js'
import type { Ledger } from './ledger.js'
import { bytesOf, decimalSeconds, duration, millisecondsOf } from './quantity.js'
import type { BurnRate, Indicator, Monitoring, Slo } from './types-monitoring.js'
import { webAddress } from './web-address.js'

/** Days for which the error budget has to last: four weeks and a bit, as the Site Reliability Workbook counts. */
const periodDays = 30

/** The pairs of windows of the Site Reliability Workbook, chapter 5, table 5-8. */
const windows: readonly (Pick<BurnRate, 'spent' | 'long' | 'short' | 'for' | 'severity'> & { hours: number })[] = [
  { hours: 1, spent: 2, long: '1h', short: '5m', for: '2m', severity: 'critical' },
  { hours: 6, spent: 5, long: '6h', short: '30m', for: '15m', severity: 'critical' },
  { hours: 24, spent: 10, long: '1d', short: '2h', for: '1h', severity: 'warning' },
  { hours: 72, spent: 10, long: '3d', short: '6h', for: '3h', severity: 'warning' },
]

/** Minutes of the window in which latency and traffic are looked at. */
const latencyMinutes = 5
/** Failed requests that are no chance any more, whatever the traffic: a pool of two requests a minute has them in five. */
const leastErrors = 10
/** Of so many requests one is the slowest percent. */
const percentOf = 100
/** Bytes of a goroutine that waits: its stack and what a request holds. */
const goroutineBytes = 8 * 1024

/** Six digits are more than any objective has, and hide what binary fractions add. */
const rounded = (value: number): number => Number(value.toPrecision(6))

/** Whether rules are rendered: without metrics there is nothing to watch. */
export function hasAlerts(spec: Spec): boolean {
  return spec['alerts.enabled'] && spec['metrics.enabled']
}

export function hasDashboards(spec: Spec): boolean {
  return spec['dashboards.enabled'] && spec['metrics.enabled']
}

/** The objectives, and how fast their budget may go. */
export function slo(spec: Spec, ledger: Ledger): Slo {
  const availability = spec['slo.availability']
  const errorBudget = rounded((100 - availability) / 100)
  const leastTraffic = rounded(Math.ceil((percentOf / (latencyMinutes * 60)) * 100) / 100)
  const latencySeconds = decimalSeconds(millisecondsOf(spec['slo.latencyP99']))
  const burnRates = windows.map((window) => burnRate(window, errorBudget))
  if (hasAlerts(spec)) {
    const options = ['slo.availability']
    ledger.note(
      { name: t('error budget'), unit: '%', reason: t`requests that may fail in ${periodDays} days`, options },
      rounded(errorBudget * 100),
      t`100 − ${availability} (objective) = ${rounded(errorBudget * 100)}`,
    )
    for (const rate of burnRates) {
      ledger.text(
        {
          name: t`burn rate over ${rate.long} and ${rate.short}`,
          reason: t`${rate.severity === 'critical' ? t('wakes somebody') : t('tells somebody in working hours')} once ${rate.spent} % of the budget are gone within ${rate.long}; the short window, a twelfth, ends it soon after the errors end`,
          options,
        },
        `${rate.factor} × ${errorBudget} = ${rate.threshold}`,
        t`${rate.spent} % × ${periodDays} d ÷ ${rate.long} = ${rate.factor}; short: ${rate.long} ÷ 12 = ${rate.short}; held for ${rate.for}`,
      )
    }
    ledger.note(
      {
        name: t('least errors for a burn rate'),
        unit: t('requests'),
        reason: t(
          'of two requests a minute one that fails is a large share and no outage; ten within the long window are',
        ),
        options: [],
      },
      leastErrors,
      t`${leastErrors} failed requests within the long window`,
    )
    ledger.note(
      {
        name: t('least traffic for a percentage'),
        unit: t('requests/s'),
        reason: t(
          'one in a hundred can be told only of a hundred: below that, the warnings about latency and growth say nothing',
        ),
        options: [],
      },
      leastTraffic,
      t`${percentOf} (requests) ÷ ${latencyMinutes * 60} s (window), rounded up = ${leastTraffic}`,
    )
  }
  return {
    latencySeconds,
    latencyText: duration(millisecondsOf(spec['slo.latencyP99'])).text,
    // Prometheus 3 spells whole numbers with a fraction: 1.0.
    latencyBucket: latencySeconds.includes('.') ? `le="${latencySeconds}"` : `le=~"${latencySeconds}(\\\\.0)?"`,
    availability,
    errorBudget,
    periodDays,
    burnRates,
    indicators: indicators(spec),
    leastTraffic,
    leastErrors,
  }
}

function burnRate({ hours, ...window }: (typeof windows)[number], errorBudget: number): BurnRate {
  const factor = rounded(((window.spent / 100) * periodDays * 24) / hours)
  return {
    ...window,
    factor,
    longMinutes: hours * 60,
    shortMinutes: hours * 5,
    threshold: rounded(factor * errorBudget),
  }
}

function indicators(spec: Spec): Indicator[] {
  const named = (protocol: Indicator['protocol'], errors: string, samples: Indicator['samples']): Indicator => ({
    protocol,
    requests: `${protocol}_requests_total`,
    errors,
    duration: `${protocol}_request_duration_seconds`,
    panics: `${protocol}_panics_total`,
    samples,
  })
  return [
    ...(spec['http.enabled'] ? [named('http', 'code=~"5.."', { good: 'code="200"', bad: 'code="503"' })] : []),
    // The codes that are the server's fault; what a caller did wrong or gave up on spends no budget.
    ...(spec['grpc.enabled']
      ? [
          named('grpc', 'code=~"DataLoss|DeadlineExceeded|Internal|Unavailable|Unknown"', {
            good: 'code="OK"',
            bad: 'code="Internal"',
          }),
        ]
      : []),
  ]
}

/** Thresholds of what is no objective, and whom Alertmanager tells when. */
export function monitoring(spec: Spec, ledger: Ledger): Monitoring {
  const receiver = spec['alerts.receiver']
  const goroutines = Math.floor(bytesOf(spec['resources.memory.limit']) / 10 / goroutineBytes)
  const thresholds = {
    errorGrowth: 1.5,
    memoryShare: 0.95,
    throttledShare: 0.25,
    goroutines,
    poolShare: 0.9,
    storeErrors: 0.05,
    storeFailures: 5,
    lagSeconds: 300,
    outboxSeconds: 300,
    centreAge: 900,
  }
  if (hasAlerts(spec)) {
    explain(spec, thresholds, ledger)
  }
  return {
    namespace: 'monitoring',
    receiver,
    isWecom: receiver === 'wecom',
    isSlack: receiver === 'slack',
    secret: { name: `${spec.name}-alertmanager`, key: receiver === 'wecom' ? 'api-secret' : 'url' },
    wecom: { corpId: spec['alerts.wecom.corpId'], agentId: spec['alerts.wecom.agentId'] },
    runbook: runbookAddress(spec),
    ...thresholds,
    notify: { groupWait: '30s', groupInterval: '5m', repeatPage: '1h', repeatWarning: '12h' },
  }
}

/** The reason of each threshold that concerns this service. */
function explain(
  spec: Spec,
  limits: Pick<
    Monitoring,
    | 'errorGrowth'
    | 'memoryShare'
    | 'throttledShare'
    | 'goroutines'
    | 'poolShare'
    | 'storeErrors'
    | 'lagSeconds'
    | 'outboxSeconds'
    | 'centreAge'
  >,
  ledger: Ledger,
): void {
  const memory = spec['resources.memory.limit']
  const hasStores = storeNames.some((name) => spec[`${name}.enabled`])
  const rows: readonly (readonly [on: boolean, name: string, value: string, how: string, reason: string])[] = [
    [
      true,
      t('errors that have grown'),
      t`${limits.errorGrowth} × the hour before`,
      '1 + 50 %',
      t(
        'half as many again, above the budget and with enough traffic, is a change and not chance; a canary does it first',
      ),
    ],
    [
      true,
      t('memory that is near its limit'),
      t`${limits.memoryShare * 100} % of ${memory}`,
      t('90 % (GOMEMLIMIT) + half of what is left'),
      t('GOMEMLIMIT holds Go’s own memory at nine tenths; what is above that the collector can’t free'),
    ],
    [
      spec['resources.cpu.limit'] !== 'none',
      t('CPU that is throttled'),
      t`${limits.throttledShare * 100} % of periods`,
      t('1 of 4, for 15 m'),
      t('now and then is what a limit is for; a quarter of the time is latency that everybody has'),
    ],
    [
      true,
      t('goroutines that pile up'),
      `${limits.goroutines}`,
      t`${memory} (memory limit) ÷ 10 ÷ ${goroutineBytes / 1024} KiB (each)`,
      t('so many hold a tenth of the memory: they don’t end as fast as they start'),
    ],
    [
      hasStores,
      t('a pool that is full'),
      `${limits.poolShare * 100} %`,
      t('more than 9 of 10 connections, for 5 m'),
      t('what comes next waits for a connection'),
    ],
    [
      hasStores,
      t('a data store that fails'),
      t`${limits.storeErrors * 100} % of operations`,
      t('1 of 20, for 5 m'),
      t('single errors are retried; one in twenty is seen by callers'),
    ],
    [
      spec['nats.enabled'] || spec['kafka.enabled'],
      t('messages that wait'),
      t`${limits.lagSeconds} s of work`,
      t('lag ÷ pace of the last 5 m, for 10 m'),
      t('a burst is worked off within minutes; what lasts longer grows'),
    ],
    [
      (spec['nats.enabled'] || spec['kafka.enabled']) && (spec['postgres.enabled'] || spec['mysql.enabled']),
      t('an outbox that stands still'),
      `${limits.outboxSeconds} s`,
      t('age of the oldest message, for 2 m'),
      t('a message goes out within a second; a broker that restarts is back before that'),
    ],
    [
      ['consul', 'nacos'].includes(spec['config.source']) && spec['config.reload'],
      t('a configuration centre that is silent'),
      `${limits.centreAge} s`,
      t('15 min'),
      t('longer than a restart of the centre; the settings in force stay good meanwhile'),
    ],
  ]
  for (const [, name, value, how, reason] of rows.filter(([on]) => on)) {
    ledger.text({ name, reason, options: [] }, value, how)
  }
}

/** Where people read the runbook, in the service's folder of its repository. */
function runbookAddress(spec: Spec): string {
  const folder = spec['delivery.path'] === undefined ? '' : `${spec['delivery.path']}/`
  return `${webAddress(spec['delivery.argocd.repo'] as string)}/blob/main/${folder}docs/runbook.md`
}
