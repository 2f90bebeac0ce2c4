import { defineFeature } from './types.js'

/** Rate, errors and duration of each gRPC method. */
export const grpcMetrics = defineFeature({
  id: 'grpc-metrics',
  help: 'rate, errors and duration of each gRPC method',
  enabled: ({ features }) => features.grpc && features.metrics,
  requires: ['grpc', 'metrics'],
  templates: 'features/grpc-metrics',
  slots: () => ({
    grpcOptions: [{ expression: 'grpcserver.Metrics(registry, cfg.GRPC.Timeout)' }],
  }),
})
