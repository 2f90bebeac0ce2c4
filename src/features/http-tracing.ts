import { defineFeature } from './types.js'

/** A span for each request, and for each request to others. */
export const httpTracing = defineFeature({
  id: 'http-tracing',
  help: 'a span for each request',
  enabled: ({ features }) => features.http && features.tracing,
  requires: ['http', 'tracing'],
  templates: 'features/http-tracing',
  slots: () => ({
    httpMiddleware: [{ order: 10, expression: 'httpserver.Tracing(tracing)' }],
  }),
})
