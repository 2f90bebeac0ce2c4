import { defineFeature } from './types.js'

/** What is said over gRPC because there is no HTTP: the smoke test. */
export const grpcOnly = defineFeature({
  id: 'grpc-only',
  help: 'the smoke test over gRPC, where there is no HTTP',
  enabled: ({ features }) => features.grpc && !features.http,
  requires: ['grpc'],
  conflicts: ['http'],
  templates: 'features/grpc-only',
})
