import { beforeAll, expect, test } from '@jest/globals'
import { invariants } from '../../src/model/invariants.js'
import { Overlay, overlaysOf } from '../support/manifests.js'
import { generate, recipe, workFolder } from '../support/project.js'
import { describeWith } from '../support/tools.js'
import { facts } from './facts.js'

type Variant =
  | 'ambient'
  | 'calls'
  | 'external'
  | 'gateway'
  | 'sealed'
  | 'canary'
  | 'blueGreen'
  | 'colours'
  | 'drill'
  | 'region'
  | 'stays'
  | 'clusters'

/** A change of the rendered overlay (no file named) or of one file: what a mistake in a template would look like. */
interface Mistake {
  /** The service that it is made in: one with HTTP and gRPC, one with gRPC alone, or one with another provider of Secrets. */
  readonly of?: Variant
  readonly file?: string
  readonly from: string | RegExp
  readonly to: string
}

const defaults = 'internal/config/defaults.go'
const argo = 'deploy/argocd/application-production.yaml'
const argoSet = 'deploy/argocd/applicationset-production.yaml'
const notifications = 'deploy/argocd/admin/notifications.yaml'
const grpcDefaults = 'internal/config/grpc.go'

/** Mistakes that each fact must find, by the start of its rule. */
const mistakes: Readonly<Record<string, readonly Mistake[]>> = {
  'what the AppProject subscribes': [
    { file: 'deploy/argocd/appproject.yaml', from: 'wecom-degraded.wecom', to: 'wecom-degrade.wecom' },
    { file: notifications, from: 'service.webhook.wecom', to: 'service.webhook.chat' },
    { file: notifications, from: 'url: $wecom-url', to: 'url: https://qyapi.weixin.qq.com' },
    { file: notifications, from: 'template.wecom-degraded', to: 'template.degraded' },
    { file: notifications, from: ' | toJson', to: '' },
    { file: notifications, from: '"msgtype": "text"', to: '"msgtype": "markdown"' },
    { file: notifications, from: 'name: argocd-notifications-cm', to: 'name: argocd-cm' },
    { file: notifications, from: 'method: POST', to: 'method: GET' },
  ],
  'what a command in a document names': [
    { file: 'README.md', from: 'scripts/set-image.sh', to: 'scripts/set-images.sh' },
    { file: 'README.md', from: 'make test', to: 'make tests-all' },
    {
      of: 'region',
      file: 'README.md',
      from: 'argocd app rollback orders-production-cn-north',
      to: 'argocd app rollback orders-production',
    },
    { of: 'canary', file: 'README.md', from: '-n orders ', to: '-n orders-prod ' },
  ],
  'a region runs its own': [
    { of: 'region', from: 'minReplicas: 18', to: 'minReplicas: 3' },
    { of: 'region', from: 'maxReplicas: 60', to: 'maxReplicas: 29' },
    { of: 'region', file: 'service.yaml', from: 'weight: 60', to: 'weight: 50' },
  ],
  'logs, traces and metrics of a region': [
    { of: 'region', from: /(template:\n\s+metadata:[\s\S]*?region:) cn-east/, to: '$1 cn-west' },
    { of: 'region', from: /fieldPath: metadata.labels\['region'\]/, to: 'fieldPath: metadata.name' },
    { of: 'region', from: 'cloud.region=$(REGION)', to: 'cloud.region=' },
    { of: 'region', from: '__meta_kubernetes_pod_label_region', to: '__meta_kubernetes_pod_label_zone' },
    { of: 'region', file: 'internal/app/run.go', from: 'getenv("REGION")', to: '""' },
  ],
  'in the mesh, a region answers': [
    { of: 'region', from: '- cn-east.orders.example.com', to: '- cn-north.orders.example.com' },
  ],
  'the mesh moves': [
    { of: 'region', from: 'to: cn-north', to: 'to: cn-west' },
    { of: 'region', from: /(localityLbSetting:\n\s+enabled:) true/, to: '$1 false' },
    { of: 'region', from: /(readinessProbe:\n\s+failureThreshold:) \d+/, to: '$1 20' },
    { of: 'region', from: /outlierDetection:/, to: 'outlierDetections:' },
    { of: 'stays', from: 'cn-north/*: 100', to: 'cn-east/*: 100' },
  ],
  'the records of a region': [
    { of: 'region', from: 'aws-weight: "60"', to: 'aws-weight: "40"' },
    { of: 'region', from: 'set-identifier: cn-east', to: 'set-identifier: cn-north' },
    { of: 'region', from: 'external-dns.kubernetes.io/ttl: "30"', to: 'external-dns.kubernetes.io/ttl: "3600"' },
    { of: 'stays', file: 'service.yaml', from: 'provider: route53', to: 'provider: none' },
  ],
  'the pipeline asks every region': [
    {
      of: 'region',
      file: '.github/workflows/release.yaml',
      from: 'https://cn-north.orders.example.com',
      to: 'https://orders.example.com',
    },
  ],
  'the ApplicationSet makes': [
    { of: 'region', file: argoSet, from: 'missingkey=error', to: 'missingkey=zero' },
    {
      of: 'region',
      file: argoSet,
      from: 'preserveResourcesOnDeletion: true',
      to: 'preserveResourcesOnDeletion: false',
    },
    { of: 'region', file: argoSet, from: 'overlay: production-cn-east', to: 'overlay: production-cn-west' },
    { of: 'region', file: argoSet, from: 'cluster: north', to: 'cluster: east' },
    { of: 'region', file: argoSet, from: 'namespace: orders\n', to: 'namespace: orders-dev\n' },
    { of: 'clusters', file: argoSet, from: 'site: blue', to: 'site: red' },
    { of: 'clusters', file: 'deploy/argocd/appproject.yaml', from: 'name: red', to: 'name: green' },
  ],
  'a release reaches': [
    { of: 'region', file: argoSet, from: 'type: RollingSync', to: 'type: AllAtOnce' },
    { of: 'region', file: argoSet, from: 'maxUpdate: 1', to: 'maxUpdate: 2' },
    { of: 'region', file: argoSet, from: /(values:\n\s+-) cn-north/, to: '$1 cn-east' },
    { of: 'region', file: argoSet, from: 'prune: true', to: 'prune: false' },
    { of: 'clusters', file: argoSet, from: /(values:\n\s+-) red/, to: '$1 blue' },
  ],
  'a Rollout is what the autoscaler scales': [
    { of: 'canary', from: /(scaleTargetRef:[\s\S]*?kind:) Rollout/, to: '$1 Deployment' },
    { of: 'canary', from: /(scaleTargetRef:\n\s+apiVersion:) argoproj.io\/v1alpha1/, to: '$1 apps/v1' },
    { of: 'canary', from: /(canarySubsetName:) canary/, to: '$1 kanary' },
    { of: 'canary', from: /(routes:\n(\s+- )grpc\n)\s+- read\n/, to: '$1' },
    { of: 'canary', from: 'weight: 0', to: 'weight: 5' },
  ],
  'Argo CD leaves alone exactly': [
    { of: 'canary', file: argo, from: '.spec.http[].route[].weight', to: '.spec.http' },
    { of: 'canary', file: argo, from: /(kind: DestinationRule\n\s+name:) orders/, to: '$1 order' },
    { of: 'canary', file: argo, from: 'ApplyOutOfSyncOnly=true', to: 'RespectIgnoreDifferences=true' },
    { of: 'blueGreen', file: argo, from: 'RespectIgnoreDifferences=true', to: 'PruneLast=true' },
    { of: 'blueGreen', file: argo, from: '/spec/selector/rollouts-pod-template-hash', to: '/spec/selector' },
    { of: 'blueGreen', file: argo, from: '/spec/replicas', to: '/spec/selector' },
  ],
  'an analysis has its verdict': [
    { of: 'canary', from: 'duration: 10m', to: 'duration: 4m' },
    { of: 'canary', from: 'interval: 60s', to: 'interval: 5m' },
    { of: 'canary', from: 'result[0] < 3', to: 'result[0] < 30' },
    { of: 'blueGreen', from: 'count: 8', to: 'count: 9' },
    { of: 'blueGreen', from: 'scaleDownDelaySeconds: 600', to: 'scaleDownDelaySeconds: 300' },
  ],
  'a canary begins with': [
    { of: 'canary', from: 'pause: {}', to: 'pause: {duration: 1m}' },
    { of: 'canary', from: 'setWeight: 50', to: 'setWeight: 5' },
    { of: 'canary', from: 'startingStep: 1', to: 'startingStep: 0' },
  ],
  'every analysis has its template': [
    { of: 'canary', from: 'templateName: orders-canary', to: 'templateName: order-canary' },
    { of: 'canary', from: 'podTemplateHashValue: Stable', to: 'podTemplateHashValue: Latest' },
    {
      of: 'canary',
      from: /(kind: AnalysisTemplate[\s\S]*?)rate\(http_requests_total/,
      to: '$1rate(http_request_total',
    },
    { of: 'canary', from: 'subset="{{args.canary}}"', to: 'version="{{args.canary}}"' },
    { of: 'canary', from: /(kind: AnalysisTemplate[\s\S]*?)job="orders"/, to: '$1job="order"' },
    {
      of: 'canary',
      from: /(kind: AnalysisTemplate[\s\S]*?)histogram_quantile\(0\.99,/,
      to: '$1histogram_quantile(0.9,',
    },
    { of: 'canary', file: 'internal/telemetry/durations.go', from: 'sloLatency = 0.8', to: 'sloLatency = 0.9' },
    { of: 'canary', from: 'label_rollouts_pod_template_hash', to: 'label_version' },
    { of: 'blueGreen', from: 'address: http://', to: 'address: ' },
    { of: 'canary', from: 'scrapeClassicHistograms: true', to: 'scrapeClassicHistograms: false' },
  ],
  'an answer that is empty': [
    { of: 'canary', from: 'len(result) == 0 || ', to: '' },
    { of: 'canary', from: 'isNaN(result[0]) || ', to: '' },
    { of: 'canary', from: '> bool 1.5', to: '> bool 15' },
    { of: 'canary', from: 'failureLimit: 0', to: 'failureLimit: 20' },
    { of: 'canary', from: /(\[120s\]\)\)) >= 93/, to: '$1 >= 9' },
    { of: 'canary', from: '0.0072\n', to: '0.02\n' },
    { of: 'canary', from: 'failureCondition: "false"', to: 'failureCondition: "true"' },
    { of: 'canary', from: '[600s:60s]', to: '[60s:60s]' },
    { of: 'canary', from: 'consecutiveErrorLimit: 4', to: 'consecutiveErrorLimit: 400' },
    { of: 'blueGreen', from: 'min(up{', to: 'max(up{' },
    { of: 'blueGreen', from: 'failureLimit: 0', to: 'failureLimit: 10' },
  ],
  'a release that gets nowhere': [
    { of: 'canary', from: 'progressDeadlineAbort: true', to: 'progressDeadlineAbort: false' },
    { of: 'canary', from: 'minPodsPerReplicaSet: 2', to: 'minPodsPerReplicaSet: 1' },
    { of: 'canary', from: /\bscaleDownDelaySeconds: 30/, to: 'scaleDownDelaySeconds: 0' },
    { of: 'canary', from: 'maxUnavailable: 0', to: 'maxUnavailable: 1' },
    { of: 'blueGreen', from: 'autoPromotionEnabled: false', to: 'autoPromotionEnabled: true' },
    { of: 'blueGreen', from: 'previewService: orders-preview', to: 'previewService: orders-metrics' },
    { of: 'blueGreen', from: 'scaleDownDelayRevisionLimit: 1', to: 'scaleDownDelayRevisionLimit: 5' },
  ],
  'of two colours': [
    { of: 'colours', from: /(name: orders-preview[\s\S]*?version:) green/, to: '$1 blue' },

    {
      of: 'colours',
      file: 'deploy/overlays/production/kustomization.yaml',
      from: 'blue # serves',
      to: 'green # serves',
    },
    { of: 'colours', file: argo, from: '/spec/selector/version', to: '/spec/selector/colour' },
    { of: 'colours', from: '- deployments/scale', to: '- deployments/status' },
    { of: 'colours', file: 'scripts/blue-green.sh', from: 'name=orders', to: 'name=order' },
  ],
  'what waits is behind': [
    { of: 'blueGreen', from: /(name: orders-preview[\s\S]*?port:) 9000/, to: '$1 9001' },
    { of: 'blueGreen', file: 'README.md', from: '8080:80', to: '8080:81' },
  ],
  'a Rollout counts its own': [
    { of: 'canary', from: '- rollouts-pod-template-hash', to: '- pod-template-hash' },
    { of: 'canary', from: '- rollouts/status', to: '- rollouts/scale' },
  ],
  'every probe over gRPC': [
    { of: 'calls', from: 'service: liveness', to: 'service: ""' },
    { of: 'calls', from: /(readinessProbe:[\s\S]*?service:) ""/, to: '$1 liveness' },
    { of: 'calls', from: /(startupProbe:[\s\S]*?port:) 9000/, to: '$1 9090' },
    { of: 'calls', file: 'internal/grpcserver/health.go', from: '"startup"', to: '"started"' },
    {
      from: /livenessProbe:([\s\S]*?)httpGet:\n\s+path: \S+\n\s+port: admin/,
      to: 'livenessProbe:$1grpc: {port: 9000}',
    },
  ],
  'calls go to': [
    { from: 'prefix: application/grpc', to: 'prefix: application/json' },
    { of: 'calls', from: /(destination:[\s\S]*?number:) 9000/, to: '$1 9090' },
  ],
  'EXPOSE =': [
    { file: 'Dockerfile', from: 'EXPOSE 8080', to: 'EXPOSE 8081' },
    { file: 'Dockerfile', from: ' 9000 ', to: ' ' },
    { file: grpcDefaults, from: /(defaultGRPCPort\s+=) 9000/, to: '$1 9001' },
    { of: 'calls', from: 'containerPort: 9000', to: 'containerPort: 9001' },
    { file: defaults, from: /(defaultAdminPort\s+=) 9090/, to: '$1 9091' },
    { from: 'containerPort: 8080', to: 'containerPort: 8082' },
  ],
  'every Service selects': [{ from: 'targetPort: admin', to: 'targetPort: metrics' }],
  'every probe asks': [
    { from: 'path: /livez', to: 'path: /healthz' },
    { from: 'path: /livez', to: 'path: /readyz' },
    { from: /(path: \/readyz\n\s+port:) admin/, to: '$1 http' },
  ],
  'the NetworkPolicy covers': [
    { from: /(kind: NetworkPolicy[\s\S]*?)port: 8080/, to: '$1port: 8081' },
    { from: /(kind: NetworkPolicy[\s\S]*?)port: 9000[\s\S]*?port: 9000/, to: '$1port: 8080' },
    {
      from: /(kind: NetworkPolicy[\s\S]*?podSelector:\n\s+matchLabels:\n\s+app.kubernetes.io\/name:) orders/,
      to: '$1 order',
    },
  ],
  'the NetworkPolicy lets out': [
    { from: 'port: 4318\n', to: 'port: 4317\n' },
    { from: 'protocol: UDP', to: 'protocol: TCP' },
  ],
  'the configuration centre of': [
    { from: 'port: 8501\n', to: 'port: 8500\n' },
    { from: /(kubernetes.io\/metadata.name:) consul\n/, to: '$1 console\n' },
    { from: 'consul-server.consul.svc', to: 'consul-server.shared.svc' },
  ],
  'the last good document': [
    { from: 'name: CONFIG_CACHE_DIR', to: 'name: CONFIG_CACHE' },
    { from: 'mountPath: /var/cache/orders/config', to: 'mountPath: /var/cache/orders' },
    { from: / +- emptyDir:\n\s+sizeLimit: 4Mi\n\s+name: config-cache\n/g, to: '' },
    { from: 'sizeLimit: 4Mi', to: 'sizeLimit: 40Mi' },
  ],
  'the ServiceMonitor finds': [
    { from: /(endpoints:[\s\S]*?port:) admin/, to: '$1 metrics' },
    { from: /(kind: ServiceMonitor[\s\S]*?app.kubernetes.io\/component:) server/, to: '$1 servers' },
    { from: '__meta_kubernetes_pod_label_version', to: '__meta_kubernetes_pod_label_release' },
  ],
  'the rules are those of the objectives': [
    { from: / > 0\.0072\b/, to: ' > 0.0073' },
    { from: 'window: 6h', to: 'window: 5h' },
    { from: /(ratio_rate1h\{[^}]*\} > [\s\S]*?ratio_rate)5m/, to: '$130m' },
    { from: /le=\\?"0\.8\\?"/, to: 'le="0.9"' },
    { from: /for: 15m\n(\s+labels:\n\s+service: orders\n\s+severity: critical)/, to: 'for: 5m\n$1' },
    { file: 'internal/telemetry/durations.go', from: 'sloLatency = 0.8', to: 'sloLatency = 0.9' },
    { file: 'service.yaml', from: /$/, to: 'slo:\n  availability: 99.9\n' },
  ],
  'every metric and label of rules': [
    { from: 'rate(http_requests_total{', to: 'rate(http_request_total{' },
    {
      from: 'sum by (job, namespace) (rate(http_requests_total',
      to: 'sum by (job, namespaces) (rate(http_requests_total',
    },
    { from: 'record: service:requests:rate5m', to: 'record: service:requests:rate1m' },
    {
      from: /go_goroutines\{job="orders",namespace="orders"\}/,
      to: 'go_goroutines{job="orders",namespace="orders-dev"}',
    },
    { from: 'kube_pod_container_status_restarts_total', to: 'kube_pod_container_restarts_total' },
    { from: 'scrapeClassicHistograms: true', to: 'scrapeClassicHistograms: false' },
    { from: /sum by \(consumer, outcome\)/, to: 'sum by (consumer, result)' },
  ],
  'what was asked for is watched': [
    { from: 'kind: PrometheusRule', to: 'kind: PrometheusRules' },
    { from: 'kind: AlertmanagerConfig', to: 'kind: AlertmanagerConfigs' },
    { from: 'grafana_dashboard: "1"', to: 'grafana_dashboard: "0"' },
    { from: '"uid": "orders"', to: '"uid": "order"' },
  ],
  'every alert says how bad': [
    { from: 'severity: critical', to: 'severity: page' },
    { from: /service: orders\n(\s+)severity: warning/, to: 'service: order\n$1severity: warning' },
    { from: /#latencyhigh/, to: '#latency' },
    { from: /(alert: DeadLetters[\s\S]*?severity:) warning/, to: '$1 critical' },
    { file: 'docs/runbook.md', from: '## LatencyHigh', to: '## SlowAnswers' },
  ],
  'every alert has a test': [
    { from: 'alert: DeadLetters', to: 'alert: DeadMessages' },
    {
      file: 'deploy/monitoring/alerts/production/rules_test.yaml',
      from: /alertname: Panicked/,
      to: 'alertname: Panics',
    },
  ],
  'the receiver is told': [
    { from: /(kind: AlertmanagerConfig[\s\S]*?name: service\n\s+value:) orders/, to: '$1 order' },
    { from: 'value: ErrorBudgetBurn|ErrorRatioUp', to: 'value: ErrorBudgetBurn|ErrorRatio' },
    { from: 'value: ErrorBudgetBurn\n', to: 'value: TargetDown\n' },
    { from: /(apiSecret:\n\s+key:) api-secret/, to: '$1 secret' },
    { from: 'agentID: "1000002"', to: 'agentID: "1000003"' },
    { file: 'README.md', from: 'generic orders-alertmanager', to: 'generic orders-alerts' },
  ],
  'selectors choose': [{ from: /app.kubernetes.io\/instance: orders-v2/g, to: 'app.kubernetes.io/instance: orders' }],
  'every route goes': [
    { from: /(subsets:\n\s+- labels:\n\s+version:) v1/, to: '$1 v3' },
    { from: 'subset: v2', to: 'subset: v3' },
    { from: 'weight: 20', to: 'weight: 30' },
    { from: /(kind: DestinationRule[\s\S]*?host:) orders/, to: '$1 order' },
    { from: '- orders-gateway', to: '- gateway' },
    { from: /(kind: Gateway[\s\S]*?hosts:\n\s+-) \.\/orders.example.com/, to: '$1 ./other.example.com' },
    { from: /(kind: Gateway[\s\S]*?hosts:\n\s+- )\.\//, to: '$1' },
  ],
  'where there are two versions': [
    { from: /(x-version:\n\s+exact:) v2/, to: '$1 v1' },
    { from: /(exact: v2\n[\s\S]*?subset:) v2/, to: '$1 v1' },
    { of: 'canary', from: /(x-version:\n\s+exact:) canary/, to: '$1 stable' },
    { of: 'canary', from: 'x-version:', to: 'x-revision:' },
  ],
  'the routes and gateways of the Gateway API': [
    { of: 'gateway', from: 'gatewayClassName: eg', to: 'gatewayClassName: istio' },
    { of: 'gateway', from: 'request: 49s', to: 'request: 40s' },
    { of: 'gateway', from: 'backendRequest: 16s', to: 'backendRequest: 14s' },
    { of: 'gateway', from: 'attempts: 2', to: 'attempts: 3' },
    { of: 'gateway', from: '- 502\n', to: '- 500\n' },
    { of: 'gateway', from: '- grpc.orders.example.com', to: '- orders.example.com' },
    { of: 'gateway', file: 'internal/config/defaults.go', from: /(defaultHTTPTimeout\s+=) 15/, to: '$1 18' },
    { of: 'ambient', from: 'name: orders-mesh-grpc', to: 'name: orders-mesh-calls' },
    { of: 'ambient', from: 'gatewayClassName: istio-waypoint', to: 'gatewayClassName: istio' },
  ],
  'what a controller makes for a Gateway': [
    {
      of: 'ambient',
      from: /labels:\n\s+app.kubernetes.io\/component: proxy\n(\s+app.*\n){2}\s+app.kubernetes.io\/part-of: orders\n/,
      to: '',
    },
    {
      of: 'ambient',
      from: 'app.kubernetes.io/name: orders-waypoint',
      to: 'app.kubernetes.io/name: orders',
    },
  ],
  'labels for what is made of a Gateway': [
    {
      of: 'gateway',
      from: /(infrastructure:\n(\s+)labels:\n)/,
      to: '$1$2  app.kubernetes.io/name: orders-gateway\n',
    },
  ],
  'in an ambient mesh everything': [
    { of: 'ambient', from: 'istio.io/use-waypoint: orders-waypoint', to: 'istio.io/use-waypoint: orders' },
    { of: 'ambient', from: 'istio.io/ingress-use-waypoint: "true"', to: 'istio.io/ingress-use-waypoint: "false"' },
    { of: 'ambient', from: 'istio.io/waypoint-for: service', to: 'istio.io/waypoint-for: workload' },
    { of: 'ambient', from: 'minReplicas: 2', to: 'minReplicas: 1' },
    { of: 'ambient', from: /type: RuntimeDefault(?=\n\s+horizontalPodAutoscaler)/, to: 'type: Unconfined' },
  ],
  'who may call is who': [
    { of: 'ambient', from: 'sa/orders-waypoint', to: 'sa/orders' },
    { of: 'ambient', from: /notPrincipals:\n\s+- .*\n/, to: '' },
    { of: 'drill', from: /requestPrincipals:\n\s+- .*\n/, to: '' },
    { of: 'drill', from: 'issuer: https://login.example.com', to: 'issuer: https://login.example.org' },
    { of: 'drill', from: 'forwardOriginalToken: true', to: 'forwardOriginalToken: false' },
    { of: 'drill', file: 'service.yaml', from: / +audiences:\n\s+- orders\n/, to: '' },
    { from: /(kind: AuthorizationPolicy[\s\S]*?namespaces:\n\s+-) orders/, to: '$1 other' },
  ],
  'faults are for drills': [
    { of: 'drill', from: 'fixedDelay: 15s', to: 'fixedDelay: 1s' },
    { of: 'drill', from: 'exact: abort', to: 'exact: delay' },
    { of: 'drill', from: 'grpcStatus: UNAVAILABLE', to: 'grpcStatus: INTERNAL' },
    { of: 'drill', from: /(x-drill:\n\s+)exact: delay/, to: '$1regex: .*' },
    { of: 'drill', file: 'service.yaml', from: 'faultInjection: true', to: 'faultInjection: false' },
  ],
  'policies of the mesh': [
    { from: /(kind: AuthorizationPolicy[\s\S]*?namespaces:\n\s+-) orders/, to: '$1 other' },
    { from: /(kind: AuthorizationPolicy[\s\S]*?ports:\n\s+-) "8080"/, to: '$1 "8081"' },
    { from: /(portLevelMtls:\n\s+)"9090"/, to: '$1"9091"' },
  ],
  'all pods that can exist': [
    { file: 'internal/config/postgres.go', from: /(defaultPostgresPoolSize =) 2/, to: '$1 3' },
    { file: 'internal/config/redis.go', from: 'the server grants 100', to: 'the server grants 99' },
    { from: 'maxReplicas: 10', to: 'maxReplicas: 20' },
  ],
  'each data store has': [
    { file: 'internal/app/components.go', from: 'checks.Register(redis.Name', to: 'checks.Register(postgres.Name' },
    { file: 'internal/app/components.go', from: '{name: postgres.Name,', to: '{name: "db",' },
    { file: 'deploy/secrets/credentials.example.yaml', from: 'redis-password: CHANGE-ME', to: 'redis-password: redis' },
    { file: 'scripts/credentials.sh', from: 'entry redis-password ask', to: 'entry redis-password random' },
    { file: 'internal/config/secret.go', from: '"redis-password"', to: '"redis-pass"' },
    { from: /redis:\n/g, to: 'cache:\n' },
  ],
  'External Secrets writes': [
    { of: 'external', from: /(target:[\s\S]*?name:) orders-credentials/, to: '$1 orders-secrets' },
    { of: 'external', from: /secretName: orders-credentials/, to: 'secretName: orders-secrets' },
    { of: 'external', from: 'key: orders/production', to: 'key: orders/staging' },
    { of: 'external', from: 'property: postgres-password', to: 'property: password' },
    { of: 'external', from: 'secretKey: nats-password', to: 'secretKey: nats' },
    { of: 'external', from: 'creationPolicy: Orphan', to: 'creationPolicy: Owner' },
    { of: 'external', from: 'deletionPolicy: Retain', to: 'deletionPolicy: Delete' },
    { of: 'external', from: 'kind: ClusterSecretStore', to: 'kind: SecretStore' },
    { of: 'external', file: 'internal/config/secret.go', from: '"postgres-password"', to: '"postgres-pass"' },
    { of: 'external', file: 'service.yaml', from: 'provider: external-secrets', to: 'provider: kubernetes' },
  ],
  'the operators have': [
    { of: 'external', from: /(- externalsecrets\n\s+verbs:\n\s+- get\n\s+-) patch/, to: '$1 list' },
    { of: 'external', from: '- external-secrets.io\n', to: '- ""\n' },
    { of: 'external', from: '- externalsecrets\n', to: '- secrets\n' },
    { of: 'external', file: 'scripts/credentials.sh', from: 'annotate externalsecret', to: 'label externalsecret' },
    { of: 'external', file: 'scripts/credentials.sh', from: 'get externalsecret orders-', to: 'get externalsecret ' },
  ],
  'Sealed Secrets writes': [
    { of: 'sealed', from: /secretName: orders-credentials/, to: 'secretName: orders-secrets' },
    { of: 'sealed', from: /(template:\n\s+metadata:[\s\S]{0,200}?name:) orders-credentials/, to: '$1 orders' },
    { of: 'sealed', from: 'skip-set-owner-references: "true"', to: 'skip-set-owner-references: "false"' },
    {
      of: 'sealed',
      from: 'sealedsecrets.bitnami.com/managed: "true"',
      to: 'sealedsecrets.bitnami.com/managed: "false"',
    },
    { of: 'sealed', from: 'encryptedData: {}', to: 'encryptedData: {admin-token: AgBy}' },
    { of: 'sealed', from: /(- sealedsecrets\n\s+verbs:\n)/, to: '$1  - delete\n' },
    { of: 'sealed', from: '- sealedsecrets\n', to: '- secrets\n' },
    { of: 'sealed', file: 'scripts/credentials.sh', from: '--scope strict', to: '--scope cluster-wide' },
    { of: 'sealed', file: 'scripts/credentials.sh', from: '  entry postgres-password', to: '  entry password' },
    { of: 'sealed', file: 'scripts/credentials.sh', from: 'postgres-password) data', to: 'password) data' },
    { of: 'sealed', file: 'scripts/credentials.sh', from: 'name: orders-credentials', to: 'name: orders' },
    { of: 'sealed', file: 'service.yaml', from: 'provider: sealed-secrets', to: 'provider: kubernetes' },
  ],
  'the migration runs': [
    { from: /(kind: Job[\s\S]*?image: \S+):\d+/, to: '$1:latest' },
    { from: '- up\n', to: '- down\n' },
    { from: /(kind: Job[\s\S]*?- --config\n\s+-) \S+/, to: '$1 /etc/other.yaml' },
    { from: /(kind: Job[\s\S]*?name: CREDENTIALS_DIR\n\s+value:) \S+/, to: '$1 /etc/other' },
    { from: /(kind: Job[\s\S]*?mountPath:) \S+/, to: '$1 /etc/other' },
    { file: 'internal/app/migrate.go', from: 'migrateCommand = "migrate"', to: 'migrateCommand = "schema"' },
  ],
  'the migration needs nothing': [
    { from: /(kind: Job[\s\S]*?serviceAccountName:) orders-migrate/, to: '$1 orders' },
    { from: /(kind: Job[\s\S]*?configMap:\n\s+name:) orders-migrate/, to: '$1 orders-config' },
    { from: /argocd.argoproj.io\/sync-wave: "-1"/, to: 'argocd.argoproj.io/sync-wave: "0"' },
    { from: /(kind: Job[\s\S]*?argocd.argoproj.io\/hook:) PreSync/, to: '$1 PostSync' },
  ],
  'the migration’s pod is': [
    { from: /(kind: Job[\s\S]*?runAsUser:) 65532/, to: '$1 0' },
    { from: /(kind: Job[\s\S]*?defaultMode:) 256/, to: '$1 420' },
    { from: /(kind: Job[\s\S]*?readOnly:) true/, to: '$1 false' },
    { from: /(kind: Job[\s\S]*?value:) 57MiB/, to: '$1 64MiB' },
    { from: /(kind: Job[\s\S]*?enableServiceLinks:) false/, to: '$1 true' },
    { from: /(kind: Job[\s\S]*?hook-delete-policy:) BeforeHookCreation/, to: '$1 HookSucceeded' },
    { from: /(kind: Job[\s\S]*?nativeSidecar:) "true"/, to: '$1 "false"' },
    { from: 'backoffLimit: 3', to: 'backoffLimit: 30' },
  ],
  'no request and no budget': [
    { from: /(kind: Service\n[\s\S]*?selector:\n)\s+app.kubernetes.io\/component: server\n/, to: '$1' },
    {
      from: /(kind: PodDisruptionBudget[\s\S]*?)\s+app.kubernetes.io\/component: server\n(\s+app.kubernetes.io\/name)/,
      to: '$1\n$2',
    },
    {
      from: /(kind: NetworkPolicy[\s\S]*?podSelector:\n\s+matchLabels:\n)(\s+)(app.kubernetes.io\/name)/,
      to: '$1$2app.kubernetes.io/component: server\n$2$3',
    },
  ],
  'with an autoscaler': [
    { from: 'minReadySeconds:', to: 'replicas: 3\n  minReadySeconds:' },
    { from: /(scaleTargetRef:[\s\S]*?name:) orders/, to: '$1 order' },
    { from: /(containerResource:\n\s+container:) orders/, to: '$1 istio-proxy' },
    { file: 'deploy/argocd/application-production.yaml', from: '/spec/replicas', to: '/spec/paused' },
  ],
  'what an autoscaler asks for': [
    { from: /name: requests_per_second/, to: 'name: requests_a_second' },
    { from: 'averageValue: 2k', to: 'averageValue: 2M' },
    { from: /(kind: HorizontalPodAutoscaler[\s\S]*?consumer:) nats/, to: '$1 kafka' },
    { from: /(matchLabels:\n\s+consumer: nats\n\s+job:) orders/, to: '$1 order' },
    { file: 'deploy/monitoring/prometheus-adapter.yaml', from: 'as: requests_per_second', to: 'as: qps' },
    { file: 'deploy/monitoring/prometheus-adapter.yaml', from: /http_requests_total/g, to: 'http_request_total' },
    { file: 'internal/telemetry/consumer.go', from: 'consumer_lag_messages', to: 'consumer_lag' },
  ],
  'what KEDA asks for': [
    { of: 'calls', from: /namespace="orders"/, to: 'namespace="orders-staging"' },
    { of: 'calls', from: 'minReplicaCount: 3', to: 'minReplicaCount: 0' },
    { of: 'calls', from: 'threshold: "2000"', to: 'threshold: "200"' },
    { of: 'calls', from: 'ignoreNullValues: "false"', to: 'ignoreNullValues: "true"' },
    { of: 'calls', file: 'internal/grpcserver/metrics.go', from: 'grpc_requests_total', to: 'grpc_calls_total' },
  ],
  'the disruption budget': [
    {
      from: /(kind: PodDisruptionBudget[\s\S]*?matchLabels:\n\s+app.kubernetes.io\/component:) server/,
      to: '$1 serve',
    },
  ],
  'every variable': [
    { from: 'name: CREDENTIALS_DIR', to: 'name: CREDENTIAL_DIR' },
    { from: /log:\n(\s+)level:/, to: 'log:\n$1levels:' },
  ],
  'what a pod mounts': [
    { from: /(configMap:\n\s+name:) orders-config/, to: '$1 orders-configuration' },
    { from: 'secretName: orders-credentials', to: 'secretName: orders-secrets' },
    { from: /(mountPath: \/tmp\n\s+name:) tmp/, to: '$1 temporary' },
  ],
  'RBAC names': [
    { from: /(resourceNames:\n\s+-) orders-credentials/, to: '$1 orders-secrets' },
    { from: /(verbs:\n\s+-) get/, to: '$1 "*"' },
    { from: 'serviceAccountName: orders', to: 'serviceAccountName: order' },
  ],
  'preStop + drain': [
    { from: 'terminationGracePeriodSeconds: 53', to: 'terminationGracePeriodSeconds: 52' },
    { file: defaults, from: /(defaultShutdownTimeout\s+=) 20/, to: '$1 30' },
    { file: 'internal/config/messaging.go', from: /(defaultConsumerTimeout\s+=) 10/, to: '$1 20' },
    { from: /(sleep:\n\s+seconds:) 5/, to: '$1 6' },
    { file: 'internal/app/components.go', from: /(name: "tracing".*budget:) cfg\.Shutdown\.Flush/, to: '$1 quickStop' },
  ],
  'every overlay says where its brokers are': [
    { file: 'deploy/overlays/production/config.yaml', from: ':4222', to: ':4223' },
    { from: 'port: 4222\n', to: 'port: 4223\n' },
    { of: 'external', file: 'deploy/overlays/production/config.yaml', from: ':9093', to: ':9092' },
    { of: 'external', file: 'deploy/overlays/production/config.yaml', from: 'brokers:', to: 'servers:' },
    { of: 'external', from: 'port: 9093\n', to: 'port: 9092\n' },
  ],
  'each broker has a check': [
    { file: 'internal/app/components.go', from: 'checks.Observe(nats.Name', to: 'checks.Register(nats.Name' },
    { file: 'internal/app/components.go', from: '{name: nats.Name,', to: '{name: "broker",' },
    { file: 'internal/app/components.go', from: '{name: "nats-consumer"', to: '{name: "consumer"' },
    { of: 'external', file: 'internal/app/components.go', from: 'kafkaBroker.Check', to: 'natsBroker.Check' },
    { of: 'external', file: 'internal/config/secret.go', from: '{name: KafkaPassword, required: true}', to: '' },
    { of: 'external', file: 'service.yaml', from: 'kafka:\n', to: 'kafka:\n  sasl: none\n' },
  ],
  'brokers are verified': [
    { file: 'deploy/overlays/production/config.yaml', from: 'tls://', to: 'nats://' },
    { file: 'deploy/overlays/production/config.yaml', from: 'stream: ', to: 'stream: dev-' },
    {
      of: 'external',
      file: 'deploy/overlays/production/config.yaml',
      from: 'kafka:\n',
      to: 'kafka:\n  tls: disable\n',
    },
    { of: 'external', file: 'deploy/overlays/production/config.yaml', from: 'topic: ', to: 'topic: staging.' },
    { of: 'external', file: 'deploy/overlays/production/config.yaml', from: 'group: ', to: 'group: other-' },
  ],
  'a stream that the service makes': [
    { file: 'deploy/overlays/production/config.yaml', from: 'replicas: "3"', to: 'replicas: "1"' },
  ],
  'handler ≤ write': [
    { file: defaults, from: /(defaultHTTPWriteTimeout\s+=) 20/, to: '$1 30' },
    { file: defaults, from: /(defaultHTTPTimeout\s+=) 15/, to: '$1 18' },
    { file: grpcDefaults, from: /(defaultGRPCTimeout\s+=) 15/, to: '$1 25' },
    { from: 'perTryTimeout: 16s', to: 'perTryTimeout: 14s' },
  ],
  '(retries + 1)': [
    { from: 'timeout: 49s', to: 'timeout: 40s' },
    { from: 'attempts: 2', to: 'attempts: 3' },
  ],
  'the proxy closes': [
    { from: 'idleTimeout: 60s', to: 'idleTimeout: 90s' },
    { file: defaults, from: /(defaultHTTPIdleTimeout\s+=) \d+/, to: '$1 60' },
    { file: grpcDefaults, from: /(defaultGRPCIdleTimeout\s+=) \d+/, to: '$1 60' },
    // What nobody can tell the gateway.
    { of: 'gateway', file: defaults, from: /(defaultHTTPIdleTimeout\s+=) \d+/, to: '$1 75' },
    { file: defaults, from: /(defaultHTTPIdleTimeout\s+=) \d+/, to: '$1 75' },
  ],
  'entrypoint wait': [
    { from: /(startupProbe:\n\s+failureThreshold:) \d+/, to: '$1 2' },
    { from: /(startupProbe:\n\s+failureThreshold:) \d+/, to: '$1 900' },
    { from: 'progressDeadlineSeconds: 600', to: 'progressDeadlineSeconds: 30' },
  ],
  'dependency check': [{ from: /(readinessProbe:[\s\S]*?timeoutSeconds:) 3/, to: '$1 2' }],
  'time-out ≤ period': [
    { from: /(livenessProbe:[\s\S]*?timeoutSeconds:) \d+/, to: '$1 11' },
    { from: /(startupProbe:[\s\S]*?timeoutSeconds:) \d+/, to: '$1 11' },
  ],
  'GOMEMLIMIT is': [{ from: 'value: 460MiB', to: 'value: 512MiB' }],
  'requests ≤ limits': [
    { from: 'cpu: 500m', to: 'cpu: 5' },
    { from: 'memory: 256Mi', to: 'memory: 1Gi' },
  ],
  'the emptyDirs fit': [{ from: 'sizeLimit: 64Mi', to: 'sizeLimit: 1Gi' }],
  'every image has': [
    { from: /(image: registry.example.com\/orders):\w+/, to: '$1:latest' },
    { from: /(image: registry.example.com\/orders):\w+/, to: '$1' },
    { file: 'Dockerfile', from: /@sha256:[0-9a-f]+ AS build/, to: ' AS build' },
  ],
  'in the mesh, the certificate': [
    { from: /credentialName: \S+/, to: 'credentialName: shared-tls' },
    { from: 'sidecar.istio.io/nativeSidecar: "true"', to: 'sidecar.istio.io/nativeSidecar: "false"' },
  ],
  'every object lies': [
    { from: /namespace: orders/, to: 'namespace: other' },
    { file: 'deploy/argocd/application-production.yaml', from: 'overlays/production', to: 'overlays/staging' },
  ],
  'the AppProject allows': [
    { file: 'deploy/argocd/appproject.yaml', from: 'kind: ServiceMonitor', to: 'kind: PodMonitor' },
    { file: 'deploy/argocd/appproject.yaml', from: 'kind: ServiceMonitor', to: 'kind: "*"' },
  ],
  'pods meet': [
    { from: 'readOnlyRootFilesystem: true', to: 'readOnlyRootFilesystem: false' },
    { from: /drop:\n\s+- ALL/, to: 'drop: []' },
  ],
}

/** An overlay with one mistake in it. */
class Mistaken extends Overlay {
  constructor(
    sound: Overlay,
    private readonly mistake: Mistake,
  ) {
    const { file, from, to } = mistake
    super(sound.project, sound.environment, file === undefined ? sound.text.replace(from, to) : sound.text)
  }

  override read(file: string): string {
    const text = super.read(file)
    return file === this.mistake.file ? text.replace(this.mistake.from, this.mistake.to) : text
  }
}

describeWith(['kustomize'], 'facts', () => {
  const work = workFolder()
  const sound = new Map<Variant | undefined, Overlay>()
  beforeAll(() => {
    const flags = ['--preset=production', '--grpc', '--rollout-strategy=rolling']
    for (const [id, entry] of [
      [
        undefined,
        recipe(
          'sound',
          ...flags,
          '--rollout-weights=80,20',
          '--postgres',
          '--redis',
          '--nats',
          '--config-source=consul',
          '--alerts-receiver=wecom',
          '--autoscaling-qps=2000',
          '--autoscaling-queue-target=30',
        ),
      ],
      ['calls', recipe('calls', ...flags, '--no-http', '--autoscaling-engine=keda', '--autoscaling-qps=2000')],
      ['canary', recipe('canary', '--preset=production', '--grpc', '--rollout-strategy=canary')],
      [
        'blueGreen',
        recipe('blue-green', '--preset=production', '--grpc', '--rollout-strategy=blue-green', '--postgres'),
      ],
      [
        'colours',
        recipe('colours', '--preset=production', '--grpc', '--rollout-strategy=blue-green', '--rollout-engine=none'),
      ],
      [
        'external',
        recipe('external', ...flags, '--postgres', '--nats', '--kafka', '--secrets-provider=external-secrets'),
      ],
      [
        'region',
        recipe(
          'region',
          '--preset=production',
          '--rollout-strategy=rolling',
          '--dns-provider=route53',
          '--regions=name=cn-east,cluster=east,weight=60,replicas=18;name=cn-north,cluster=north,weight=40,replicas=12',
        ),
      ],
      ['clusters', recipe('clusters', ...flags, '--delivery-argocd-clusters=red,blue')],
      [
        'ambient',
        recipe(
          'ambient',
          ...flags,
          '--istio-mode=ambient',
          '--istio-jwt-issuer=https://login.example.com/realms/shop',
          '--postgres',
        ),
      ],
      ['gateway', recipe('gateway', ...flags, '--gateway-api')],
      [
        'drill',
        recipe(
          'drill',
          ...flags,
          '--istio-fault-injection',
          '--istio-jwt-issuer=https://login.example.com/realms/shop',
          '--istio-jwt-audiences=orders',
        ),
      ],
      ['sealed', recipe('sealed', ...flags, '--postgres', '--secrets-provider=sealed-secrets')],
    ] as const) {
      const overlays = overlaysOf(generate(work, entry))
      const named = (name: string): Overlay => overlays.find(({ environment }) => environment === name) as Overlay
      sound.set(id, named(id === 'region' ? 'production-cn-east' : id === 'drill' ? 'staging' : 'production'))
      if (id === 'region') {
        sound.set('stays', named('production-cn-north'))
      }
    }
  })

  const cases = facts.map((fact) => {
    const [, list = []] = Object.entries(mistakes).find(([start]) => fact.rule.startsWith(start)) ?? []
    const title = fact.id === undefined ? fact.rule : `invariant ${fact.id}: ${fact.rule}`
    return { fact, list, title }
  })
  test('every invariant is read back from the files', () => {
    const ids = new Set(facts.flatMap(({ id = [] }) => id))
    expect(invariants.map(({ id }) => id).filter((id) => !ids.has(id))).toEqual([])
    // True by construction in the model, so only the files can break them.
    expect([...ids]).toEqual(expect.arrayContaining(['13', '18']))
  })
  test.each(cases)('$title: each mistake is found, by this rule', ({ fact, list }) => {
    expect(list.length).toBeGreaterThan(0)
    for (const overlay of sound.values()) {
      expect(fact.contradictions(overlay)).toEqual([])
    }
    for (const mistake of list) {
      const overlay = sound.get(mistake.of) as Overlay
      const mistaken = new Mistaken(overlay, mistake)
      const file = mistake.file
      const before = file === undefined ? overlay.text : overlay.read(file)
      expect([mistake, file === undefined ? mistaken.text : mistaken.read(file)]).not.toEqual([mistake, before])
      expect([mistake, fact.contradictions(mistaken)]).not.toEqual([mistake, []])
    }
  })
})
