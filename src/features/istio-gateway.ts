import { defineFeature } from './types.js'

/** A Gateway of the service's own, with TLS; without it the VirtualService is bound to one that exists. */
export const istioGateway = defineFeature({
  id: 'istio-gateway',
  help: "a Gateway of the service's own, with TLS; without it the VirtualService is bound to one that exists",
  enabled: ({ istio, features }) => features.sidecar && istio?.createGateway === true,
  requires: ['istio-sidecar'],
  templates: 'features/istio-gateway',
  slots: () => ({
    kinds: [{ group: 'networking.istio.io', kind: 'Gateway' }],
  }),
})
