import { defineFeature } from './types.js'

/** Counters of hot reloads: what joins metrics and config-reload. */
export const reloadMetrics = defineFeature({
  id: 'reload-metrics',
  enabled: ({ features }) => features.metrics && features.configReload,
  requires: ['metrics', 'config-reload'],
  templates: 'features/reload-metrics',
})
