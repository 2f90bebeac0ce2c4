import * as hosts from '../hosts.js'
import { boolean, choice, map, text } from '../option.js'
import * as rules from '../rules.js'

/** Where configuration, secrets and data come from. */
export const configuration = {
  'config.source': choice(['env', 'file', 'nacos', 'consul'], {
    default: 'file',
    help: 'env: environment only; file: a mounted ConfigMap below it; nacos, consul: a centre above both',
    ask: 'Configuration source',
  }),
  'config.reload': boolean({
    default: true,
    help: 'take validated changes of the file and the centre without a restart',
    ask: 'Reload configuration without a restart?',
  }),
  'config.consul.address': text(hosts.httpAddress, {
    help: 'where Consul is',
    derived: 'https://consul-server.consul.svc.cluster.local:8501',
    assumed: 'consul-server.consul.svc.cluster.local',
  }),
  'config.consul.prefix': text(rules.keyPrefix, { help: 'what the keys begin with', derived: '<name>/' }),
  'config.nacos.address': text(hosts.httpAddress, {
    help: 'where Nacos is',
    derived: 'http://nacos.nacos.svc.cluster.local:8848',
    assumed: 'nacos.nacos.svc.cluster.local',
  }),
  'config.nacos.namespace': text(rules.nacosName, { help: 'id of the namespace', derived: 'the public one' }),
  'config.nacos.group': text(rules.nacosName, { help: 'group of the document', derived: 'DEFAULT_GROUP' }),
  'config.nacos.dataId': text(rules.nacosName, { help: 'name of the document', derived: '<name>.yaml' }),
  'config.values': map(
    { key: rules.configKey, value: rules.configText, max: 200 },
    {
      default: {},
      help: "the service's own keys, as KEY=VALUE; values in the ConfigMap",
    },
  ),
  'secrets.provider': choice(['kubernetes', 'external-secrets', 'sealed-secrets'], {
    default: 'kubernetes',
    help: 'where Secrets come from; always mounted as files',
  }),
  'secrets.rotation': choice(['restart', 'reread'], {
    default: 'restart',
    help: 'what a new value does: restart the pods one after the other, or be read by those that run',
  }),
  'secrets.store': text(rules.dnsSubdomain, {
    default: 'cluster-secrets',
    assumed: 'cluster-secrets',
    help: 'ClusterSecretStore that External Secrets reads from',
  }),
  'secrets.path': text(rules.secretPath, {
    help: 'what the keys in the store begin with; the environment follows',
    derived: '<name>',
  }),
}
