import { defineFeature } from './types.js'

/** What every project has: its templates are `templates/base`. */
export const service = defineFeature({
  id: 'service',
  help: 'what every project has',
  enabled: () => true,
  goModules: ['base'],
  slots: ({ module }) => ({
    appImports: ['admin', 'config', 'health'].map((name) => ({
      path: `${module}/internal/${name}`,
    })),
    errorImports: ['answer', 'idempotency', 'store'].map((name) => ({ path: `${module}/internal/${name}` })),
  }),
})
