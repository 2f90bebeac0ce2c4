import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { stringify } from 'yaml'
import { type Manifest, type Overlay, overlaysOf } from '../support/manifests.js'
import { generate, recipe, workFolder } from '../support/project.js'
import { describeWith, run } from '../support/tools.js'

/** Series of a version: so many requests and failures a minute, with durations in the bucket that ends at 0.5 s or above 1 s. */
function version(subset: string, requests: number, failures: number, slow = 0): Manifest[] {
  const labels = `job="orders",namespace="orders",subset="${subset}"`
  const series = (name: string, perMinute: number, more = '') => ({
    series: `${name}{${labels}${more}}`,
    values: `0+${perMinute}x30`,
  })
  const bucket = (le: string, share: number) =>
    series('http_request_duration_seconds_bucket', requests * share, `,le="${le}"`)
  return [
    series('http_requests_total', requests - failures, ',code="200"'),
    ...(failures > 0 ? [series('http_requests_total', failures, ',code="500"')] : []),
    bucket('0.5', 1 - slow),
    bucket('0.8', 1 - slow),
    bucket('2.5', 1),
    bucket('+Inf', 1),
  ]
}

describeWith(['kustomize', 'promtool'], 'what the analysis of a canary asks, computed by Prometheus', () => {
  const work = workFolder()
  let overlay: Overlay
  beforeAll(() => {
    overlay = overlaysOf(generate(work, recipe('asked', '--rollout-strategy=canary', '--nats'))).find(
      ({ environment }) => environment === 'production',
    ) as Overlay
  })

  /** The query of a metric, with its arguments as the controller fills them in. */
  const queryOf = (name: string): string =>
    overlay
      .all('AnalysisTemplate')
      .flatMap(({ spec }) => spec.metrics)
      .find((metric: Manifest) => metric.name === name)
      .provider.prometheus.query.replaceAll('{{args.canary}}', 'new')
      .replaceAll('{{args.stable}}', 'old')
      .replaceAll('{{args.namespace}}', 'orders')

  /** Evaluates a query after 20 minutes of some series; what promtool says where it gets another answer. */
  function evaluated(name: string, series: readonly Manifest[], wanted: number | 'nothing'): string {
    const file = path.join(work, 'case.yaml')
    const samples = wanted === 'nothing' ? [] : [{ labels: '{}', value: wanted }]
    fs.writeFileSync(
      file,
      stringify({
        fuzzy_compare: true,
        tests: [
          {
            interval: '1m',
            input_series: series,
            promql_expr_test: [{ expr: queryOf(name), eval_time: '20m', exp_samples: samples }],
          },
        ],
      }),
    )
    const { code, output } = run('promtool', ['test', 'rules', file])
    return code === 0 ? '' : output
  }

  // Of the last three minutes so many were bad: more than 1.5 times the old version's share of errors, 0.72 % at least.
  test.each<[string, Manifest[], number | 'nothing']>([
    ['nothing is known', [], 'nothing'],
    ['nobody calls the new version', [...version('old', 600, 0), ...version('new', 0, 0)], 'nothing'],
    ['a few of its few requests fail', [...version('old', 600, 0), ...version('new', 40, 20)], 'nothing'],
    ['no error anywhere', [...version('old', 600, 0), ...version('new', 60, 0)], 0],
    ['one of a hundred fails', [...version('old', 600, 0), ...version('new', 100, 1)], 0],
    ['two of a hundred fail', [...version('old', 600, 0), ...version('new', 100, 2)], 3],
    ['both fail alike', [...version('old', 600, 60), ...version('new', 100, 10)], 0],
    ['half as many again', [...version('old', 600, 60), ...version('new', 100, 15)], 0],
    ['more than half as many again', [...version('old', 600, 60), ...version('new', 100, 16)], 3],
    ['there is no old version', version('new', 100, 10), 3],
    ['nobody calls the old version', [...version('old', 0, 0), ...version('new', 100, 10)], 3],
    ['for two minutes', [...version('old', 600, 0), ...version('new', 100, 0), failing('new', 18)], 2],
    ['no longer', [...version('old', 600, 0), ...version('new', 100, 0), failing('new', 10, 15)], 0],
  ])('errors: %s', (_, series, wanted) => {
    expect(evaluated('http-errors', series, wanted)).toBe('')
  })

  const messages = (subset: string, processed: number, failed: number): Manifest[] =>
    Object.entries({ processed, failed, dead_lettered: 0, duplicate: 0 }).map(([outcome, perMinute]) => ({
      series: `consumer_messages_total{job="orders",namespace="orders",subset="${subset}",consumer="nats",outcome="${outcome}"}`,
      values: `0+${perMinute}x30`,
    }))
  test.each<[string, Manifest[], number | 'nothing']>([
    ['nothing is known', [], 'nothing'],
    ['no message', [...messages('old', 0, 0), ...messages('new', 0, 0)], 'nothing'],
    ['all are handled', [...messages('old', 600, 0), ...messages('new', 100, 0)], 0],
    ['one of ten fails', [...messages('old', 600, 0), ...messages('new', 90, 10)], 3],
    ['both fail alike', [...messages('old', 540, 60), ...messages('new', 90, 10)], 0],
  ])('messages: %s', (_, series, wanted) => {
    expect(evaluated('messages-errors', series, wanted)).toBe('')
  })

  // Above the objective, and well above the old version's P99 where that is worse.
  test.each<[string, Manifest[], number | 'nothing']>([
    ['nothing is known', [], 'nothing'],
    ['nobody calls the new version', [...version('old', 600, 0), ...version('new', 0, 0)], 'nothing'],
    ['all is fast', [...version('old', 600, 0), ...version('new', 100, 0)], 0],
    ['half is slow, of the new version', [...version('old', 600, 0), ...version('new', 100, 0, 0.5)], 3],
    ['half is slow, of both', [...version('old', 600, 0, 0.5), ...version('new', 100, 0, 0.5)], 0],
    [
      'half is slow, and a little more of the new version',
      [...version('old', 600, 0, 0.5), ...version('new', 100, 0, 0.7)],
      0,
    ],
    ['there is no old version', version('new', 100, 0), 0],
  ])('latency: %s', (_, series, wanted) => {
    expect(evaluated('http-latency', series, wanted)).toBe('')
  })

  test.each<[string, Manifest[], number | 'nothing']>([
    ['nothing is known', [], 'nothing'],
    ['a hundred a minute', version('new', 100, 10), 200],
    // The whole pause has as many as a verdict needs, and no window of it has.
    ['ten a minute', version('new', 10, 0), 20],
  ])('requests: %s', (_, series, wanted) => {
    expect(evaluated('requests', series, wanted)).toBe('')
  })
})

/** Failures of a version, a hundred a minute from one minute to another. */
function failing(subset: string, from: number, to = 30): Manifest {
  const labels = `job="orders",namespace="orders",subset="${subset}",code="500"`
  return {
    series: `http_requests_total{${labels}}`,
    values: `0x${from} 100+100x${to - from - 1} ${(to - from) * 100}x30`,
  }
}
