import { defineFeature } from './types.js'

/** Validated, rate-limited, audited hot reload of the mounted configuration file. */
export const configReload = defineFeature({
  id: 'config-reload',
  enabled: ({ features }) => features.configReload,
  templates: 'features/config-reload',
  flag: 'configReload',
  slots: ({ timeouts }) => ({
    readmeFeatures: [
      {
        title: 'Hot reload',
        text: `A changed ConfigMap is validated and taken over at most every ${timeouts.reloadInterval.text}; what a restart needs is said in the log.`,
      },
    ],
  }),
})
