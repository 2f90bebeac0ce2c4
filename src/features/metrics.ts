import { t } from '../words.js'
import { defineFeature } from './types.js'

/** Prometheus metrics on the admin port. */
export const metrics = defineFeature({
  id: 'metrics',
  help: 'Prometheus metrics on the admin port',
  enabled: ({ features }) => features.metrics,
  templates: 'features/metrics',
  goModules: ['metrics'],
  slots: ({ module, features, slo }) => ({
    appImports: [{ path: `${module}/internal/telemetry` }],
    appSetup: [
      { order: 10, statement: 'registry := telemetry.NewRegistry()' },
      { order: 11, statement: 'telemetry.RegisterHealth(registry, checks)' },
    ],
    adminRoutes: [{ route: '{Pattern: "GET /metrics", Handler: telemetry.MetricsHandler(registry)}' }],
    readmeFeatures: [
      {
        title: t('Metrics'),
        text: t`Rate, errors and duration of each ${features.http ? t('route') : t('method')}; a histogram bucket ends at ${slo.latencySeconds} s, the latency objective.`,
      },
    ],
  }),
})
