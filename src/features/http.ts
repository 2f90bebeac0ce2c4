import { defineFeature } from './types.js'

/** The API over HTTP. */
export const http = defineFeature({
  id: 'http',
  help: 'the API over HTTP',
  enabled: ({ features }) => features.http,
  templates: 'features/http',
  slots: ({ module }) => ({
    appImports: [{ path: `${module}/internal/httpserver` }],
    httpMiddleware: [{ order: 5, expression: 'nameCommit' }],
    trafficServers: [
      {
        component: '{name: "http", start: httpServer.Start, stop: httpServer.Stop, budget: cfg.Shutdown.Timeout}',
      },
    ],
  }),
})
