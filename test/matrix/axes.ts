import type { Answers } from '../support/render.js'

/** Values of an axis, and the answers behind each. */
type Axis = Readonly<Record<string, Answers>>

/**
 * Every option that can be answered, with the values that stand for all of its values. Options that are one subject
 * share an axis. The first value of each goes with every value of every other axis: it is what a row falls back on.
 */
export const axes: Readonly<Record<string, Axis>> = {
  preset: { standard: {}, minimal: { preset: 'minimal' }, production: { preset: 'production' } },
  words: {
    default: {},
    plain: {
      name: 'pay',
      module: 'github.com/Acme/pay-ments.v2',
      description: 'Takes payments.',
      owner: 'payments',
      namespace: 'shop',
    },
    // Longest, and of an alphabet that every file format quotes in its own way.
    odd: {
      name: 'x'.repeat(40),
      module: 'example.com/a/v3',
      description: '*/ `"; {{ 7*7 }} ${{ github.token }} $(id)\n订单',
      owner: "'; exit 1; #",
      namespace: '1a',
    },
  },
  // What has one value in this version, given all the same.
  'only values': {
    default: {},
    given: { 'delivery.packaging': 'kustomize' },
  },
  language: { English: { lang: 'en' }, Chinese: { lang: 'zh' } },
  kubernetes: {
    '1.35': {},
    '1.34': { 'target.kubernetes': '1.34' },
    '1.36': { 'target.kubernetes': '1.36' },
    '1.37': { 'target.kubernetes': '1.37' },
  },
  image: {
    'debian with cgo': { 'image.base': 'debian', 'image.cgo': true },
    distroless: {},
    'distroless with cgo': { 'image.cgo': true },
    scratch: { 'image.base': 'scratch' },
    alpine: { 'image.base': 'alpine' },
    ubuntu: { 'image.base': 'ubuntu' },
  },
  repository: {
    default: {},
    'with a port': { 'image.repository': 'registry.example.com:5000/team/orders' },
    short: { 'image.repository': 'orders' },
  },
  platforms: {
    default: {},
    one: { 'image.platforms': ['linux/amd64'] },
    four: { 'image.platforms': ['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'linux/s390x'] },
  },
  entrypoint: {
    off: {},
    on: { 'entrypoint.enabled': true },
    // No longer than the liveness probe waits where there is no startup probe.
    waits: {
      'entrypoint.enabled': true,
      'entrypoint.waitFor': ['db.data.svc:5432', 'cache:6379'],
      'entrypoint.timeout': 10,
    },
  },
  ports: {
    default: {},
    high: { 'http.port': 18_181, 'http.adminPort': 65_535, 'grpc.port': 1024 },
    swapped: { 'http.port': 9090, 'http.adminPort': 8080 },
  },
  protocols: {
    default: {},
    both: { 'grpc.enabled': true },
    'gRPC alone': { 'http.enabled': false, 'grpc.enabled': true },
  },
  time: {
    default: {},
    quick: { 'http.timeout': '800ms', 'shutdown.timeout': 1, 'shutdown.drain': 0 },
    slow: { 'http.timeout': '2m', 'shutdown.timeout': 150, 'shutdown.drain': 30 },
  },
  liveness: {
    default: {},
    tuned: {
      'probes.liveness.path': '/healthz',
      'probes.liveness.initialDelay': 20,
      'probes.liveness.period': 20,
      'probes.liveness.timeout': 10,
      'probes.liveness.failureThreshold': 5,
    },
    off: { 'probes.liveness.enabled': false },
  },
  readiness: {
    default: {},
    tuned: {
      'probes.readiness.path': '/r/ready',
      'probes.readiness.initialDelay': 1,
      'probes.readiness.period': 2,
      'probes.readiness.timeout': 1,
      'probes.readiness.failureThreshold': 1,
    },
    off: { 'probes.readiness.enabled': false },
  },
  startup: {
    default: {},
    tuned: {
      'probes.startup.path': '/~start.up',
      'probes.startup.initialDelay': 1,
      'probes.startup.period': 5,
      'probes.startup.timeout': 5,
      'probes.startup.failureThreshold': 60,
    },
    off: { 'probes.startup.enabled': false },
  },
  workload: {
    deployment: {},
    statefulset: { 'workload.kind': 'statefulset' },
    'statefulset with its own volume': {
      'workload.kind': 'statefulset',
      'workload.volume.size': '100G',
      'workload.volume.path': '/var/lib/orders',
      'workload.volume.storageClass': 'fast.example',
    },
  },
  replicas: { default: {}, one: { 'workload.replicas': 1 }, two: { 'workload.replicas': 2 } },
  scaling: {
    default: {},
    off: { 'autoscaling.enabled': false },
    memory: { 'autoscaling.enabled': true, 'autoscaling.memory': 70 },
    'from one': { 'autoscaling.enabled': true, 'autoscaling.min': 1, 'autoscaling.max': 3, 'autoscaling.cpu': 90 },
    far: { 'autoscaling.enabled': true, 'autoscaling.min': 4, 'autoscaling.max': 200, 'autoscaling.engine': 'hpa' },
    requests: {
      'autoscaling.enabled': true,
      'autoscaling.qps': 2000,
      'autoscaling.queue.name': 'jobs',
      'autoscaling.queue.target': 30,
      'metrics.enabled': true,
      'autoscaling.scaleUp.window': 30,
      'autoscaling.scaleUp.percent': 50,
      'autoscaling.scaleDown.window': 600,
      'autoscaling.scaleDown.percent': 5,
    },
    keda: { 'autoscaling.enabled': true, 'autoscaling.engine': 'keda' },
    'keda, requests and its own queue': {
      'autoscaling.enabled': true,
      'autoscaling.engine': 'keda',
      'autoscaling.qps': 150,
      'autoscaling.queue.target': 7,
      'autoscaling.memory': 75,
      'nats.enabled': true,
      'metrics.enabled': true,
      'metrics.prometheus': 'http://prometheus.example.com',
    },
  },
  resources: {
    default: {},
    'no CPU limit': {
      'resources.cpu.request': '0.25',
      'resources.cpu.limit': 'none',
      'resources.memory.request': '64Mi',
      'resources.memory.limit': '1G',
    },
    large: {
      'resources.cpu.request': '1500m',
      'resources.cpu.limit': '2',
      'resources.memory.request': '3G',
      'resources.memory.limit': '3G',
    },
  },
  pdb: { default: {}, on: { 'pdb.enabled': true }, off: { 'pdb.enabled': false } },
  networkPolicy: { default: {}, on: { 'networkPolicy.enabled': true }, off: { 'networkPolicy.enabled': false } },
  mesh: {
    default: {},
    off: { 'istio.enabled': false },
    sidecars: { 'istio.enabled': true, 'istio.mode': 'sidecar' },
    split: { 'istio.enabled': true, 'rollout.weights': [80, 20] },
    ambient: { 'istio.enabled': true, 'istio.mode': 'ambient' },
    'gateway alone': { 'istio.enabled': false, 'gatewayApi.enabled': true },
  },
  entrance: {
    default: {},
    strict: { 'istio.mtls': 'strict', 'istio.gateway': 'create', 'gatewayApi.class': 'gke-l7.x' },
    'gateway of others': {
      'istio.gateway': 'istio-system/main',
      'gatewayApi.gateway': 'infra/public.a',
      'gatewayApi.namespace': 'infra',
    },
    permissive: { 'istio.mtls': 'permissive' },
  },
  callers: {
    default: {},
    'with a token': { 'istio.jwt.issuer': 'https://login.example.com/realms/shop_1' },
    'with a token for us': {
      'istio.jwt.issuer': 'https://login.example.com:8443/',
      'istio.jwt.jwksUri': 'https://login.example.com:8443/keys',
      'istio.jwt.audiences': ['https://orders.example.com/', 'true'],
    },
    'that ask for faults': { 'istio.enabled': true, 'istio.faultInjection': true },
  },
  rollout: {
    default: {},
    rolling: { 'rollout.strategy': 'rolling' },
    canary: { 'rollout.strategy': 'canary', 'rollout.engine': 'argo-rollouts' },
    'canary in four steps': {
      'rollout.strategy': 'canary',
      'rollout.steps': [1, 25, 60, 100],
      'rollout.pause': '1h30m',
      'metrics.prometheus': 'https://prometheus.example.com',
    },
    'blue-green': { 'rollout.strategy': 'blue-green' },
    'blue-green by a script': { 'rollout.strategy': 'blue-green', 'rollout.engine': 'none' },
    'blue-green, briefly': { 'rollout.strategy': 'blue-green', 'rollout.pause': '300s' },
  },
  patience: {
    default: {},
    none: { 'istio.retries': 0, 'istio.outlierErrors': 1, 'gatewayApi.retries': 0 },
    // What three tries of the slowest handler need.
    long: {
      'istio.retries': 2,
      'istio.timeout': '10m',
      'istio.outlierErrors': 50,
      'gatewayApi.retries': 2,
      'gatewayApi.timeout': '10m',
    },
  },
  host: { default: {}, given: { 'istio.host': 'x-1.y2.example', 'gatewayApi.host': 'x-1.y2.example' } },
  istio: {
    '1.30': {},
    '1.27': { 'target.istio': '1.27' },
    '1.28': { 'target.istio': '1.28' },
    '1.29': { 'target.istio': '1.29' },
    '1.31': { 'target.istio': '1.31' },
  },
  config: {
    default: {},
    'no reload': { 'config.reload': false },
    env: { 'config.source': 'env', 'config.reload': false },
    consul: { 'config.source': 'consul' },
    'consul elsewhere, read once': {
      'config.source': 'consul',
      'config.consul.address': 'https://consul.example.com',
      'config.consul.prefix': 'apps/Pay_1.0/',
      'config.reload': false,
    },
    nacos: { 'config.source': 'nacos' },
    'nacos elsewhere': {
      'config.source': 'nacos',
      'config.nacos.address': 'http://nacos.shared.svc:18848',
      'config.nacos.namespace': 'c4f0-dev',
      'config.nacos.group': 'PAY_GROUP',
      'config.nacos.dataId': 'com.example:pay.yaml',
    },
    values: { 'config.values': { greeting: 'no: "1.30"', 'a.b': '', c: '{{7*7}} #' } },
  },
  stores: {
    none: {},
    postgres: {
      'postgres.enabled': true,
      'postgres.host': 'db.example.com',
      'postgres.port': 6432,
      'postgres.database': 'shop',
      'postgres.user': 'shop_rw',
      'postgres.tls': 'disable',
      'postgres.connections': 5000,
    },
    'postgres behind a pooler': {
      'postgres.enabled': true,
      'postgres.pooler': 'transaction',
      'postgres.host': 'fd00::1:7',
    },
    mysql: {
      'mysql.enabled': true,
      'mysql.host': 'mysql',
      'mysql.port': 3307,
      'mysql.database': '_1',
      'mysql.user': 'x'.repeat(32),
      'mysql.tls': 'disable',
      'mysql.connections': 5000,
    },
    redis: {
      'redis.enabled': true,
      'redis.host': '10.0.0.7',
      'redis.port': 1,
      'redis.tls': 'disable',
      'redis.connections': 100_000,
    },
    all: {
      'postgres.enabled': true,
      'postgres.connections': 1000,
      'mysql.enabled': true,
      'mysql.connections': 1000,
      'redis.enabled': true,
      'redis.connections': 1000,
    },
  },
  messaging: {
    none: {},
    nats: { 'nats.enabled': true },
    'nats elsewhere': {
      'nats.enabled': true,
      'nats.tls': 'disable',
      'nats.url': 'nats://nats.example.com:7422',
      'nats.stream': 'A-b_1',
      'nats.subject': 'a.B-c.d_e',
      'nats.consumer': '1',
      'nats.replicas': 5,
    },
    kafka: { 'kafka.enabled': true },
    'kafka elsewhere': {
      'kafka.enabled': true,
      'kafka.brokers': ['kafka-0.example.com:9092', '10.0.0.7:65535'],
      'kafka.tls': 'disable',
      'kafka.sasl': 'none',
      'kafka.user': 'App_1.x',
      'kafka.topic': '_a.B-c',
      'kafka.group': '1',
    },
    both: { 'nats.enabled': true, 'kafka.enabled': true, 'kafka.sasl': 'none' },
  },
  secrets: {
    default: {},
    kubernetes: { 'secrets.provider': 'kubernetes', 'secrets.rotation': 'reread' },
    external: { 'secrets.provider': 'external-secrets' },
    sealed: { 'secrets.provider': 'sealed-secrets' },
    'external, elsewhere': {
      'secrets.provider': 'external-secrets',
      'secrets.store': 'vault.shared',
      'secrets.rotation': 'restart',
      'secrets.path': '/Team-a/pay_1.0',
    },
  },
  metrics: {
    default: {},
    on: { 'metrics.enabled': true, 'slo.latencyP99': '1.5s' },
    off: { 'metrics.enabled': false },
  },
  alerts: {
    default: {},
    off: { 'alerts.enabled': false, 'dashboards.enabled': false },
    'to nobody': { 'alerts.enabled': true, 'alerts.receiver': 'none', 'slo.availability': 93.1 },
    wecom: {
      'alerts.enabled': true,
      'alerts.receiver': 'wecom',
      'alerts.wecom.corpId': 'ww0123456789abcdef',
      'alerts.wecom.agentId': '1000003',
      'dashboards.enabled': true,
    },
    slack: { 'alerts.enabled': true, 'alerts.receiver': 'slack', 'slo.availability': 99.999 },
    webhook: { 'alerts.enabled': true, 'alerts.receiver': 'webhook', 'dashboards.enabled': true },
  },
  tracing: { default: {}, on: { 'tracing.enabled': true }, off: { 'tracing.enabled': false } },
  pprof: { default: {}, on: { 'pprof.enabled': true } },
  argocd: {
    default: {},
    on: {
      'delivery.argocd.enabled': true,
      'delivery.argocd.repo': 'git@git.example.com:team/orders.git',
      'delivery.argocd.project': 'team-a',
    },
    off: { 'delivery.argocd.enabled': false },
    clusters: { 'delivery.argocd.enabled': true, 'delivery.argocd.clusters': ['east', 'b.c'] },
    'two regions': {
      'delivery.argocd.enabled': true,
      regions: [
        { name: 'cn-east', cluster: 'east', weight: 60, replicas: 18 },
        { name: 'cn-north', cluster: 'north', weight: 40, replicas: 12 },
      ],
    },
    'two regions over a flat network': {
      'delivery.argocd.enabled': true,
      regions: [
        { name: 'cn-east', cluster: 'east', weight: 60, replicas: 18, podNetwork: '10.1.0.0/16' },
        { name: 'cn-north', cluster: 'north', weight: 40, replicas: 12, podNetwork: 'fd00:2::/48' },
      ],
    },
    'three regions by address': {
      'delivery.argocd.enabled': true,
      regions: [
        { name: 'x', cluster: 'https://10.0.0.1:6443', weight: 0, replicas: 1 },
        { name: '2', cluster: 'https://b.example.com', weight: 99, replicas: 3 },
        { name: 'null', cluster: 'https://c', weight: 1, replicas: 2 },
      ],
    },
  },
  records: {
    default: {},
    weighed: {
      'delivery.argocd.enabled': true,
      'istio.enabled': true,
      'dns.provider': 'route53',
      regions: [
        { name: 'y', cluster: 'east', weight: 60, replicas: 18 },
        { name: 'off', cluster: 'north', weight: 40, replicas: 12 },
      ],
    },
  },
  ci: {
    default: {},
    github: { 'delivery.ci': 'github' },
    'github, below the root': { 'delivery.path': 'services/orders' },
    gitlab: { 'delivery.ci': 'gitlab' },
    jenkins: { 'delivery.ci': 'jenkins' },
    none: { 'delivery.ci': 'none' },
  },
  environments: {
    default: {},
    one: { 'delivery.environments': ['production'] },
    two: { 'delivery.environments': ['true', '1'] },
  },
}
