import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse, stringify } from 'yaml'
import { generate, recipe, workFolder } from '../support/project.js'
import { record } from '../support/proof.js'
import { describeWith, run } from '../support/tools.js'
import { toolVersion } from './tools/table.mjs'

/** What every series of the service has, and what those of the cluster have. */
const own = 'job="orders",namespace="orders"'
const inside = 'namespace="orders"'
const requests = (code: string, pod = 'a') =>
  `http_requests_total{${own},pod="${pod}",method="GET",route="/",code="${code}"}`
/** A counter that has nothing to do: there from the first scrape, at zero. */
const idle = '0x120'

/** Values a minute apart, in promtool's notation, of series from an empty database. */
type Series = Readonly<Record<string, string>>

/** A sound service: two pods, 100 requests a minute, all of them quick. */
const sound: Series = {
  [`up{${own},pod="a"}`]: '1x120',
  [`up{${own},pod="b"}`]: '1x120',
  [`health_ready{${own},pod="a"}`]: '1x120',
  [`health_ready{${own},pod="b"}`]: '1x120',
  [requests('200')]: '0+100x120',
  [requests('500')]: idle,
  [requests('503')]: idle,
  [`http_request_duration_seconds_bucket{${own},pod="a",le="0.8"}`]: '0+100x120',
  [`http_request_duration_seconds_count{${own},pod="a"}`]: '0+100x120',
  [`kube_deployment_status_replicas_available{${inside},deployment="orders"}`]: '2x120',
  [`kube_deployment_spec_replicas{${inside},deployment="orders"}`]: '2x120',
  [`kube_deployment_status_condition{${inside},deployment="orders",condition="Progressing",status="false"}`]: '0x120',
  [`kube_pod_container_status_restarts_total{${inside},container="orders",pod="a"}`]: '0x120',
  [`store_operation_duration_seconds_count{${own},pod="a",store="postgres",operation="get",outcome="ok"}`]: '0+100x120',
  [`store_operation_duration_seconds_count{${own},pod="a",store="postgres",operation="get",outcome="error"}`]: idle,
  [`store_pool_in_use_connections{${own},pod="a",store="postgres"}`]: '2x120',
  [`store_pool_max_connections{${own},pod="a",store="postgres"}`]: '10x120',
  [`health_check_passing{${own},pod="a",check="nats"}`]: '1x120',
  [`health_check_passing{${own},pod="b",check="nats"}`]: '1x120',
  [`consumer_receiving{${own},pod="a",consumer="nats"}`]: '1x120',
  [`consumer_receiving{${own},pod="b",consumer="nats"}`]: '1x120',
  [`consumer_lag_messages{${own},pod="a",consumer="nats"}`]: '0x120',
  [`consumer_messages_total{${own},pod="a",consumer="nats",outcome="processed"}`]: '0+60x120',
  [`consumer_messages_total{${own},pod="a",consumer="nats",outcome="waited"}`]: idle,
  [`consumer_messages_total{${own},pod="a",consumer="nats",outcome="dead_lettered"}`]: idle,
  [`outbox_oldest_seconds{${own},pod="a"}`]: '0x120',
  [`outbox_set_aside_messages{${own},pod="a"}`]: '0x120',
}

interface Outage {
  readonly what: string
  /** What differs from the sound service; it begins at minute 10. */
  readonly series: Series
  /** Alerts that fire at a minute, as `Name/severity`; all others have to be silent then. */
  readonly at: Readonly<Record<string, readonly string[]>>
}

const notReady = { [`health_ready{${own},pod="a"}`]: '1x10 0x110', [`health_ready{${own},pod="b"}`]: '1x10 0x110' }
const noTraffic = {
  [requests('200')]: '0+100x10 1000x110',
  [`http_request_duration_seconds_bucket{${own},pod="a",le="0.8"}`]: '0+100x10 1000x110',
  [`http_request_duration_seconds_count{${own},pod="a"}`]: '0+100x10 1000x110',
}
const few = {
  [`http_request_duration_seconds_bucket{${own},pod="a",le="0.8"}`]: '0+2x120',
  [`http_request_duration_seconds_count{${own},pod="a"}`]: '0+2x120',
}

const outages: readonly Outage[] = [
  { what: 'nothing at all', series: {}, at: { '5m': [], '40m': [], '110m': [] } },
  {
    what: 'a store that is gone: pods leave the Service, and no error is counted',
    series: {
      ...notReady,
      ...noTraffic,
      [`kube_deployment_status_replicas_available{${inside},deployment="orders"}`]: '2x10 0x110',
    },
    at: {
      '11m': [],
      '14m': ['NotReady/critical', 'Unavailable/critical'],
      '20m': ['NotReady/critical', 'PodsNotReady/critical', 'Unavailable/critical'],
    },
  },
  {
    what: 'the same where nothing tells of the cluster’s objects',
    series: {
      ...notReady,
      ...noTraffic,
      [`kube_deployment_status_replicas_available{${inside},deployment="orders"}`]: '_x120',
      [`kube_deployment_spec_replicas{${inside},deployment="orders"}`]: '_x120',
    },
    at: { '14m': ['NotReady/critical'] },
  },
  {
    what: 'a broker that is gone: pods stay ready, requests are answered, and messages wait in the outbox',
    series: {
      [`health_check_passing{${own},pod="a",check="nats"}`]: '1x10 0x110',
      [`health_check_passing{${own},pod="b",check="nats"}`]: '1x10 0x110',
      [`consumer_receiving{${own},pod="a",consumer="nats"}`]: '1x10 0x110',
      [`consumer_receiving{${own},pod="b",consumer="nats"}`]: '1x10 0x110',
      [`consumer_lag_messages{${own},pod="a",consumer="nats"}`]: '0x11 stale',
      [`consumer_messages_total{${own},pod="a",consumer="nats",outcome="processed"}`]: '0+60x10 600x110',
      [`outbox_oldest_seconds{${own},pod="a"}`]: '0x10 0+60x110',
    },
    at: {
      '12m': [],
      '17m': ['BrokerAway/critical', 'ConsumerNotReceiving/critical'],
      '20m': ['BrokerAway/critical', 'ConsumerNotReceiving/critical', 'OutboxStalled/critical'],
      '40m': [
        'BrokerAway/critical',
        'ConsumerLagUnknown/warning',
        'ConsumerNotReceiving/critical',
        'OutboxStalled/critical',
      ],
    },
  },
  {
    what: 'a broker that restarts within three minutes',
    series: {
      [`health_check_passing{${own},pod="a",check="nats"}`]: '1x10 0x2 1x107',
      [`health_check_passing{${own},pod="b",check="nats"}`]: '1x10 0x2 1x107',
      [`consumer_receiving{${own},pod="a",consumer="nats"}`]: '1x10 0x3 1x106',
      [`consumer_receiving{${own},pod="b",consumer="nats"}`]: '1x10 0x3 1x106',
      [`outbox_oldest_seconds{${own},pod="a"}`]: '0x10 60 120 180 0x107',
    },
    at: { '12m': [], '14m': [], '20m': [] },
  },
  {
    what: 'a consumer that may not receive any more, while its lag is no number',
    series: {
      [`consumer_receiving{${own},pod="a",consumer="nats"}`]: '1x10 0x110',
      [`consumer_receiving{${own},pod="b",consumer="nats"}`]: '1x10 0x110',
      [`consumer_lag_messages{${own},pod="a",consumer="nats"}`]: '0x11 stale',
      [`consumer_messages_total{${own},pod="a",consumer="nats",outcome="processed"}`]: '0+60x10 600x110',
    },
    at: { '12m': [], '17m': ['ConsumerNotReceiving/critical'] },
  },
  {
    what: 'one message that the broker refuses',
    series: { [`outbox_set_aside_messages{${own},pod="a"}`]: '0x10 1x110' },
    at: { '12m': ['OutboxSetAside/warning'] },
  },
  {
    what: 'one pod of two that stays unready',
    series: { [`health_ready{${own},pod="b"}`]: '1x10 0x110' },
    at: { '20m': [], '30m': ['PodsNotReady/warning'] },
  },
  {
    what: 'a release: each pod is unready for a minute',
    series: {
      [`health_ready{${own},pod="a"}`]: '1x10 0 1x109',
      [`health_ready{${own},pod="b"}`]: '1x12 0 1x107',
    },
    at: { '11m': [], '13m': [], '20m': [] },
  },
  {
    what: 'one failure at two requests a minute',
    series: { ...few, [requests('200')]: '0+2x120', [requests('503')]: '0x10 1x110' },
    at: { '12m': [], '14m': [], '30m': [], '100m': [] },
  },
  {
    what: 'two requests a minute that all fail',
    series: { ...few, [requests('200')]: '0+2x10 20x110', [requests('503')]: '0x10 0+2x110' },
    at: { '12m': [], '20m': ['ErrorBudgetBurn/critical'] },
  },
  {
    what: '580 errors before the second scrape of a new pod, whose series begin at zero',
    series: {
      [`up{${own},pod="c"}`]: '_x10 1x110',
      [`health_ready{${own},pod="c"}`]: '_x10 1x110',
      [requests('200', 'c')]: '_x10 0x110',
      [requests('500', 'c')]: '_x10 0 580x109',
    },
    at: { '14m': ['ErrorBudgetBurn/critical'] },
  },
  {
    what: 'no pod that answers the scraper',
    series: { [`up{${own},pod="a"}`]: '1x10 0x110', [`up{${own},pod="b"}`]: '1x10 0x110' },
    at: { '11m': [], '14m': ['ServiceAbsent/critical', 'TargetDown/warning'] },
  },
  {
    what: 'a release that passed its deadline, while the old version serves',
    series: {
      [`kube_deployment_status_condition{${inside},deployment="orders",condition="Progressing",status="false"}`]:
        '0x10 1x110',
    },
    at: { '10m': [], '15m': ['ReleaseStuck/warning'] },
  },
  {
    what: 'a store that fails now and then, five operations of thousands',
    series: {
      [`store_operation_duration_seconds_count{${own},pod="a",store="postgres",operation="get",outcome="error"}`]:
        '0x10 5x110',
    },
    at: { '20m': [] },
  },
  {
    what: 'a store that is idle at night, and fails once',
    series: {
      [`store_operation_duration_seconds_count{${own},pod="a",store="postgres",operation="get",outcome="ok"}`]: idle,
      [`store_operation_duration_seconds_count{${own},pod="a",store="postgres",operation="get",outcome="error"}`]:
        '0x10 1x110',
    },
    at: { '12m': [], '20m': [] },
  },
]

describeWith(['promtool'], 'what an outage sets off, from an empty database', () => {
  const work = workFolder()
  const project = generate(work, recipe('outages', '--alerts', '--postgres', '--nats', '--no-autoscaling'))
  const rules = parse(
    fs.readFileSync(path.join(project, 'deploy/monitoring/alerts/production/rules.yaml'), 'utf8'),
  ).spec
  const file = path.join(work, 'rules.yaml')
  fs.writeFileSync(file, stringify(rules))

  test('the rules read nothing that the sound service does not have, but what only some outages have', () => {
    const names = new Set(Object.keys(sound).map((series) => series.replace(/\{.*/s, '')))
    const alerts = rules.groups.flatMap((group: { rules: { alert?: string }[] }) => group.rules)
    expect(alerts.length).toBeGreaterThan(20)
    expect(names.size).toBeGreaterThan(8)
  })

  describe.each(outages)('$what', ({ what, series, at }) => {
    test('fires what it should, when it should, and nothing else', () => {
      const suite = path.join(work, `${outages.findIndex((one) => one.what === what)}.yaml`)
      fs.writeFileSync(
        suite,
        stringify({
          rule_files: [file],
          evaluation_interval: '1m',
          tests: [
            {
              interval: '1m',
              input_series: Object.entries({ ...sound, ...series }).map(([name, values]) => ({ series: name, values })),
              promql_expr_test: Object.entries(at).map(([moment, alerts]) => ({
                expr: 'group by (alertname, severity) (ALERTS{alertstate="firing"})',
                eval_time: moment,
                exp_samples: alerts.map((alert) => {
                  const [alertname, severity] = alert.split('/')
                  return { labels: `{alertname="${alertname}", severity="${severity}"}`, value: 1 }
                }),
              })),
            },
          ],
        }),
      )
      const { code, output } = run('promtool', ['test', 'rules', suite])
      const findings = code === 0 ? [] : [output]
      record({
        group: 'monitoring',
        tool: 'promtool, outages',
        version: toolVersion('promtool'),
        subject: 'variants',
        judged: Object.keys(at).length,
        unit: 'moments of outages',
        findings,
      })
      expect(findings).toEqual([])
    })
  })
})
