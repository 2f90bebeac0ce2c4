import type { Spec } from '../spec/table.js'
import { t } from '../words.js'
import { addressOfUrl } from './address.js'
import type { ConfigCentre, Model } from './types.js'

type Places = Pick<Model['config'], 'consul' | 'nacos'>

/** Where the settings are in each centre. */
export function centrePlaces(spec: Spec): Places {
  return {
    consul: {
      // The Service of Consul's own chart, in the namespace that its guide takes; 8501 is its port for TLS, as the token
      // travels with every request.
      address: spec['config.consul.address'] ?? 'https://consul-server.consul.svc.cluster.local:8501',
      prefix: spec['config.consul.prefix'] ?? `${spec.name}/`,
    },
    nacos: {
      address: spec['config.nacos.address'] ?? 'http://nacos.nacos.svc.cluster.local:8848',
      namespace: spec['config.nacos.namespace'] ?? '',
      group: spec['config.nacos.group'] ?? 'DEFAULT_GROUP',
      dataId: spec['config.nacos.dataId'] ?? `${spec.name}.yaml`,
    },
  }
}

/** The centre that was chosen. */
export function configCentre(spec: Spec, { consul, nacos }: Places): ConfigCentre | undefined {
  const common = (address: string) => ({
    ...addressOfUrl(address),
    cacheDir: `/var/cache/${spec.name}/config`,
    cacheSize: `${cacheMebibytes}Mi`,
  })
  switch (spec['config.source']) {
    case 'consul':
      return { name: 'Consul', place: t`keys below \`${consul.prefix}\``, ...common(consul.address) }
    case 'nacos':
      return { name: 'Nacos', place: t`\`${nacos.dataId}\` of group \`${nacos.group}\``, ...common(nacos.address) }
    default:
      return undefined
  }
}

/** Two documents of 1 MiB at the most, a third larger in base64: the good one, and the next while it is written. */
const cacheMebibytes = 4
