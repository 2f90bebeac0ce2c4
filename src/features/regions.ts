import type { Model } from '../model/types.js'
import { t } from '../words.js'
import { defineFeature } from './types.js'

/** Production in several regions, each with an overlay, a cluster and a share of the traffic. */
export const regions = defineFeature({
  id: 'regions',
  help: 'production in several regions, each with an overlay and a share of the traffic',
  enabled: ({ features }) => features.regions,
  requires: ['application-set'],
  templates: 'features/regions',
  slots: (model) => ({
    containerEnv: [
      {
        name: 'REGION',
        fieldPath: "metadata.labels['region']",
        why: t`the region, which the overlays of ${model.productionEnv.name} write on the pod; elsewhere there is none`,
      },
    ],
    readmeFeatures: [
      {
        title: t('Regions'),
        text: t`${model.regions.map(({ name, weight, replicas }) => t`${name} (${weight} %, ${replicas} replicas)`).join(t(', '))}; logs${model.features.tracing ? t(', traces') : ''} and metrics name the region.`,
      },
    ],
    readmeSections: [{ title: t('Regions'), text: [...about(model), ...whenLost(model)].join('\n') }],
    readmeNeeds: [
      ...(model.dns === undefined
        ? []
        : [
            {
              what: t`ExternalDNS 0.22 or newer in each cluster, for Route 53, with the sources ${model.features.sidecar ? '`istio-gateway` or `istio-virtualservice`' : '`gateway-httproute` and `gateway-grpcroute`'}, and an owner (\`--txt-owner-id\`) of its own`,
              for: t('the records of the regions'),
            },
          ]),
      ...(model.failOver === undefined
        ? []
        : [
            {
              what: t(
                'One mesh over the clusters of all regions, with one root of trust, and nodes whose label `topology.kubernetes.io/region` is the region’s name',
              ),
              for: t('the fail-over between regions; without it each keeps its traffic'),
            },
            ...(model.features.networkPolicy ? [passage(model)] : []),
          ]),
    ],
  }),
})

/** What the regions are, and how a release reaches them. */
function about(model: Model): string[] {
  const { regions: list, productionEnv, features, sites } = model
  const hosts = features.istio || features.routes
  const shared = [
    ...Object.values(model.stores).flatMap((store) => (store === undefined ? [] : [`\`${store.name}.host\``])),
    ...(model.messaging.nats ? ['`nats.url`'] : []),
    ...(model.messaging.kafka ? ['`kafka.brokers`'] : []),
  ]
  return [
    t`${productionEnv.name} is ${list.length} clusters. \`deploy/overlays/${productionEnv.name}\` is what they share, the image above all, and no cluster runs it by itself. An overlay for each region adds the rest:`,
    '',
    t`| Region | Cluster in Argo CD | Traffic | Replicas | Overlay |${hosts ? t(' Answers at |') : ''}`,
    `|---|---|---|---|---|${hosts ? '---|' : ''}`,
    ...list.map(
      ({ name, weight, replicas, overlay, host }) =>
        `| ${name} | \`${sites.find((site) => site.name === name)?.cluster}\` | ${weight} % | ${replicas} | \`deploy/overlays/${overlay}\` |${hosts ? ` \`${host}\` |` : ''}`,
    ),
    '',
    t('Replicas are those of all zones of a region together, and spread evenly over them.'),
    '',
    t`The region with the least traffic takes a release first, and the next one follows when all of it is Healthy: one image line for all regions, so that none can be forgotten, and Argo CD for the order.${features.release ? waits(model) : ''}`,
    '',
    `${model.dns === undefined ? t('The share of the traffic is set where the traffic comes from: by the weights of the DNS records or of the global load balancer that the regions are behind.') : t('The share of the traffic is the weight of each region’s DNS records. ExternalDNS of its cluster writes them into Route 53, as the annotations in its overlay say.')}${hosts ? t(' The certificate of the Gateway has to be good for the region’s host as well.') : ''}`,
    '',
    t`Each cluster has a Secret of its own: run \`scripts/credentials.sh create ${productionEnv.name}\` with the context of each.`,
    ...(shared.length > 0
      ? [
          '',
          t`All regions read the same settings, so each means the same servers by ${shared.join(t(', '))}, and connections are counted that way. A name such as \`NAME.NAMESPACE.svc.cluster.local\` is another server in each cluster: give one that every region reaches, or replicate behind it.`,
        ]
      : []),
  ]
}

/** Where a release waits for a person: a job of the pipeline lets it go for all regions, a command for one. */
function waits({ productionEnv }: Model): string {
  return productionEnv.promotions.length > 0
    ? t(
        ' A release that waits for a person waits in the first region alone: it is let go for all of them, and the next one begins at the step that it was let go to.',
      )
    : t(' A release that waits for a person waits in the first region, and once promoted in the next one again.')
}

/** How a request gets from a cluster's gateway to the pods of another, past the NetworkPolicy. */
function passage({ regions: list, istio }: Model): { what: string; for: string } {
  const { ingressNamespace } = istio as NonNullable<Model['istio']>
  const networks = list.flatMap(({ peerNetworks }) => peerNetworks)
  return networks.length > 0
    ? {
        what: t`A flat network between the clusters, in which pods reach each other by address: ${[...new Set(networks)].map((one) => `\`${one}\``).join(t(', '))}, as \`regions\` says (\`podNetwork\`)`,
        for: t`the fail-over past the NetworkPolicy: each region lets in the addresses of the others’ pods; an east-west gateway in \`${ingressNamespace}\` passes as well`,
      }
    : {
        what: t`An east-west gateway in \`${ingressNamespace}\` of each cluster, and a network of Istio’s own for each (\`topology.istio.io/network\`)`,
        for: t(
          'the fail-over past the NetworkPolicy, which knows no pods of other clusters: over a flat network it drops their requests until each of `regions` has its `podNetwork`, such as 10.1.0.0/16',
        ),
      }
}

/** Who moves the traffic of a region that is lost, and how it comes back. */
function whenLost({ regions: list, failOver, features, productionEnv, name: service, dns }: Model): string[] {
  if (failOver === undefined) {
    if (!features.istio && !features.routes) {
      return []
    }
    const moves =
      dns === undefined
        ? t(
            'The DNS or the load balancer before the regions moves its traffic: have it ask each region’s host, and keep the records’ TTL short.',
          )
        : t`Route 53 moves its traffic, within ${dns.worst} s (${dns.failures} checks, one each ${dns.interval} s, and ${dns.ttl} s that resolvers keep an answer): ${healthCheck(dns)}`
    const cannot = features.ambient
      ? t(' The mesh can’t: that of each region is its own.')
      : features.sidecar && features.canary
        ? t(
            ' The mesh can’t: the canary’s routes choose pods by a hash that only those of the same cluster have. With `rollout.strategy` rolling or blue-green it can.',
          )
        : ''
    return ['', `### ${t('When a region is lost')}`, '', `${moves}${cannot}`]
  }
  const largest = list.find(({ takenOverBy }) => takenOverBy !== undefined)
  return [
    '',
    `### ${t('When a region is lost')}`,
    '',
    t('| Lost | What moves its traffic | Within |'),
    '|---|---|---|',
    ...list.map(({ name, takenOverBy, overlay }) =>
      takenOverBy === undefined
        ? t`| the pods of ${name} | a person: a part of the 100 for another region, in \`deploy/overlays/${overlay}\` (\`distribute\`) | a commit |`
        : t`| the pods of ${name} | the mesh, to ${takenOverBy} | ${failOver.worst} s: ${failOver.leave} s until they have left the Service, ${failOver.spread} s until every proxy knows, ${failOver.request} s for a request on its way |`,
    ),
    t`| a cluster with its gateway | ${byDns(dns)} |`,
    '',
    t`1. Which region? \`kubectl --context CONTEXT -n ${productionEnv.namespace} get endpointslices -l kubernetes.io/service-name=${service}\` has no addresses there.`,
    t('2. The others scale up to what all regions ran together. Is that under way, and is nothing at its limit?'),
    t('3. Stop releases: an ApplicationSet waits for a region that is not Healthy, and the one after it stays behind.'),
    '',
    t`The way back: once pods are ready, ${largest?.name} has its traffic again by itself. Wait for all of them (\`kubectl --context CONTEXT -n ${productionEnv.namespace} get pods\`) before the DNS sends its share, and undo what was moved by hand with \`git revert\`.`,
    '',
    `### ${t('The drill')}`,
    '',
    t`\`scripts/drill-region.sh CONTEXT URL\` takes the pods of ${largest?.name} out of their Service, asks \`https://${largest?.host}\` or another URL of its gateway until ${largest?.takenOverBy} answers, puts them back, and fails above ${failOver.budget} s. Run it when somebody watches: until then callers of ${largest?.name} get errors.`,
  ]
}

/** What moves the traffic of a cluster that is gone, and how soon: two cells of the table. */
function byDns(dns: Model['dns']): string {
  return dns === undefined
    ? t(
        'the DNS or the load balancer before the regions: have it ask each region’s host | what its checks and the records’ TTL take',
      )
    : t`Route 53: ${healthCheck(dns)} | ${dns.worst} s: ${dns.failures} checks, one each ${dns.interval} s, and ${dns.ttl} s that resolvers keep an answer`
}

function healthCheck({ interval, failures }: NonNullable<Model['dns']>): string {
  return t`give each region a health check (its host, every ${interval} s, ${failures} failures) and its id as the annotation \`external-dns.kubernetes.io/aws-health-check-id\` beside the others.`
}

/** ApplicationSet: an Application for each cluster of production, synced one after the other. */
export const applicationSet = defineFeature({
  id: 'application-set',
  help: 'an Application for each cluster of production, synced one after the other',
  enabled: ({ features }) => features.applicationSet,
  requires: ['argocd'],
  templates: 'features/application-set',
  slots: ({ argocd }) => ({
    readmeNeeds: [
      {
        what: t(
          `Progressive syncs in Argo CD: \`applicationsetcontroller.enable.progressive.syncs: "true"\` in \`argocd-cmd-params-cm\``,
        ),
        for: t('one cluster after the other; without it all of them are synced at once'),
      },
      {
        what: t`The clusters of production in Argo CD, by their ${argocd.siteKey === 'name' ? t('names') : t('addresses')}`,
        for: t('deployments; `argocd cluster list` shows them'),
      },
    ],
  }),
})
