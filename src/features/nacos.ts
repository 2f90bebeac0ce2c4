import { defineFeature } from './types.js'

/**
 * Nacos as the configuration centre, over plain HTTP: the API of Nacos 3, else that of Nacos 2. Neither needs 9848,
 * the port of gRPC, so the network policy has 8848 alone.
 */
export const nacos = defineFeature({
  id: 'nacos',
  help: 'Nacos as the configuration centre: one YAML document, by the HTTP API of Nacos 2 or 3',
  enabled: ({ config }) => config.centre?.name === 'Nacos',
  requires: ['config-centre'],
  templates: 'features/nacos',
  slots: () => ({
    configSections: [{ field: 'Nacos', declaration: 'Nacos    Nacos', fields: 'nacosFields()' }],
    credentials: [
      {
        constant: 'NacosUsername',
        file: 'nacos-username',
        doc: 'is the account at Nacos. Without it nobody logs in.',
        required: false,
        random: false,
      },
      {
        constant: 'NacosPassword',
        file: 'nacos-password',
        doc: 'is the password of that account.',
        required: false,
        random: false,
      },
    ],
  }),
})
