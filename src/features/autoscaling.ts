import { component } from './component.js'
import { defineFeature } from './types.js'

/** HorizontalPodAutoscaler, one for each version of the workload. */
export const autoscaling = defineFeature({
  id: 'autoscaling',
  help: 'HorizontalPodAutoscaler, one for each version of the workload',
  enabled: component('autoscaling'),
  templates: 'features/autoscaling',
  flag: 'autoscaling',
  slots: ({ autoscaling }) => ({
    kinds: [{ group: 'autoscaling', kind: 'HorizontalPodAutoscaler' }],
    readmeFeatures: [
      {
        title: 'Autoscaling',
        text: `${autoscaling.min} to ${autoscaling.max} replicas; the HorizontalPodAutoscaler alone sets their number.`,
      },
    ],
  }),
})
