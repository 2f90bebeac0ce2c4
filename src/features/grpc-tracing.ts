import { defineFeature } from './types.js'

/** A span for each gRPC call. */
export const grpcTracing = defineFeature({
  id: 'grpc-tracing',
  help: 'a span for each gRPC call',
  enabled: ({ features }) => features.grpc && features.tracing,
  requires: ['grpc', 'tracing'],
  templates: 'features/grpc-tracing',
  slots: () => ({
    grpcOptions: [{ expression: 'grpcserver.Tracing(tracing)' }],
  }),
})
