import { defineFeature } from './types.js'

/** Rate, errors and duration of each route. */
export const httpMetrics = defineFeature({
  id: 'http-metrics',
  help: 'rate, errors and duration of each route',
  enabled: ({ features }) => features.http && features.metrics,
  requires: ['http', 'metrics'],
  templates: 'features/http-metrics',
  slots: () => ({
    httpMiddleware: [{ order: 20, expression: 'httpserver.Metrics(registry, cfg.HTTP.Timeout, mux.Patterns()...)' }],
  }),
})
