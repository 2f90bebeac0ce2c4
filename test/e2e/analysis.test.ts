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
    overlay = overlaysOf(generate(work, recipe('asked', '--rollout-strategy=canary'))).find(
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

  // Multiples of the old version's share, 2 % at least; the factor that aborts is 1.5.
  test.each<[string, Manifest[], number | 'nothing']>([
    ['nothing is known', [], 'nothing'],
    ['nobody calls the new version', [...version('old', 600, 0), ...version('new', 0, 0)], 'nothing'],
    ['a few of its few requests fail', [...version('old', 600, 0), ...version('new', 20, 10)], 'nothing'],
    ['no error anywhere', [...version('old', 600, 0), ...version('new', 60, 0)], 0],
    ['one of a hundred fails', [...version('old', 600, 0), ...version('new', 100, 1)], 0.5],
    ['one of ten fails', [...version('old', 600, 0), ...version('new', 100, 10)], 5],
    ['both fail alike', [...version('old', 600, 60), ...version('new', 100, 10)], 1],
    ['half as many again', [...version('old', 600, 60), ...version('new', 100, 15)], 1.5],
    ['there is no old version', version('new', 100, 10), 5],
    ['nobody calls the old version', [...version('old', 0, 0), ...version('new', 100, 10)], 5],
  ])('errors: %s', (_, series, wanted) => {
    expect(evaluated('http-errors', series, wanted)).toBe('')
  })

  // Multiples of the objective, or of the old version's P99 where that is worse; more than 1 aborts.
  test.each<[string, Manifest[], number | 'nothing']>([
    ['nothing is known', [], 'nothing'],
    ['nobody calls the new version', [...version('old', 600, 0), ...version('new', 0, 0)], 'nothing'],
    ['all is fast', [...version('old', 600, 0), ...version('new', 100, 0)], 0.495 / 0.8],
    [
      'half is slow, of the new version',
      [...version('old', 600, 0), ...version('new', 100, 0, 0.5)],
      (0.8 + 1.7 * 0.98) / 0.8,
    ],
    ['half is slow, of both', [...version('old', 600, 0, 0.5), ...version('new', 100, 0, 0.5)], 1],
    ['there is no old version', version('new', 100, 0), 0.495 / 0.8],
  ])('latency: %s', (_, series, wanted) => {
    expect(evaluated('http-latency', series, wanted)).toBe('')
  })

  test.each<[string, Manifest[], number]>([
    ['nothing is known', [], 0],
    ['a hundred a minute', version('new', 100, 10), 1000],
  ])('requests: %s', (_, series, wanted) => {
    expect(evaluated('requests', series, wanted)).toBe('')
  })
})
