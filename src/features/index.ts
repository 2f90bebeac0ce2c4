import { argocd } from './argocd.js'
import { autoscaling } from './autoscaling.js'
import { compose } from './compose.js'
import { configEnv } from './config-env.js'
import { configFile } from './config-file.js'
import { configReload } from './config-reload.js'
import { deployment } from './deployment.js'
import { entrypoint } from './entrypoint.js'
import { github } from './github.js'
import { istio } from './istio.js'
import { istioGateway } from './istio-gateway.js'
import { messaging, messagingMetrics, messagingTracing } from './messaging.js'
import { metrics } from './metrics.js'
import { migrations } from './migrations.js'
import { mysql } from './mysql.js'
import { nats } from './nats.js'
import { networkPolicy } from './network-policy.js'
import { pdb } from './pdb.js'
import { postgres } from './postgres.js'
import { pprof } from './pprof.js'
import { redis } from './redis.js'
import { service } from './service.js'
import { serviceMonitor } from './service-monitor.js'
import { statefulset } from './statefulset.js'
import { storeMetrics, stores, storeTracing } from './stores.js'
import { tracing } from './tracing.js'
import { trafficSplit } from './traffic-split.js'
import type { Feature } from './types.js'

/** Every feature, in the order in which their slot entries appear. */
export const features: readonly Feature[] = [
  service,
  deployment,
  statefulset,
  entrypoint,
  metrics,
  tracing,
  pprof,
  configFile,
  configEnv,
  configReload,
  stores,
  storeMetrics,
  storeTracing,
  postgres,
  mysql,
  redis,
  migrations,
  messaging,
  messagingMetrics,
  messagingTracing,
  nats,
  compose,
  autoscaling,
  pdb,
  networkPolicy,
  serviceMonitor,
  istio,
  istioGateway,
  trafficSplit,
  argocd,
  github,
]
