import type { Model } from '../model/types.js'
import { t } from '../words.js'
import { availabilityAlerts } from './alerts-availability.js'
import { readinessAlerts } from './alerts-readiness.js'
import { releaseAlerts } from './alerts-release.js'
import { saturationAlerts } from './alerts-saturation.js'
import { sloAlerts, sloRecordings } from './alerts-slo.js'
import { workloadAlerts } from './alerts-workload.js'
import { defineFeature } from './types.js'

/** Recording rules, alerts with tests, and the runbook that they link to. */
export const alerts = defineFeature({
  id: 'alerts',
  help: 'recording rules, alerts with tests, and the runbook that they link to',
  enabled: ({ features }) => features.alerts,
  requires: ['metrics', 'service-monitor'],
  templates: 'features/alerts',
  slots: (model) => ({
    recordings: sloRecordings(model),
    alerts: [
      ...sloAlerts(model),
      ...availabilityAlerts(model),
      ...readinessAlerts(model),
      ...workloadAlerts(model),
      ...saturationAlerts(model),
      ...releaseAlerts(model),
    ],
    kinds: [{ group: 'monitoring.coreos.com', kind: 'PrometheusRule' }],
    readmeFeatures: [
      {
        title: t('Alerts'),
        text: t`Burn rates of the error budget (${model.slo.availability} %), P99 above ${model.slo.latencyText}, restarts and saturation, ${environmentsOf(model)}. Each has tests (\`make test-rules\`) and a section of [the runbook](docs/runbook.md).`,
      },
    ],
    readmeNeeds: [
      {
        what: t(
          'a Prometheus that takes PrometheusRules from here, with metrics of kube-state-metrics and of the kubelet’s cAdvisor',
        ),
        for: t(
          'the alerts; without the metrics of the cluster those about restarts, limits, replicas and releases stay silent',
        ),
      },
      ...(model.features.rollout
        ? [
            {
              what: t(
                'a Prometheus that scrapes Argo Rollouts’ controller, and keeps its labels (`honorLabels: true`)',
              ),
              for: t('the alerts about releases'),
            },
          ]
        : []),
    ],
  }),
})

function environmentsOf({ environments }: Model): string {
  const names = environments.flatMap(({ name, alerts: on }) => (on ? [name] : []))
  return names.length === 1 ? t`for ${names[0]}` : t`for ${names.join(t(' and '))}; only the last wakes anybody`
}

/** Whom Alertmanager tells, as an AlertmanagerConfig of the Prometheus Operator. */
export const receiver = defineFeature({
  id: 'alert-receiver',
  help: 'whom Alertmanager tells, how often, and what it leaves out',
  enabled: ({ features }) => features.receiver,
  requires: ['alerts'],
  templates: 'features/alert-receiver',
  slots: ({ monitoring, productionEnv, environments }) => {
    const who = { wecom: t('WeCom (企业微信)'), slack: 'Slack', webhook: t('a webhook'), none: '' }[monitoring.receiver]
    const { secret, wecom, notify } = monitoring
    const more = environments.filter(({ alerts: on, isProduction }) => on && !isProduction)
    return {
      kinds: [{ group: 'monitoring.coreos.com', kind: 'AlertmanagerConfig' }],
      readmeFeatures: [
        {
          title: t('Receiver'),
          text: t`Alertmanager tells ${who}: of what is critical again after ${notify.repeatPage}, of a warning after ${notify.repeatWarning}, and not of what another alert has told already.`,
        },
      ],
      readmeSections: [
        {
          title: t('Alerts'),
          text: [
            t(
              `The rules of an environment are in \`deploy/monitoring/alerts/\`, and \`alertmanagerconfig.yaml\` beside them says who is told. What`,
            ),
            t`${who} needs to know as a secret is the key \`${secret.key}\` of the Secret \`${secret.name}\`, which Alertmanager’s operator reads and no pod of`,
            t(
              'this service has. It is typed once for each environment, and stays out of Git and of the shell’s history:',
            ),
            '',
            '```sh',
            `tr -d '\\n' | kubectl -n ${productionEnv.namespace} create secret generic ${secret.name} --from-file=${secret.key}=/dev/stdin`,
            '```',
            '',
            t('End the input with Enter and Ctrl-D. Until the Secret is there the operator leaves this receiver out.'),
            ...(more.length > 0
              ? [t`The same for ${more.map(({ namespace }) => `\`${namespace}\``).join(t(', '))}.`]
              : []),
            ...(monitoring.receiver === 'wecom'
              ? [
                  '',
                  t`WeCom is told by the application \`${wecom.agentId}\`; whom it may write to is set there. ${
                    wecom.corpId === undefined
                      ? t(
                          '`alerts.wecom.corpId` is not given, so Alertmanager’s own `wechat_api_corp_id` has to be set.',
                        )
                      : t`The company is \`${wecom.corpId}\`.`
                  } The secret is the`,
                  t(
                    'application’s own, and the addresses that Alertmanager calls from have to be on its list of trusted ones.',
                  ),
                ]
              : []),
          ].join('\n'),
        },
      ],
      readmeNeeds: [
        {
          what: t`an Alertmanager of the Prometheus Operator that takes AlertmanagerConfigs from here, and the Secret \`${secret.name}\``,
          for: t`telling ${who}`,
        },
      ],
    }
  },
})
