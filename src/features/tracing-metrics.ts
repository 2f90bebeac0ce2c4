import { defineFeature } from './types.js'

/** How many spans are missing in the traces. */
export const tracingMetrics = defineFeature({
  id: 'tracing-metrics',
  help: 'metrics of the spans that were dropped',
  enabled: ({ features }) => features.tracing && features.metrics,
  requires: ['tracing', 'metrics'],
  templates: 'features/tracing-metrics',
  slots: () => ({
    appSetup: [{ order: 21, statement: 'telemetry.RegisterTracing(registry, tracing)' }],
  }),
})
