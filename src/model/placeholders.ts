import { type Placeholder, placeholders } from '../spec/placeholders.js'
import type { Key, Spec } from '../spec/table.js'
import { t } from '../words.js'

/** What is to be set before a deployment, in the words of the project's language. */
export function toBeSet(spec: Spec): Placeholder[] {
  const words: Readonly<Partial<Record<Key, string>>> = {
    module: t('Go module path'),
    'image.repository': t('image reference without tag'),
    'istio.host': t('public host of the last environment; the others get a prefix'),
    'gatewayApi.host': t('public host of the last environment; the others get a prefix'),
    'delivery.argocd.repo': t('Git repository that Argo CD reads'),
    'postgres.host': t('host of the server, where an environment names no other'),
    'mysql.host': t('host of the server, where an environment names no other'),
    'redis.host': t('host of the server, where an environment names no other'),
    'kafka.brokers': t('brokers to begin with, where an environment names no others; they tell of the rest'),
    'nats.url': t('server, where an environment names no other'),
    'config.consul.address': t('where Consul is'),
    'config.nacos.address': t('where Nacos is'),
    'secrets.store': t('ClusterSecretStore that External Secrets reads from'),
    'alerts.wecom.agentId': t('id of the application in WeCom'),
    'istio.jwt.issuer': t('issuer of the token that a request from outside has to bring'),
  }
  return placeholders(spec).map((one) => ({ ...one, help: words[one.key] ?? one.help }))
}
