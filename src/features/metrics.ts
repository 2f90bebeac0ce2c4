import { defineFeature } from './types.js'

/** Prometheus metrics on the admin port. */
export const metrics = defineFeature({
  id: 'metrics',
  help: 'Prometheus metrics on the admin port',
  enabled: ({ features }) => features.metrics,
  templates: 'features/metrics',
  flag: 'metrics',
  goModules: ['metrics'],
  slots: ({ module, slo }) => ({
    appImports: [{ path: `${module}/internal/telemetry` }],
    appSetup: [{ order: 10, statement: 'registry := telemetry.NewRegistry()' }],
    httpMiddleware: [{ order: 20, expression: 'httpserver.Metrics(registry, cfg.HTTP.Timeout)' }],
    adminRoutes: [{ route: '{Pattern: "GET /metrics", Handler: telemetry.MetricsHandler(registry)}' }],
    readmeFeatures: [
      {
        title: 'Metrics',
        text: `Rate, errors and duration of each route; a histogram bucket ends at ${slo.latencySeconds} s, the latency objective.`,
      },
    ],
  }),
})
