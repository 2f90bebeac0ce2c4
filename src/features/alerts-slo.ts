import type { Model } from '../model/types.js'
import type { BurnRate, Indicator } from '../model/types-monitoring.js'
import { t } from '../words.js'
import type { Alert, AlertTest, Recording, Selectors } from './types-monitoring.js'

const errorRatio = (window: string): string => `service:request_errors:ratio_rate${window}`
const failures = (window: string): string => `service:request_errors:increase${window}`
const slowRatio = 'service:request_slow:ratio_rate5m'
const traffic = 'service:requests:rate5m'
const by = 'by (job, namespace)'

/** What the alerts about objectives compare, recorded: windows of days are too long to be read for each look. */
export function sloRecordings({ slo }: Model): Recording[] {
  const windows = slo.burnRates.flatMap(({ long, short }) => [long, short])
  return slo.indicators.flatMap(({ protocol, requests, errors, duration }) => {
    const labels = { protocol }
    const slow = (part: string, window: string) => `sum ${by} (rate(${duration}_${part}[${window}]))`
    return [
      {
        group: 'slo',
        record: traffic,
        labels,
        expr: ({ own }) => `sum ${by} (rate(${requests}{${own}}[5m]))`,
      },
      {
        group: 'slo',
        record: slowRatio,
        labels,
        expr: ({ own }) =>
          `1 - ${slow(`bucket{${own},${slo.latencyBucket}}`, '5m')}\n  / (${slow(`count{${own}}`, '5m')} > 0)`,
      },
      ...slo.burnRates.map(({ long }) => ({
        group: 'slo',
        record: failures(long),
        labels,
        expr: ({ own }: Selectors) => `sum ${by} (increase(${requests}{${own},${errors}}[${long}]))`,
      })),
      ...[...new Set(windows)].map((window) => ({
        group: 'slo',
        record: errorRatio(window),
        labels,
        expr: ({ own }: Selectors) =>
          [
            '(',
            `  sum ${by} (rate(${requests}{${own},${errors}}[${window}]))`,
            `  or 0 * sum ${by} (rate(${requests}{${own}}[${window}]))`,
            `) / (sum ${by} (rate(${requests}{${own}}[${window}])) > 0)`,
          ].join('\n'),
      })),
    ]
  })
}

export function sloAlerts(model: Model): Alert[] {
  const { slo, monitoring } = model
  const enough = `  and ${traffic}`
  return [
    ...slo.burnRates.map((rate, at) => burn(model, rate, at === 0 ? burnTests(model) : [])),
    {
      group: 'slo',
      alert: 'LatencyHigh',
      severity: 'warning',
      for: '5m',
      expr: ({ own }) => `${slowRatio}{${own}} > 0.01\n${enough}{${own}} > ${slo.leastTraffic}`,
      summary: t`P99 of ${model.name} is above ${slo.latencyText}`,
      description: t`{{ $value | humanizePercentage }} of the {{ $labels.protocol }} requests took longer than ${slo.latencyText}; the objective leaves 1 %.`,
      runbook: [
        t`More than one request in a hundred has taken longer than ${slo.latencyText} for five minutes. It is counted by a bucket that ends`,
        t('exactly there, not interpolated.'),
        '',
        t('1. Look at the latency of each route: is it one of them, or all?'),
        t(
          '2. All of them: look at the alerts about saturation, and at the dependencies. One of them: look at its traces.',
        ),
        t('3. Since a release? Roll back first and look for the cause then.'),
      ].join('\n'),
      tests: slo.indicators.flatMap((indicator) => latencyTests(model, indicator)),
    },
    {
      group: 'slo',
      alert: 'ErrorRatioUp',
      severity: 'warning',
      for: '2m',
      expr: ({ own }) =>
        [
          `${errorRatio('5m')}{${own}}`,
          `  > ${monitoring.errorGrowth} * ${errorRatio('5m')}{${own}} offset 1h`,
          `  and ${errorRatio('5m')}{${own}} > ${slo.errorBudget}`,
          `${enough}{${own}} > ${slo.leastTraffic}`,
        ].join('\n'),
      summary: t`${model.name} fails half as often again as an hour ago`,
      description: t(
        '{{ $value | humanizePercentage }} of the {{ $labels.protocol }} requests fail. If a new version is taking traffic, such as a canary, it is degraded: take its share back.',
      ),
      runbook: [
        t(
          'The share of errors is half as high again as it was an hour ago, above what the objective allows, and there are enough requests',
        ),
        t('for that to mean something. Something has changed within the hour.'),
        '',
        t('1. A new version, a canary among them? The dashboard marks it. Take its traffic back, or roll back.'),
        t('2. A changed setting? The log says `config changed`.'),
        t('3. Otherwise look at the dependencies: their errors come here as well.'),
      ].join('\n'),
      tests: slo.indicators.flatMap((indicator) => growthTests(model, indicator)),
    },
    ...slo.indicators.map(
      ({ protocol, panics }): Alert => ({
        group: 'slo',
        alert: 'Panicked',
        severity: 'warning',
        labels: { protocol },
        expr: ({ own }) => `sum ${by} (increase(${panics}{${own}}[10m])) > 0`,
        summary: t`A handler of ${model.name} panicked`,
        description: t`A ${protocol} request ended in a panic within the last ten minutes; the log has the stack.`,
        runbook: [
          t('A handler panicked. Its caller got an error, everybody else was served.'),
          '',
          t('1. Find `panic` in the log, at level ERROR: the record has the stack and the request’s id.'),
          t('2. It will happen again with the same input: fix it, or roll back the version that brought it.'),
        ].join('\n'),
        tests: [
          {
            what: `fires when a handler has panicked, ${protocol}`,
            series: ({ own }) => [[`${panics}{${own},pod="a"}`, '0x5 1x10']],
            at: '10m',
            fires: [{ labels: { ...place(model), protocol } }],
          },
          {
            what: `stays quiet once that is long ago, ${protocol}`,
            series: ({ own }) => [[`${panics}{${own},pod="a"}`, '1x20']],
            at: '20m',
            fires: [],
          },
        ],
      }),
    ),
  ]
}

function burn({ name, slo }: Model, rate: BurnRate, tests: readonly AlertTest[]): Alert {
  const { long, short, factor, threshold } = rate
  return {
    group: 'slo',
    alert: 'ErrorBudgetBurn',
    severity: rate.severity,
    for: rate.for,
    labels: { window: long },
    expr: ({ own }) =>
      [
        `${errorRatio(long)}{${own}} > ${threshold}`,
        `  and ${errorRatio(short)}{${own}} > ${threshold}`,
        `  and ${failures(long)}{${own}} >= ${slo.leastErrors}`,
      ].join('\n'),
    summary:
      factor === 1
        ? t`${name} spends its error budget to the end`
        : t`${name} spends its error budget ${factor} times too fast`,
    description: t`{{ $value | humanizePercentage }} of the {{ $labels.protocol }} requests of the last ${long} failed; the objective of ${slo.availability} % allows ${percent(slo.errorBudget)}.`,
    runbook: [
      t`The objective is that ${slo.availability} % of the requests succeed, over ${slo.periodDays} days. What may fail is the error budget, and it goes too fast:`,
      '',
      t('| Window | Times too fast | Of the budget, when it fires |'),
      '|---|---|---|',
      ...slo.burnRates.map((each) => `| ${each.long} | ${each.factor} | ${each.spent} % |`),
      '',
      t('1. Which route, which status? The dashboard shows both.'),
      t('2. Since a release? Roll back first and look for the cause then.'),
      t('3. A dependency? Look at its own alerts, and at `/readyz?verbose` of a pod.'),
      t('4. The longer windows wake nobody: look at them in working hours, before the budget is gone.'),
    ].join('\n'),
    tests,
  }
}

/** When the tests look: after `for` of the burn rate and of the next slower one, and before that of the one after. */
const looks = ['30m', '90m', '4h', '4h'] as const

/**
 * Hardly any traffic, all of it failed: when the least number of errors has been there for as long as each window wants, and
 * twice as many not yet.
 */
const floors = [
  { at: '8m', pace: 2 },
  { at: '30m', pace: 1 },
  { at: '90m', pace: 0.5 },
  { at: '4h', pace: 0.2 },
] as const

/** For each burn rate a share of errors just above it: it and the next slower one fire, and no faster one. */
function burnTests(model: Model): AlertTest[] {
  const { burnRates, indicators, errorBudget, leastErrors } = model.slo
  const course =
    ({ requests, samples }: Indicator, share: number) =>
    ({ own }: Selectors) => {
      // A tight objective takes many requests until its share of errors is more than chance.
      const pace = Math.max(1000, Math.ceil((2 * leastErrors) / (share * 25)))
      const bad = digits(share * pace)
      return [
        [`${requests}{${own},${samples.good}}`, `0+${digits(pace - bad)}x240`],
        [`${requests}{${own},${samples.bad}}`, `0+${bad}x240`],
      ] as const
    }
  const firing = (protocol: string, share: number, from: number) =>
    burnRates.slice(from, from + 2).map(({ long }) => ({
      labels: { ...place(model), protocol, window: long },
      value: percent(share),
    }))
  return indicators.flatMap((indicator, first) => [
    ...burnRates
      .map((rate, at): AlertTest => {
        const share = Math.min(1, Number((rate.threshold * 1.05).toPrecision(3)))
        return {
          what: `fires over ${rate.long} at ${percent(share)} of errors, ${indicator.protocol}`,
          series: course(indicator, share),
          at: looks[at] ?? '4h',
          fires: firing(indicator.protocol, share, at),
        }
      })
      // The rules of a second protocol are the same but for names: every other share has all of its windows fire.
      .filter((_, at) => first === 0 || at % 2 === 0),
    {
      what: `stays quiet while errors stay within the budget, ${indicator.protocol}`,
      series: course(indicator, errorBudget * 0.95),
      at: '4h',
      fires: [],
    },
    {
      what: `ends over 1h soon after the errors have ended, and not yet over 6h, ${indicator.protocol}`,
      series: ({ own }) => [
        [`${indicator.requests}{${own},${indicator.samples.good}}`, '0+0x70 1000+1000x20'],
        [`${indicator.requests}{${own},${indicator.samples.bad}}`, '0+1000x70 70000x20'],
      ],
      at: '80m',
      fires: firing(indicator.protocol, 70 / 80, 1),
    },
    {
      what: `stays quiet about one failure at two requests a minute, ${indicator.protocol}`,
      series: ({ own }) => [
        [`${indicator.requests}{${own},${indicator.samples.good}}`, '0+2x30'],
        [`${indicator.requests}{${own},${indicator.samples.bad}}`, '0x20 1x10'],
      ],
      at: '24m',
      fires: [],
    },
    ...(first === 0
      ? floors.map(
          ({ at, pace }, windows): AlertTest => ({
            what: `fires over ${windows + 1} windows at ${pace} requests a minute that all fail, ${indicator.protocol}`,
            series: ({ own }) => [
              [`${indicator.requests}{${own},${indicator.samples.good}}`, '0x300'],
              [`${indicator.requests}{${own},${indicator.samples.bad}}`, `0+${pace}x300`],
            ],
            at,
            fires: burnRates.slice(0, windows + 1).map(({ long }) => ({
              labels: { ...place(model), protocol: indicator.protocol, window: long },
              value: percent(1),
            })),
          }),
        )
      : []),
    {
      what: `stays quiet without any traffic, ${indicator.protocol}`,
      series: ({ own }) => [[`${indicator.requests}{${own},${indicator.samples.bad}}`, '5x30']],
      at: '30m',
      fires: [],
    },
  ])
}

/** Requests a minute that are just enough for a percentage, and just too few. */
function paces({ slo }: Model): { enough: number; few: number } {
  return { enough: digits(slo.leastTraffic * 60 * 1.05), few: digits(slo.leastTraffic * 60 * 0.95) }
}

function latencyTests(model: Model, { protocol, duration, requests, samples }: Indicator): AlertTest[] {
  const { latencySeconds } = model.slo
  const { enough, few } = paces(model)
  const bound = latencySeconds.includes('.') ? latencySeconds : `${latencySeconds}.0`
  const course =
    (all: number, slow: number) =>
    ({ own }: Selectors) =>
      [
        [`${duration}_bucket{${own},le="${bound}"}`, `0+${digits(all * (1 - slow))}x20`],
        [`${duration}_count{${own}}`, `0+${all}x20`],
        [`${requests}{${own},${samples.good}}`, `0+${all}x20`],
      ] as const
  return [
    {
      what: `fires when 11 requests of 1000 are slow, ${protocol}`,
      series: course(enough, 0.011),
      at: '15m',
      fires: [{ labels: { ...place(model), protocol }, value: '1.1%' }],
    },
    { what: `stays quiet at 9 of 1000, ${protocol}`, series: course(1000, 0.009), at: '15m', fires: [] },
    { what: `stays quiet when hardly anybody calls, ${protocol}`, series: course(few, 0.5), at: '15m', fires: [] },
    { what: `stays quiet for the first five minutes, ${protocol}`, series: course(1000, 0.011), at: '5m', fires: [] },
  ]
}

function growthTests(model: Model, { protocol, requests, samples }: Indicator): AlertTest[] {
  const before = Math.min(0.25, Number((model.slo.errorBudget * 2).toPrecision(3)))
  const { enough, few } = paces(model)
  const then = (pace: number, share: number, after: number) =>
    `0+${digits(pace * share)}x70 ${digits(pace * (70 * share + after))}+${digits(pace * after)}x20`
  const course =
    (pace: number, growth: number) =>
    ({ own }: Selectors) =>
      [
        [`${requests}{${own},${samples.good}}`, then(pace, 1 - before, 1 - before * growth)],
        [`${requests}{${own},${samples.bad}}`, then(pace, before, before * growth)],
      ] as const
  return [
    {
      what: `fires when the share of errors has doubled, ${protocol}`,
      series: course(enough, 2),
      at: '80m',
      fires: [{ labels: { ...place(model), protocol }, value: percent(before * 2) }],
    },
    { what: `stays quiet when it is two fifths higher, ${protocol}`, series: course(1000, 1.4), at: '80m', fires: [] },
    { what: `stays quiet when hardly anybody calls, ${protocol}`, series: course(few, 2), at: '80m', fires: [] },
    {
      what: `stays quiet when nobody called an hour ago, ${protocol}`,
      series: ({ own }) => [[`${requests}{${own},${samples.bad}}`, '_x70 0+1000x20']],
      at: '80m',
      fires: [],
    },
  ]
}

/** The labels that recorded series keep. */
export function place({ name, productionEnv }: Model): { job: string; namespace: string } {
  return { job: name, namespace: productionEnv.namespace }
}

/** As Prometheus' humanizePercentage writes it. */
function percent(share: number): string {
  return `${Number((share * 100).toPrecision(4))}%`
}

function digits(value: number): number {
  return Number(value.toPrecision(9))
}
