import { defineFeature } from './types.js'

/** A second version of the workload that takes a fixed share of the traffic. */
export const trafficSplit = defineFeature({
  id: 'traffic-split',
  help: 'a second version of the workload that takes a fixed share of the traffic',
  enabled: ({ istio }) => istio?.split === true,
  requires: ['istio-sidecar'],
  templates: 'features/traffic-split',
  flag: 'trafficSplit',
  slots: ({ workloads }) => ({
    readmeFeatures: [
      {
        title: 'Traffic split',
        text: `${workloads.map(({ version, weight }) => `${weight} % to ${version}`).join(', ')}, each with its own image tag.`,
      },
    ],
  }),
})
