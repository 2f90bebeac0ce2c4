import { defineFeature } from './types.js'

/** Production in several regions, each with an overlay, a cluster and a share of the traffic. */
export const regions = defineFeature({
  id: 'regions',
  help: 'production in several regions, each with an overlay and a share of the traffic',
  enabled: ({ features }) => features.regions,
  requires: ['application-set'],
  templates: 'features/regions',
  flag: 'regions',
  slots: ({ regions: list, productionEnv, features, sites, istio }) => ({
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
        text: `${list.map(({ name, weight, replicas }) => `${name} (${weight} %, ${replicas} replicas)`).join(', ')}; logs${features.tracing ? ', traces' : ''} and metrics name the region.`,
      },
    ],
    readmeSections: [
      {
        title: 'Regions',
        text: [
          `${productionEnv.name} is ${list.length} clusters. \`deploy/overlays/${productionEnv.name}\` is what they share, the image above all, and no cluster`,
          'runs it by itself. An overlay for each region adds the rest:',
          '',
          `| Region | Cluster in Argo CD | Traffic | Replicas | Overlay |${istio === undefined ? '' : ' Answers at |'}`,
          `|---|---|---|---|---|${istio === undefined ? '' : '---|'}`,
          ...list.map(
            ({ name, weight, replicas, overlay, host }) =>
              `| ${name} | \`${sites.find((site) => site.name === name)?.cluster}\` | ${weight} % | ${replicas} | \`deploy/overlays/${overlay}\` |${istio === undefined ? '' : ` \`${host}\` |`}`,
          ),
          '',
          'Replicas are those of all zones of a region together; they spread evenly over the zones. The region with the least',
          'traffic takes a release first, and the next one follows when all of it is Healthy: one image line for all regions, so',
          `that none can be forgotten, and Argo CD for the order.${features.release ? ' A release that waits for a person waits in the first region, and once promoted in the next one again.' : ''}`,
          '',
          'The share of the traffic is set where the traffic comes from: by the weights of the DNS records or the global load',
          `balancer that the regions are behind.${istio === undefined ? '' : ' The certificate of the Gateway has to be good for the host of the region as well.'} Each cluster has a Secret of its own:`,
          `run \`scripts/credentials.sh create ${productionEnv.name}\` with the context of each.`,
        ].join('\n'),
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
