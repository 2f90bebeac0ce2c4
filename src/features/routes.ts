import type { Model, Routes } from '../model/types.js'
import { t } from '../words.js'
import { trafficPorts } from './traffic-ports.js'
import { defineFeature, type NetworkRule } from './types.js'

/** Kinds of the routes: to Istio, calls are requests. */
function kindsOf({ features, routes }: Model): string[] {
  const asCalls = features.grpc && routes?.ofIstio !== true
  return [...(features.http || !asCalls ? ['HTTPRoute'] : []), ...(asCalls ? ['GRPCRoute'] : [])]
}

/** Routes of the Gateway API, in an ambient mesh or without a mesh. */
export const routes = defineFeature({
  id: 'routes',
  help: 'routes of the Gateway API, in an ambient mesh or without a mesh',
  enabled: ({ routes }) => routes !== undefined,
  templates: 'features/routes',
  slots: (model) => ({
    kinds: ['Gateway', ...kindsOf(model)].map((kind) => ({ group: 'gateway.networking.k8s.io', kind })),
    ingress: fromGateway(model),
    readmeFeatures: model.features.gatewayApi
      ? [
          {
            title: t('Gateway API'),
            text: t('TLS at the gateway, time-outs derived from the handler’s, and retries of what only reads.'),
          },
        ]
      : [],
    readmeNeeds: [
      {
        // HTTPRoute's `retry` is in the standard channel from there on.
        what: t('Gateway API 1.7, standard channel'),
        for: t('routes; before 1.7 `retry` is a field of the experimental channel alone'),
      },
      ...(model.features.gatewayApi && model.routes?.createGateway
        ? [
            {
              what: t`A GatewayClass \`${model.routes.className}\``,
              for: t('the Gateway that is created; `gatewayApi.class` names another'),
            },
          ]
        : []),
    ],
  }),
})

/** In the mesh it is the waypoint that brings the traffic, from the service's own namespace. */
function fromGateway(model: Model): NetworkRule[] {
  const { podNamespace } = model.routes as Routes
  return podNamespace === undefined
    ? []
    : [{ why: t("traffic from the gateway's pods"), namespace: podNamespace, ports: trafficPorts(model) }]
}
