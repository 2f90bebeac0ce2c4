import { t } from '../words.js'
import { component } from './component.js'
import { defineFeature } from './types.js'

/** The workload as a Rollout of Argo Rollouts, and who may promote a version. */
export const rollout = defineFeature({
  id: 'rollout',
  help: 'the workload as a Rollout of Argo Rollouts, and who may promote a version',
  enabled: ({ features }) => features.rollout,
  conflicts: ['deployment', 'statefulset', 'traffic-split'],
  templates: 'features/rollout',
  slots: () => ({
    kinds: [{ group: 'argoproj.io', kind: 'Rollout' }],
    readmeNeeds: [
      { what: t('Argo Rollouts 1.8 or newer'), for: t('the Rollout: without its controller there are no pods') },
    ],
  }),
})

/** A release in steps, each a larger share of the traffic. */
export const canary = defineFeature({
  id: 'canary',
  help: 'a release in steps, each a larger share of the traffic',
  enabled: component('canary'),
  requires: ['rollout'],
  templates: 'features/canary',
  slots: ({ rollout, productionEnv, features }) => ({
    readmeFeatures: [
      {
        title: t('Canary'),
        text: t`In ${productionEnv.name} a new version gets ${rollout?.steps.map(({ weight }) => `${weight} %`).join(t(', then '))} of the traffic; a person promotes the first step${features.analysis ? t(', and its metrics decide about the rest') : ''}.`,
      },
    ],
  }),
})

/** The metrics of both versions, compared while a canary runs. */
export const canaryAnalysis = defineFeature({
  id: 'canary-analysis',
  help: 'the metrics of both versions, compared while a canary runs',
  enabled: (model) => component('canary')(model) && model.features.analysis,
  requires: ['canary', 'service-monitor'],
  templates: 'features/canary-analysis',
  slots: () => ({ kinds: [{ group: 'argoproj.io', kind: 'AnalysisTemplate' }] }),
})

/** Two whole versions beside each other, and a switch between them. */
export const blueGreen = defineFeature({
  id: 'blue-green',
  help: 'two whole versions beside each other, and a switch between them',
  enabled: component('blue-green'),
  requires: ['rollout'],
  templates: 'features/blue-green',
  slots: ({ names, productionEnv }) => ({
    readmeFeatures: [
      {
        title: t('Blue-green'),
        text: t`In ${productionEnv.name} a new version waits behind the Service \`${names.preview}\` until a person promotes it.`,
      },
    ],
  }),
})

/** The Services of what waits, and of all pods for the scraper. */
export const preview = defineFeature({
  id: 'preview',
  help: 'a Service of the version that waits',
  enabled: ({ features }) => features.blueGreen,
  templates: 'features/preview',
})

/** A Service of all pods, because the others have one version each. */
export const scraped = defineFeature({
  id: 'scraped',
  help: 'a Service of all pods, for the scraper',
  enabled: ({ features }) => features.blueGreen && features.metrics,
  requires: ['preview', 'metrics'],
  templates: 'features/scraped',
})

/** Two Deployments, blue and green, and a script that turns the Service from one to the other. */
export const colours = defineFeature({
  id: 'colours',
  help: 'two Deployments, blue and green, and a script that turns the Service from one to the other',
  enabled: ({ features }) => features.colours,
  requires: ['deployment', 'preview'],
  conflicts: ['rollout', 'traffic-split'],
  templates: 'features/colours',
  slots: ({ names }) => ({
    readmeFeatures: [
      {
        title: t('Blue and green'),
        text: t`Two Deployments. \`scripts/blue-green.sh\` turns the Service from one to the other; what waits is behind \`${names.preview}\`.`,
      },
    ],
  }),
})

/** The metrics of a new version, before the switch and after it. */
export const blueGreenAnalysis = defineFeature({
  id: 'blue-green-analysis',
  help: 'the metrics of a new version, before the switch and after it',
  enabled: (model) => component('blue-green')(model) && model.features.analysis,
  requires: ['blue-green', 'service-monitor'],
  templates: 'features/blue-green-analysis',
  slots: () => ({ kinds: [{ group: 'argoproj.io', kind: 'AnalysisTemplate' }] }),
})
