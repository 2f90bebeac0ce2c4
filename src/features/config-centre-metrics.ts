import { defineFeature } from './types.js'

/** What the configuration centre says about itself: revision, age, failures. */
export const configCentreMetrics = defineFeature({
  id: 'config-centre-metrics',
  help: 'revision, age and failures of the configuration centre as metrics',
  enabled: ({ features }) => features.configCentre && features.metrics,
  requires: ['config-centre', 'metrics'],
  templates: 'features/config-centre-metrics',
  slots: () => ({
    appSetup: [{ order: 32, statement: 'telemetry.RegisterCentre(registry, a.centre.Stats)' }],
  }),
})
