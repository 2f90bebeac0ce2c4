import { defineFeature } from './types.js'

/** What data stores share: how an operation is watched, TLS, the errors that callers decide by. */
export const stores = defineFeature({
  id: 'stores',
  help: 'what data stores share: observed operations, TLS, credentials',
  enabled: ({ features }) => features.stores,
  requires: ['remote'],
  templates: 'features/stores',
  slots: ({ module, features }) => {
    const observers = [
      ...(features.tracing ? ['telemetry.StoreSpans()'] : []),
      ...(features.metrics ? ['telemetry.StoreOperations(registry)'] : []),
      'store.Log(a.logger)',
    ]
    return {
      appImports: [{ path: `${module}/internal/store` }],
      errorMappings: ['ErrNoConnection', 'ErrUnreachable', 'ErrReadOnly'].map((error) => ({
        expression: `{Err: store.${error}, Kind: answer.Unavailable, Detail: "Come again in a moment.", RetryAfter: time.Second}`,
      })),
      appSetup: [{ order: 40, statement: `a.observe = store.All(${observers.join(', ')})` }],
    }
  },
})

/** Metrics of operations and pools. */
export const storeMetrics = defineFeature({
  id: 'store-metrics',
  help: 'metrics of the data stores: operations and pools',
  enabled: ({ features }) => features.stores && features.metrics,
  requires: ['stores', 'metrics'],
  templates: 'features/store-metrics',
})

/** A span for each operation. */
export const storeTracing = defineFeature({
  id: 'store-tracing',
  help: 'a span for each operation of a data store',
  enabled: ({ features }) => features.stores && features.tracing,
  requires: ['stores', 'tracing'],
  templates: 'features/store-tracing',
})
