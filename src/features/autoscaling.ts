import type { Model } from '../model/types.js'
import type { Autoscaling } from '../model/types-scaling.js'
import { t } from '../words.js'
import { component } from './component.js'
import { defineFeature, type SlotContributions } from './types.js'

const scaled = component('autoscaling')

/** What scales the workload, one for each version of it. */
export const autoscaling = defineFeature({
  id: 'autoscaling',
  help: 'autoscaler on CPU, memory, requests and a queue, one for each version of the workload',
  enabled: scaled,
  templates: 'features/autoscaling',
  slots: ({ autoscaling, features, monitoring, name }) => ({
    readmeFeatures: [
      {
        title: t('Autoscaling'),
        text: t`${autoscaling.min} to ${autoscaling.max} replicas${features.regions ? t(' (other numbers in each region)') : ''}; the HorizontalPodAutoscaler ${features.keda ? t('that KEDA makes ') : ''}alone sets their number.`,
      },
    ],
    ...(autoscaling.external ? { readmeSections: [section(autoscaling, name, monitoring)] } : {}),
    readmeNeeds: needs(autoscaling),
  }),
})

/** HorizontalPodAutoscaler. */
export const hpa = defineFeature({
  id: 'hpa',
  help: 'HorizontalPodAutoscaler',
  enabled: (model) => scaled(model) && !model.autoscaling.keda,
  requires: ['autoscaling'],
  templates: 'features/hpa',
  slots: () => ({ kinds: [{ group: 'autoscaling', kind: 'HorizontalPodAutoscaler' }] }),
})

/** ScaledObject of KEDA. */
export const keda = defineFeature({
  id: 'keda',
  help: 'ScaledObject of KEDA, which asks Prometheus itself',
  enabled: (model) => scaled(model) && model.autoscaling.keda,
  requires: ['autoscaling'],
  templates: 'features/keda',
  slots: () => ({ kinds: [{ group: 'keda.sh', kind: 'ScaledObject' }] }),
})

/** Rules for prometheus-adapter, which a HorizontalPodAutoscaler asks. */
export const prometheusAdapter = defineFeature({
  id: 'prometheus-adapter',
  help: 'rules by which prometheus-adapter serves what the autoscaler asks for',
  enabled: (model) => scaled(model) && model.autoscaling.adapter,
  requires: ['hpa'],
  templates: 'features/prometheus-adapter',
})

type Section = NonNullable<SlotContributions['readmeSections']>[number]

function section(scale: Autoscaling, name: string, monitoring: Model['monitoring']): Section {
  const rows = [
    ...(scale.memory === undefined ? [] : [t`| memory | ${scale.memory} % of the request | – |`]),
    t`| CPU | ${scale.cpu} % of the request | – |`,
    ...(scale.requests === undefined
      ? []
      : [t`| requests | ${scale.requests.perPod} a second | ${scale.requests.perPod * scale.max} a second |`]),
    ...(scale.queue === undefined
      ? []
      : [t`| waiting messages | ${scale.queue.perPod} | ${scale.queue.perPod * scale.max} |`]),
  ]
  const served = scale.keda
    ? t`KEDA asks Prometheus at \`${scale.prometheus}\` every ${scale.pollingInterval} s. If that doesn't answer, what runs stays.`
    : [
        t(
          `\`deploy/monitoring/prometheus-adapter.yaml\` has the rules by which prometheus-adapter serves these metrics. Merge it into`,
        ),
        t`the values of its Helm chart in the namespace \`${monitoring.namespace}\`, then look whether they arrive:`,
        '',
        '```sh',
        ...(scale.requests === undefined
          ? []
          : [
              `kubectl get --raw "/apis/custom.metrics.k8s.io/v1beta1/namespaces/NAMESPACE/pods/*/${scale.requests.metric}"`,
            ]),
        ...(scale.queue === undefined
          ? []
          : [
              `kubectl get --raw "/apis/external.metrics.k8s.io/v1beta1/namespaces/NAMESPACE/${scale.queue.metric}?labelSelector=${
                scale.queue.own ? `job%3D${name}%2C` : ''
              }${scale.queue.label}%3D${scale.queue.value}"`,
            ]),
        '```',
      ].join('\n')
  const foreign =
    scale.queue === undefined || scale.queue.own
      ? ''
      : t`\n\nNothing in this project exports \`queue_messages{queue="${scale.queue.value}"}\`: the broker's exporter has to, as a gauge of messages that wait.`
  return {
    title: t('Scaling'),
    text: [
      t('| Metric | Target for each pod | Enough with the most pods |'),
      '|---|---|---|',
      ...rows,
      '',
      t(
        'Each metric gives a number of pods by itself, and the highest wins. While one of them can’t be read, nothing is scaled down;',
      ),
      t('the others still scale up.'),
      '',
      served + foreign,
    ].join('\n'),
  }
}

function needs(scale: Autoscaling): SlotContributions['readmeNeeds'] & object {
  return [
    ...(scale.keda ? [{ what: t('KEDA 2.17 or newer'), for: t('the ScaledObject') }] : []),
    ...(scale.adapter
      ? [
          {
            what: t('prometheus-adapter with the rules of `deploy/monitoring/`'),
            for: t('requests and queues as metrics'),
          },
        ]
      : []),
  ]
}
