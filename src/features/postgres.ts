import { t } from '../words.js'
import { jobPassword, storeSlots } from './store-slots.js'
import { defineFeature } from './types.js'

/** PostgreSQL: pool, repository, migrations. */
export const postgres = defineFeature({
  id: 'postgres',
  help: 'PostgreSQL: pool, readiness check, idempotency keys, migrations',
  enabled: ({ features }) => features.postgres,
  requires: ['stores', 'migrations'],
  templates: 'features/postgres',
  goModules: ['postgres'],
  slots: (model) => {
    const { postgres } = model.stores
    return postgres === undefined
      ? {}
      : {
          ...storeSlots(model, postgres, {
            go: 'postgres',
            field: 'Postgres',
            title: t('PostgreSQL'),
            arguments: 'cfg.Postgres, a.credentials, serviceName, cfg.LongestBudget()',
            order: 50,
            purpose: [
              t`A pool of ${postgres.pool} connections a pod, transactions that are passed in, keys that make a repeated request harmless, and a schema that the program carries with it.`,
              ...(postgres.pooler === 'transaction'
                ? [
                    t`Behind a pooler of transactions nothing is prepared, limits are set in each transaction, and migrations lock by a row. So it makes no difference whether PgBouncer keeps no statements, as before 1.21, or 200 of them, as from 1.24 on (\`max_prepared_statements\`), and \`ignore_startup_parameters\` can stay empty. A statement outside of a transaction has the limits that its role has: \`ALTER ROLE ${postgres.user} SET statement_timeout = '30s'\`.`,
                  ]
                : []),
            ].join(' '),
          }),
          compose: [
            {
              name: 'postgres',
              service: {
                image: model.images.postgres,
                environment: {
                  POSTGRES_DB: postgres.database,
                  POSTGRES_USER: postgres.user,
                  POSTGRES_PASSWORD_FILE: '/run/secrets/postgres-password',
                },
                secrets: ['postgres-password'],
                ports: [`127.0.0.1:${postgres.port}:5432`],
                healthcheck: {
                  // By TCP: the server that sets things up first listens on its socket alone.
                  test: ['CMD', 'pg_isready', '-h', '127.0.0.1', '-U', postgres.user, '-d', postgres.database],
                  interval: '1s',
                  retries: 60,
                },
              },
              secrets: ['postgres-password'],
              env: ['POSTGRES_HOST=127.0.0.1', 'POSTGRES_TLS=disable'],
              job: {
                variables: {
                  POSTGRES_DB: postgres.database,
                  POSTGRES_USER: postgres.user,
                  POSTGRES_PASSWORD: jobPassword,
                },
                command: [],
                // initdb wants a user that has a name, and Alpine's image can't give one to another.
                user: 70,
              },
            },
          ],
        }
  },
})
