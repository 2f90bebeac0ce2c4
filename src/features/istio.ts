import type { Istio } from '../model/types.js'
import { trafficPorts } from './traffic-ports.js'
import { defineFeature } from './types.js'

/** Ports of the mesh, from istio.io/latest/docs/ops/deployment/application-requirements. */
const istiodPort = 15012
const mergedMetricsPort = 15020

/** Routing, resilience and identity in the mesh, sidecar mode. */
export const istio = defineFeature({
  id: 'istio',
  help: 'routing, resilience and identity in the mesh, sidecar mode',
  enabled: ({ istio }) => istio !== undefined,
  templates: 'features/istio',
  flag: 'istio',
  slots: (model) => ({
    kinds: [
      { group: 'networking.istio.io', kind: 'VirtualService' },
      { group: 'networking.istio.io', kind: 'DestinationRule' },
      { group: 'security.istio.io', kind: 'PeerAuthentication' },
      { group: 'security.istio.io', kind: 'AuthorizationPolicy' },
    ],
    ingress: [
      {
        why: "traffic from the mesh's ingress gateway; mTLS arrives on the container's own port",
        namespace: (model.istio as Istio).ingressNamespace,
        ports: trafficPorts(model),
      },
      {
        why: "the sidecar's own metrics",
        namespace: model.monitoring.namespace,
        ports: [{ port: mergedMetricsPort, protocol: 'TCP' }],
      },
    ],
    egress: [
      {
        why: 'the sidecar: configuration and certificates from istiod',
        namespace: 'istio-system',
        podLabels: { app: 'istiod' },
        ports: [{ port: istiodPort, protocol: 'TCP' }],
      },
    ],
    readmeFeatures: [
      {
        title: 'Istio',
        text: 'Mutual TLS, retries that are safe to repeat, ejection of failing pods, and access by identity.',
      },
    ],
  }),
})
