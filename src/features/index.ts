import { alerts, receiver } from './alerts.js'
import { messagingAlerts } from './alerts-messaging.js'
import { outboxAlerts } from './alerts-outbox.js'
import { centreAlerts, reloadAlerts } from './alerts-settings.js'
import { storeAlerts } from './alerts-stores.js'
import { argocd } from './argocd.js'
import { argocdNotifications } from './argocd-notifications.js'
import { autoscaling, hpa, keda, prometheusAdapter } from './autoscaling.js'
import { compose } from './compose.js'
import { configCentre } from './config-centre.js'
import { configCentreMetrics } from './config-centre-metrics.js'
import { configCentreReload } from './config-centre-reload.js'
import { configEnv } from './config-env.js'
import { configFile } from './config-file.js'
import { configReload } from './config-reload.js'
import { consul } from './consul.js'
import { dashboards } from './dashboards.js'
import { deployment } from './deployment.js'
import { entrypoint } from './entrypoint.js'
import { externalSecrets } from './external-secrets.js'
import { github } from './github.js'
import { gitlab } from './gitlab.js'
import { greeting, greetingMySQL, greetingPostgres, greetingRedis } from './greeting.js'
import { grpc } from './grpc.js'
import { grpcMetrics } from './grpc-metrics.js'
import { grpcOnly } from './grpc-only.js'
import { grpcTracing } from './grpc-tracing.js'
import { http } from './http.js'
import { httpMetrics } from './http-metrics.js'
import { httpTracing } from './http-tracing.js'
import { faultInjection, istio, istioAmbient, istioJwt, istioSidecar, istioSubject } from './istio.js'
import { istioGateway } from './istio-gateway.js'
import { jenkins } from './jenkins.js'
import { kafka } from './kafka.js'
import { kubernetesSecrets } from './kubernetes-secrets.js'
import {
  messaging,
  messagingMetrics,
  messagingMySQL,
  messagingPostgres,
  messagingRedis,
  messagingTracing,
} from './messaging.js'
import { metrics } from './metrics.js'
import { migrations } from './migrations.js'
import { mysql } from './mysql.js'
import { nacos } from './nacos.js'
import { nats } from './nats.js'
import { networkPolicy } from './network-policy.js'
import { outbox, outboxMetrics, outboxMySQL, outboxPostgres } from './outbox.js'
import { pdb } from './pdb.js'
import { pipeline } from './pipeline.js'
import { postgres } from './postgres.js'
import { pprof } from './pprof.js'
import { redis } from './redis.js'
import { applicationSet, regions } from './regions.js'
import { remote } from './remote.js'
import { blueGreen, blueGreenAnalysis, canary, canaryAnalysis, colours, preview, rollout, scraped } from './rollout.js'
import { routes } from './routes.js'
import { sealedSecrets } from './sealed-secrets.js'
import { service } from './service.js'
import { serviceMonitor } from './service-monitor.js'
import { statefulset } from './statefulset.js'
import { storeMetrics, stores, storeTracing } from './stores.js'
import { tracing } from './tracing.js'
import { tracingMetrics } from './tracing-metrics.js'
import { trafficSplit } from './traffic-split.js'
import type { Feature } from './types.js'

/** Every feature, in the order in which their slot entries appear. */
export const features: readonly Feature[] = [
  service,
  http,
  grpc,
  grpcOnly,
  deployment,
  statefulset,
  rollout,
  entrypoint,
  // Before tracing, whose variables name its own.
  regions,
  metrics,
  tracing,
  tracingMetrics,
  httpMetrics,
  httpTracing,
  grpcMetrics,
  grpcTracing,
  pprof,
  configFile,
  configEnv,
  configReload,
  remote,
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
  messagingRedis,
  messagingPostgres,
  messagingMySQL,
  nats,
  kafka,
  outbox,
  outboxPostgres,
  outboxMySQL,
  outboxMetrics,
  greeting,
  greetingPostgres,
  greetingMySQL,
  greetingRedis,
  compose,
  kubernetesSecrets,
  externalSecrets,
  sealedSecrets,
  configCentre,
  configCentreReload,
  configCentreMetrics,
  consul,
  nacos,
  autoscaling,
  hpa,
  keda,
  prometheusAdapter,
  pdb,
  networkPolicy,
  serviceMonitor,
  alerts,
  storeAlerts,
  messagingAlerts,
  outboxAlerts,
  reloadAlerts,
  centreAlerts,
  receiver,
  dashboards,
  istio,
  istioSidecar,
  istioGateway,
  routes,
  istioAmbient,
  istioJwt,
  istioSubject,
  faultInjection,
  trafficSplit,
  canary,
  canaryAnalysis,
  blueGreen,
  blueGreenAnalysis,
  preview,
  scraped,
  colours,
  argocd,
  applicationSet,
  argocdNotifications,
  pipeline,
  github,
  gitlab,
  jenkins,
]
