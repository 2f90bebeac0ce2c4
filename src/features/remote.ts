import { defineFeature } from './types.js'

/** What data stores and brokers share: kinds of settings, and whose certificates are believed. */
export const remote = defineFeature({
  id: 'remote',
  help: 'what data stores and brokers share: kinds of settings, authorities of TLS',
  enabled: ({ features }) => features.remote,
  templates: 'features/remote',
})
