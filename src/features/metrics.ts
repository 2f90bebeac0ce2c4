import { defineFeature } from './types.js'

/** Prometheus metrics on the admin port. */
export const metrics = defineFeature({
  id: 'metrics',
  enabled: ({ features }) => features.metrics,
  templates: 'features/metrics',
  flag: 'metrics',
  goModules: ['metrics'],
  slots: ({ slo }) => ({
    readmeFeatures: [
      {
        title: 'Metrics',
        text: `Rate, errors and duration of each route; a histogram bucket ends at ${slo.latencySeconds} s, the latency objective.`,
      },
    ],
  }),
})
