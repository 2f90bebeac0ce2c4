import type { Answers } from './render.js'

const everything: Answers = {
  preset: 'production',
  'grpc.enabled': true,
  'postgres.enabled': true,
  'redis.enabled': true,
  'nats.enabled': true,
  'config.source': 'nacos',
  'rollout.strategy': 'canary',
  'istio.faultInjection': true,
  'istio.jwt.issuer': 'https://login.example.com',
}

/** Projects that together have nearly every text, each with its title. */
export const chineseProjects: readonly (readonly [string, Answers])[] = [
  ['the least', { preset: 'minimal' }],
  ['nearly everything', everything],
  [
    'other kinds',
    {
      preset: 'production',
      'workload.kind': 'statefulset',
      'kafka.enabled': true,
      'mysql.enabled': true,
      'autoscaling.engine': 'keda',
      'delivery.ci': 'gitlab',
    },
  ],
  [
    'yet others',
    {
      'gatewayApi.enabled': true,
      'rollout.strategy': 'blue-green',
      'rollout.engine': 'none',
      'delivery.ci': 'jenkins',
      'config.source': 'consul',
      'image.base': 'debian',
      'entrypoint.enabled': true,
      'delivery.path': 'services/orders',
    },
  ],
  [
    'in a folder',
    {
      'delivery.ci': 'gitlab',
      'delivery.path': 'services/orders',
      'postgres.enabled': true,
      'postgres.pooler': 'transaction',
    },
  ],
]
