import { defineFeature } from './types.js'

/** Consul's key-value store as the configuration centre, over plain HTTP. */
export const consul = defineFeature({
  id: 'consul',
  help: 'Consul as the configuration centre: its key-value store, by blocking queries',
  enabled: ({ config }) => config.centre?.name === 'Consul',
  requires: ['config-centre'],
  templates: 'features/consul',
  slots: () => ({
    configSections: [{ field: 'Consul', declaration: 'Consul   Consul', fields: 'consulFields()' }],
    credentials: [
      {
        constant: 'ConsulToken',
        file: 'consul-token',
        doc: 'is the ACL token for Consul. Without it the service asks as nobody.',
        required: false,
        random: false,
      },
    ],
  }),
})
