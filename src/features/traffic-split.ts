import { t } from '../words.js'
import { defineFeature } from './types.js'

/** A second version of the workload that takes a fixed share of the traffic. */
export const trafficSplit = defineFeature({
  id: 'traffic-split',
  help: 'a second version of the workload that takes a fixed share of the traffic',
  enabled: ({ istio }) => istio?.split === true,
  requires: ['istio-sidecar'],
  templates: 'features/traffic-split',
  slots: ({ workloads }) => ({
    readmeFeatures: [
      {
        title: t('Traffic split'),
        text: t`${workloads.map(({ version, weight }) => t`${weight} % to ${version}`).join(t(', '))}, each with its own image tag.`,
      },
    ],
  }),
})
