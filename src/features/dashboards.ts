import type { Model } from '../model/types.js'
import { t } from '../words.js'
import { dependencyRows, ownOf } from './dashboards-dependencies.js'
import { defineFeature } from './types.js'
import type { DashboardRow, Panel } from './types-monitoring.js'

/** A Grafana dashboard of the golden signals, with a row for each dependency that was chosen. */
export const dashboards = defineFeature({
  id: 'dashboards',
  help: 'a Grafana dashboard of the golden signals, with a row for each kind of dependency',
  enabled: ({ features }) => features.dashboards,
  requires: ['metrics'],
  templates: 'features/dashboards',
  slots: (model) => ({
    dashboardRows: [...goldenRows(model), ...dependencyRows(model)],
    readmeFeatures: [
      {
        title: t('Dashboard'),
        text: t('Latency, traffic, errors and saturation in Grafana, for all environments; releases are marked in it.'),
      },
    ],
    readmeNeeds: [
      {
        what: t(
          'Grafana with the sidecar that loads ConfigMaps labelled `grafana_dashboard: "1"`, from all namespaces',
        ),
        for: t('the dashboard; without it the ConfigMap lies there, and nothing else happens'),
      },
    ],
  }),
})

function goldenRows(model: Model): DashboardRow[] {
  const { name, slo, resources } = model
  const own = ownOf(model)
  const container = `namespace="$namespace",container="${name}"`
  const each = (panel: (indicator: (typeof slo.indicators)[number]) => Panel): Panel[] => slo.indicators.map(panel)
  const quantile = (duration: string, share: number) =>
    `histogram_quantile(${share}, sum by (le) (rate(${duration}_bucket{${own}}[$__rate_interval])))`
  return [
    {
      title: 'Latency',
      panels: each(({ protocol, duration }) => ({
        title: `Duration, ${protocol}`,
        description: `The objective is a P99 of ${slo.latencyText}.`,
        unit: 's',
        queries: [0.5, 0.95, 0.99].map((share) => ({ expr: quantile(duration, share), legend: `P${share * 100}` })),
      })),
    },
    {
      title: 'Traffic',
      panels: each(({ protocol, requests }) => ({
        title: `Requests, ${protocol}`,
        description: 'By what is called, and by the version that answers.',
        unit: 'reqps',
        queries: [
          {
            expr: `sum by (${protocol === 'http' ? 'route' : 'method'}, subset) (rate(${requests}{${own}}[$__rate_interval]))`,
            legend: `{{${protocol === 'http' ? 'route' : 'method'}}} {{subset}}`,
          },
        ],
      })),
    },
    {
      title: 'Errors',
      panels: each(({ protocol, requests, errors }) => ({
        title: `Failed requests, ${protocol}`,
        description: `${slo.availability} % have to succeed.`,
        unit: 'percentunit',
        queries: [
          {
            expr: `sum by (code) (rate(${requests}{${own},${errors}}[$__rate_interval])) / ignoring (code) group_left sum (rate(${requests}{${own}}[$__rate_interval]))`,
            legend: '{{code}}',
          },
        ],
      })),
    },
    {
      title: 'Saturation',
      panels: [
        {
          title: 'CPU',
          description: `Cores; the request is ${resources.cpuRequest}.`,
          unit: 'short',
          queries: [
            {
              expr: `sum by (pod) (rate(container_cpu_usage_seconds_total{${container}}[$__rate_interval]))`,
              legend: '{{pod}}',
            },
          ],
        },
        {
          title: 'Memory',
          description: `Of the limit of ${resources.memoryLimit}.`,
          unit: 'bytes',
          queries: [{ expr: `max by (pod) (container_memory_working_set_bytes{${container}})`, legend: '{{pod}}' }],
        },
        {
          title: 'Requests in flight, goroutines',
          description: 'What waits.',
          unit: 'short',
          queries: [
            ...slo.indicators.map(({ protocol }) => ({
              expr: `sum by (pod) (${protocol}_requests_in_flight{${own}})`,
              legend: `{{pod}} ${protocol}`,
            })),
            { expr: `max by (pod) (go_goroutines{${own}})`, legend: '{{pod}} goroutines' },
          ],
        },
        {
          title: 'Garbage collection',
          description: 'Seconds a second in which the program stands still.',
          unit: 'percentunit',
          queries: [
            { expr: `sum by (pod) (rate(go_gc_duration_seconds_sum{${own}}[$__rate_interval]))`, legend: '{{pod}}' },
          ],
        },
      ],
    },
  ]
}
