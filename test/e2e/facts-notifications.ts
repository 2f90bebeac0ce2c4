import { parse as readYaml } from 'yaml'
import type { Manifest } from '../support/manifests.js'
import { type Fact, same } from './facts-reading.js'

const file = 'deploy/argocd/admin/notifications.yaml'
const prefix = 'notifications.argoproj.io/subscribe.'

export const notificationFacts: readonly Fact[] = [
  {
    rule: 'what the AppProject subscribes to is a trigger with a template and a service, and every message is JSON',
    contradictions: (overlay) => {
      if (overlay.application === undefined) {
        return []
      }
      const { metadata } = readYaml(overlay.read('deploy/argocd/appproject.yaml'))
      const subscriptions = Object.keys(metadata.annotations ?? {}).filter((name) => name.startsWith(prefix))
      const asked = readYaml(overlay.read('service.yaml')).alerts?.receiver ?? 'none'
      if (asked === 'none' || !overlay.has(file)) {
        return same('subscriptions', subscriptions.length, 'receivers', overlay.has(file) ? 1 : 0)
      }
      const { data, metadata: of }: Manifest = readYaml(overlay.read(file))
      const read = (name: string): Manifest => readYaml(data[name] ?? '{}') ?? {}
      return [
        ...same(
          'ConfigMap',
          `${of.namespace}/${of.name}`,
          'what Argo CD reads',
          `${metadata.namespace}/argocd-notifications-cm`,
        ),
        ...same('subscriptions', subscriptions.length, 'triggers', 3),
        ...subscriptions.flatMap((name) => {
          const [trigger = '', service = ''] = name.slice(prefix.length).split('.')
          const [{ when, send: templates = [] } = {} as Manifest] = [read(`trigger.${trigger}`)].flat()
          const { url } = read(`service.webhook.${service}`)
          return [
            ...same('service', service, 'receiver', asked),
            // The service is one address: there is nobody to choose.
            ...same(`recipient of ${trigger}`, metadata.annotations[name], 'none', ''),
            // By reference to the Secret: who knows the address may write there.
            ...same(`address of ${service}`, url, 'of the Secret', `$${asked}-url`),
            ...(/^app\.status\.(operationState|health|sync)/.test(when ?? '')
              ? []
              : [`${trigger} is sent when ${when}`]),
            ...(templates.length > 0 ? [] : [`no trigger ${trigger}`]),
            ...templates.flatMap((template: string) => {
              const { method, body = '' } = read(`template.${template}`).webhook?.[service] ?? {}
              return [
                ...same(`method of ${template}`, method, 'wanted', 'POST'),
                ...(isJson(body.replace(/\{\{ [^{}]* \| toJson \}\}/g, '"words"'))
                  ? []
                  : [`${template} is no JSON: ${body}`]),
                ...same(
                  'a message as WeCom takes it',
                  body.includes('"msgtype": "text"') && body.includes('"content"'),
                  'asked for',
                  asked === 'wecom',
                ),
              ]
            }),
          ]
        }),
      ]
    },
  },
]

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
