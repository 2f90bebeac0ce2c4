import { t } from '../words.js'
import { apart } from './environment-values.js'
import { defineFeature } from './types.js'

/**
 * Nacos as the configuration centre, over plain HTTP: the API of Nacos 3, else that of Nacos 2. Neither needs 9848,
 * the port of gRPC, so the network policy has 8848 alone.
 */
export const nacos = defineFeature({
  id: 'nacos',
  help: 'Nacos as the configuration centre: one YAML document, by the HTTP API of Nacos 2 or 3',
  enabled: ({ features }) => features.nacos,
  requires: ['config-centre'],
  templates: 'features/nacos',
  slots: (model) => {
    const {
      config: { nacos },
      images,
    } = model
    return {
      configSections: [{ field: 'Nacos', declaration: 'Nacos    Nacos', fields: 'nacosFields()' }],
      overlayConfig: [
        {
          key: 'nacos.address',
          env: 'NACOS_ADDRESS',
          value: nacos.address,
          why: t('Each environment may have its own.'),
        },
        ...(nacos.namespace === '' ? [] : [{ key: 'nacos.namespace', env: 'NACOS_NAMESPACE', value: nacos.namespace }]),
        { key: 'nacos.group', env: 'NACOS_GROUP', value: nacos.group },
        {
          key: 'nacos.dataId',
          env: 'NACOS_DATA_ID',
          value: apart(model, nacos.dataId, (env) => nacos.dataId.replace(/(\.[^.]*)?$/, `-${env.name}$1`)),
        },
      ],
      compose: [
        {
          name: 'nacos',
          // Nobody has to log in on a developer's machine, so the port is that machine's alone.
          service: {
            image: images.nacos,
            environment: { MODE: 'standalone', NACOS_AUTH_ENABLE: 'false' },
            ports: ['127.0.0.1:8848:8848'],
          },
          secrets: [],
          env: ['NACOS_ADDRESS=http://127.0.0.1:8848'],
          job: {
            variables: {
              MODE: 'standalone',
              NACOS_AUTH_ENABLE: 'false',
              // A heap of 1 GiB, as the image would have it, is all that the container may have.
              JVM_XMS: '256m',
              JVM_XMX: '384m',
              JVM_XMN: '128m',
            },
            command: [],
            // It writes beside its program: logs, data, and what Tomcat keeps.
            user: 0,
          },
        },
      ],
      credentials: [
        {
          constant: 'NacosUsername',
          file: 'nacos-username',
          doc: t('is the account at Nacos. Without it nobody logs in.'),
          required: false,
          random: false,
        },
        {
          constant: 'NacosPassword',
          file: 'nacos-password',
          doc: t('is the password of that account.'),
          required: false,
          random: false,
        },
      ],
    }
  },
})
