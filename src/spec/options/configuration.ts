import { boolean, choice, map } from '../option.js'
import * as rules from '../rules.js'

/** Where configuration, secrets and data come from. */
export const configuration = {
  'config.source': choice(['env', 'file', 'nacos', 'consul'], {
    default: 'file',
    later: ['nacos', 'consul'],
    help: 'env: environment only; file: a mounted ConfigMap below the environment',
    ask: 'Configuration source',
  }),
  'config.reload': boolean({
    default: true,
    help: 'take validated changes of the file without a restart',
    ask: 'Reload configuration without a restart?',
  }),
  'config.values': map(
    { key: rules.configKey, value: rules.configText, max: 200 },
    {
      default: {},
      help: "the service's own keys, as KEY=VALUE; values in the ConfigMap",
    },
  ),
  'secrets.provider': choice(['kubernetes', 'external-secrets', 'sealed-secrets'], {
    default: 'kubernetes',
    later: ['external-secrets', 'sealed-secrets'],
    help: 'where Secrets come from; always mounted as files',
  }),
}
