import { t } from '../words.js'
import { defineFeature } from './types.js'

/** OpenTelemetry traces over OTLP/HTTP. */
export const tracing = defineFeature({
  id: 'tracing',
  help: 'OpenTelemetry traces over OTLP/HTTP',
  enabled: ({ features }) => features.tracing,
  templates: 'features/tracing',
  goModules: ['tracing'],
  slots: ({ module, tracing, name, features }) => ({
    appImports: [{ path: `${module}/internal/telemetry` }],
    appSetup: [{ order: 20, statement: 'tracing := telemetry.NewTracing(serviceName, a.logger)' }],
    appComponents: [
      {
        order: 10,
        why: t('Stops after all that makes spans, and sends what is queued.'),
        component: '{name: "tracing", start: tracing.Start, stop: tracing.Shutdown, budget: cfg.Shutdown.Flush}',
      },
    ],
    containerEnv: [
      { name: 'POD_NAME', fieldPath: 'metadata.name', why: t('names the pod in every span') },
      { name: 'POD_NAMESPACE', fieldPath: 'metadata.namespace', why: t('names the namespace in every span') },
      { name: 'NODE_NAME', fieldPath: 'spec.nodeName', why: t('names the node in every span') },
      { name: 'OTEL_SERVICE_NAME', value: name, why: t('the name under which traces are found') },
      {
        name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
        value: tracing.endpoint,
        why: t('the collector; without it nothing is exported'),
      },
      {
        name: 'OTEL_RESOURCE_ATTRIBUTES',
        value: `k8s.pod.name=$(POD_NAME),k8s.namespace.name=$(POD_NAMESPACE),k8s.node.name=$(NODE_NAME)${features.regions ? ',cloud.region=$(REGION)' : ''}`,
        why: t('the names above, as OpenTelemetry calls them'),
      },
    ],
    egress: [
      {
        why: t('traces, OTLP over HTTP, to the collector'),
        namespace: tracing.namespace,
        ports: [{ port: tracing.port, protocol: 'TCP' }],
      },
    ],
    readmeFeatures: [
      {
        title: t('Tracing'),
        text: t('W3C trace context in and out, parent-based sampling, spans to the OpenTelemetry collector.'),
      },
    ],
  }),
})
