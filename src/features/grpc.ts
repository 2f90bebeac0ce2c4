import { t } from '../words.js'
import { defineFeature } from './types.js'

/** The API over gRPC, with grpc.health.v1. */
export const grpc = defineFeature({
  id: 'grpc',
  help: 'the API over gRPC, with grpc.health.v1',
  enabled: ({ features }) => features.grpc,
  templates: 'features/grpc',
  goModules: ['grpc'],
  slots: ({ module, features, timeouts }) => ({
    appImports: [{ path: `${module}/internal/grpcserver` }],
    configSections: [{ field: 'GRPC', declaration: 'GRPC     GRPC', fields: 'grpcFields()' }],
    trafficServers: [
      features.http
        ? {
            why: t('At the same time as HTTP: the two share the budget.'),
            component:
              '{name: "grpc", start: grpcServer.Start, stop: grpcServer.Stop, budget: cfg.Shutdown.Timeout, alongside: true}',
          }
        : { component: '{name: "grpc", start: grpcServer.Start, stop: grpcServer.Stop, budget: cfg.Shutdown.Timeout}' },
    ],
    readmeFeatures: [
      {
        title: 'gRPC',
        text: t`Health for clients and probes, deadlines of at most ${timeouts.handler.text}, and connections that end after ${timeouts.connectionAge.text}, so that load spreads.`,
      },
    ],
  }),
})
