import { t } from '../words.js'
import { jobPassword, storeSlots } from './store-slots.js'
import { defineFeature } from './types.js'

/** MySQL or MariaDB: pool, repository, migrations. */
export const mysql = defineFeature({
  id: 'mysql',
  help: 'MySQL or MariaDB: pool, readiness check, idempotency keys, migrations',
  enabled: ({ features }) => features.mysql,
  requires: ['stores', 'migrations'],
  templates: 'features/mysql',
  goModules: ['mysql'],
  slots: (model) => {
    const { mysql } = model.stores
    return mysql === undefined
      ? {}
      : {
          ...storeSlots(model, mysql, {
            go: 'mysql',
            field: 'MySQL',
            title: 'MySQL',
            arguments: 'cfg.MySQL, a.credentials, cfg.LongestBudget()',
            order: 53,
            purpose: t`A pool of ${mysql.pool} connections a pod, transactions that are passed in, keys that make a repeated request harmless, and a schema that the program carries with it.`,
          }),
          compose: [
            {
              name: 'mysql',
              service: {
                image: model.images.mysql,
                environment: {
                  MYSQL_DATABASE: mysql.database,
                  MYSQL_USER: mysql.user,
                  MYSQL_PASSWORD_FILE: '/run/secrets/mysql-password',
                  MYSQL_RANDOM_ROOT_PASSWORD: 'yes',
                },
                secrets: ['mysql-password'],
                ports: [`127.0.0.1:${mysql.port}:3306`],
                healthcheck: {
                  test: ['CMD', 'mysqladmin', 'ping', '-h', '127.0.0.1'],
                  interval: '1s',
                  retries: 60,
                },
              },
              secrets: ['mysql-password'],
              env: ['MYSQL_HOST=127.0.0.1', 'MYSQL_TLS=disable'],
              job: {
                variables: {
                  MYSQL_DATABASE: mysql.database,
                  MYSQL_USER: mysql.user,
                  MYSQL_PASSWORD: jobPassword,
                  MYSQL_RANDOM_ROOT_PASSWORD: 'yes',
                },
                command: [],
                user: 999,
              },
            },
          ],
        }
  },
})
