import { defineFeature } from './types.js'

/** Settings in a file of each overlay, mounted from a ConfigMap; the environment still wins over it. */
export const configFile = defineFeature({
  id: 'config-file',
  help: 'settings in a file of each overlay, mounted from a ConfigMap; the environment still wins over it',
  enabled: ({ features }) => features.configFile,
  conflicts: ['config-env'],
  templates: 'features/config-file',
})
