import { defineFeature } from './types.js'

/** Settings as environment variables alone, from a ConfigMap whose name changes with its content. */
export const configEnv = defineFeature({
  id: 'config-env',
  help: 'settings as environment variables alone, from a ConfigMap whose name changes with its content',
  enabled: ({ features }) => !features.configFile,
  conflicts: ['config-file'],
  templates: 'features/config-env',
})
