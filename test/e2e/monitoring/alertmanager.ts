import type { Manifest } from '../../support/manifests.js'

/** Where a key of a Secret would be mounted; the operator of a cluster reads it and writes it in. */
const fileOf = ({ name, key }: Manifest): string => `/etc/alertmanager/secrets/${name}/${key}`

const matcher = ({ name, matchType = '=', value }: Manifest): string => `${name}${matchType}"${value}"`

/**
 * What the Prometheus Operator makes of an AlertmanagerConfig, restated: names in camel case become those of
 * alertmanager.yml, its route goes below the cluster's own, and a secret is the file that it is mounted as.
 * pkg/alertmanager/amcfg.go of the operator has the original.
 *
 * @param namespace of the object: the operator adds it to every route and inhibition
 */
export function alertmanagerOf({ spec }: Manifest, namespace = 'orders'): Manifest {
  const own = `namespace="${namespace}"`
  const routeOf = (route: Manifest, further: readonly string[]): Manifest => ({
    receiver: route.receiver,
    ...(route.groupBy === undefined ? {} : { group_by: route.groupBy }),
    ...(route.groupWait === undefined ? {} : { group_wait: route.groupWait }),
    ...(route.groupInterval === undefined ? {} : { group_interval: route.groupInterval }),
    ...(route.repeatInterval === undefined ? {} : { repeat_interval: route.repeatInterval }),
    matchers: [...further, ...route.matchers.map(matcher)],
    ...(route.routes === undefined ? {} : { routes: route.routes.map((one: Manifest) => routeOf(one, [])) }),
  })
  return {
    // amtool asks for a company where a receiver has none; the cluster's Alertmanager has one of its own.
    global: { wechat_api_corp_id: 'ww0000000000000000' },
    route: { receiver: 'nobody', routes: [{ ...routeOf(spec.route, [own]), continue: true }] },
    inhibit_rules: spec.inhibitRules.map(({ sourceMatch, targetMatch, equal }: Manifest) => ({
      source_matchers: [own, ...sourceMatch.map(matcher)],
      target_matchers: [own, ...targetMatch.map(matcher)],
      equal,
    })),
    receivers: [{ name: 'nobody' }, ...spec.receivers.map(receiverOf)],
  }
}

function receiverOf({ name, wechatConfigs = [], slackConfigs = [], webhookConfigs = [] }: Manifest): Manifest {
  return {
    name,
    wechat_configs: wechatConfigs.map((one: Manifest) => ({
      send_resolved: one.sendResolved,
      ...(one.corpID === undefined ? {} : { corp_id: one.corpID }),
      agent_id: one.agentID,
      api_secret_file: fileOf(one.apiSecret),
      to_user: one.toUser,
      message_type: one.messageType,
      message: one.message,
    })),
    slack_configs: slackConfigs.map((one: Manifest) => ({
      send_resolved: one.sendResolved,
      api_url_file: fileOf(one.apiURL),
      title: one.title,
      text: one.text,
    })),
    webhook_configs: webhookConfigs.map((one: Manifest) => ({
      send_resolved: one.sendResolved,
      url_file: fileOf(one.urlSecret),
      max_alerts: one.maxAlerts,
    })),
  }
}
