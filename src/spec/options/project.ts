import { choice, integer, text } from '../option.js'
import * as rules from '../rules.js'

/** What the service is called, and what it is built for. */
export const project = {
  version: integer(1, 1, { default: 1, help: 'version of this file format' }),
  name: text(rules.serviceName, {
    help: 'name of the service',
    derived: 'name of the directory',
    ask: 'Name of the service',
  }),
  module: text(rules.modulePath, { help: 'Go module path', derived: 'example.com/<name>', ask: 'Go module path' }),
  description: text(rules.words, { help: 'what the service does, in one line' }),
  owner: text(rules.words, { help: 'owning team; also a label where it is a valid one' }),
  namespace: text(rules.namespace, {
    help: 'namespace of the last environment; the others get a suffix. Another than the name is shared: no overlay holds it',
    derived: '<name>',
    ask: 'Kubernetes namespace',
  }),
  lang: choice(['en', 'zh'], { default: 'en', help: 'language of the README and of comments' }),
  preset: choice(['minimal', 'standard', 'production'], {
    default: 'standard',
    help: 'set of defaults to start from',
    ask: 'Preset',
  }),
  'target.kubernetes': choice(['1.34', '1.35', '1.36', '1.37'], {
    default: '1.35',
    help: 'oldest Kubernetes that must accept the manifests',
    ask: 'Kubernetes version',
  }),
  'target.istio': choice(['1.27', '1.28', '1.29', '1.30', '1.31'], {
    default: '1.30',
    help: 'Istio version',
    when: 'istio.enabled',
  }),
}
