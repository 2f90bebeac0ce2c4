import { t } from '../words.js'
import { apart } from './environment-values.js'
import { jobPassword, storeSlots } from './store-slots.js'
import { defineFeature } from './types.js'

/** Redis: pool. */
export const redis = defineFeature({
  id: 'redis',
  help: 'Redis: pool, readiness check',
  enabled: ({ features }) => features.redis,
  requires: ['stores'],
  templates: 'features/redis',
  goModules: ['redis'],
  slots: (model) => {
    const { redis } = model.stores
    if (redis === undefined) {
      return {}
    }
    const shared = storeSlots(model, redis, {
      go: 'redis',
      field: 'Redis',
      title: t('Redis'),
      arguments: 'cfg.Redis, a.credentials, serviceName, a.logger',
      order: 56,
      startless: true,
      purpose: t`A pool of ${redis.pool} connections a pod. A command whose answer was lost is not repeated: it may have been carried out. Readiness writes a key of its own, \`check\` behind the prefix, as a server that is full answers every question.`,
    })
    return {
      ...shared,
      overlayConfig: [
        ...(shared.overlayConfig ?? []),
        {
          key: 'redis.keyPrefix',
          env: 'REDIS_KEY_PREFIX',
          value: apart(model, `${model.name}:`, (env) => `${model.name}-${env.name}:`),
        },
      ],
      compose: [
        {
          name: 'redis',
          service: {
            image: model.images.redis,
            // The password stays out of the process list: the server reads its settings from stdin.
            command: ['sh', '-c', 'printf "requirepass %s\\n" "$$(cat /run/secrets/redis-password)" | redis-server -'],
            secrets: ['redis-password'],
            ports: [`127.0.0.1:${redis.port}:6379`],
          },
          secrets: ['redis-password'],
          env: ['REDIS_HOST=127.0.0.1', 'REDIS_TLS=disable'],
          // Only this one may write a snapshot; a server that can't stops taking writes.
          job: { variables: {}, command: ['redis-server', '--requirepass', jobPassword], user: 999 },
        },
      ],
    }
  },
})
