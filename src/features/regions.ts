import { defineFeature } from './types.js'

/** Production in several regions, each with an overlay, a cluster and a share of the traffic. */
export const regions = defineFeature({
  id: 'regions',
  help: 'production in several regions, each with an overlay and a share of the traffic',
  enabled: ({ features }) => features.regions,
  requires: ['application-set'],
  templates: 'features/regions',
  flag: 'regions',
  slots: ({ regions: list, productionEnv }) => ({
    containerEnv: [
      {
        name: 'REGION',
        fieldPath: "metadata.labels['region']",
        why: `the region, which the overlays of ${productionEnv.name} write on the pod; elsewhere there is none`,
      },
    ],
    readmeFeatures: [
      {
        title: 'Regions',
        text: `${list.map(({ name, weight, replicas }) => `${name} (${weight} %, ${replicas} replicas)`).join(', ')}; logs, traces and metrics name the region.`,
      },
    ],
  }),
})

/** ApplicationSet: an Application for each cluster of production, synced one after the other. */
export const applicationSet = defineFeature({
  id: 'application-set',
  help: 'an Application for each cluster of production, synced one after the other',
  enabled: ({ features }) => features.applicationSet,
  requires: ['argocd'],
  templates: 'features/application-set',
  flag: 'applicationSet',
  slots: ({ argocd }) => ({
    readmeNeeds: [
      {
        what: `Progressive syncs in Argo CD: \`applicationsetcontroller.enable.progressive.syncs: "true"\` in \`argocd-cmd-params-cm\``,
        for: 'one cluster after the other; without it all of them are synced at once',
      },
      {
        what: `The clusters of production in Argo CD, by their ${argocd.siteKey === 'name' ? 'names' : 'addresses'}`,
        for: 'deployments; `argocd cluster list` shows them',
      },
    ],
  }),
})
