import { t } from '../words.js'
import { apart } from './environment-values.js'
import { defineFeature } from './types.js'

/** Consul's key-value store as the configuration centre, over plain HTTP. */
export const consul = defineFeature({
  id: 'consul',
  help: 'Consul as the configuration centre: its key-value store, by blocking queries',
  enabled: ({ features }) => features.consul,
  requires: ['config-centre'],
  templates: 'features/consul',
  slots: (model) => {
    const {
      config: { consul },
      images,
    } = model
    return {
      configSections: [{ field: 'Consul', declaration: 'Consul   Consul', fields: 'consulFields()' }],
      overlayConfig: [
        {
          key: 'consul.address',
          env: 'CONSUL_ADDRESS',
          value: consul.address,
          why: consul.address.startsWith('https:')
            ? t(
                'Each environment may have its own. Its authority is a file that consul.caFile names, unless it is a public one.',
              )
            : t('In the clear, the token too: the network is trusted to encrypt, or to be private.'),
        },
        {
          key: 'consul.prefix',
          env: 'CONSUL_PREFIX',
          // Beside and not below: production would take the others' keys for its own.
          value: apart(model, consul.prefix, (env) => consul.prefix.replace(/\/?$/, `-${env.name}/`)),
        },
      ],
      compose: [
        {
          name: 'consul',
          service: {
            image: images.consul,
            command: ['agent', '-dev', '-client=0.0.0.0'],
            ports: ['127.0.0.1:8500:8500'],
          },
          secrets: [],
          env: ['CONSUL_ADDRESS=http://127.0.0.1:8500'],
          // Its entry point would change users by itself, which takes capabilities.
          job: {
            variables: { CONSUL_DISABLE_PERM_MGMT: 'true' },
            command: ['agent', '-dev', '-client=0.0.0.0'],
            user: 100,
          },
        },
      ],
      credentials: [
        {
          constant: 'ConsulToken',
          file: 'consul-token',
          doc: t('is the ACL token for Consul. Without it the service asks as nobody.'),
          required: false,
          random: false,
        },
      ],
    }
  },
})
