import { t } from '../words.js'
import { brokerSlots } from './broker-slots.js'
import { apart } from './environment-values.js'
import { reach } from './reach.js'
import { jobPassword } from './store-slots.js'
import { defineFeature } from './types.js'

/** NATS JetStream: publisher with acknowledged sends, durable consumer, dead letters. */
export const nats = defineFeature({
  id: 'nats',
  help: 'NATS JetStream: acknowledged publishing, a durable consumer, dead letters',
  enabled: ({ features }) => features.nats,
  requires: ['messaging'],
  templates: 'features/nats',
  goModules: ['nats'],
  slots: (model) => {
    const { nats } = model.messaging
    return nats === undefined
      ? {}
      : {
          ...brokerSlots(model, { go: 'nats', field: 'NATS', order: 60 }),
          configSections: [{ field: 'NATS', declaration: 'NATS     NATS', fields: 'natsFields()' }],
          credentials: [
            {
              constant: 'NATSPassword',
              file: 'nats-password',
              doc: t('is the password for NATS; without the setting nats.user it is the token.'),
              required: true,
              random: false,
            },
            {
              constant: 'NATSCA',
              file: 'nats-ca.crt',
              doc: t(
                "is the authority, in PEM, that has signed the certificate of NATS. Without it the system's are trusted.",
              ),
              required: false,
              random: false,
            },
          ],
          overlayConfig: [
            {
              key: 'nats.url',
              env: 'NATS_URL',
              value: nats.url,
              why: t('Change it where this environment has servers of its own.'),
            },
            {
              key: 'nats.stream',
              env: 'NATS_STREAM',
              value: apart(model, nats.stream, (env) => `${nats.stream}-${env.name}`),
            },
            {
              key: 'nats.subject',
              env: 'NATS_SUBJECT',
              value: apart(model, nats.subject, (env) => `${env.name}.${nats.subject}`),
            },
            {
              key: 'nats.replicas',
              env: 'NATS_REPLICAS',
              value: Object.fromEntries(
                model.environments.map((env) => [env.name, `${env.isDevelopment ? 1 : nats.replicas}`]),
              ),
              why: t('Of streams that are made here.'),
            },
          ],
          egress: [reach(nats)],
          compose: [
            {
              name: 'nats',
              service: {
                image: model.images.nats,
                // The token stays out of the process list.
                command: [
                  'sh',
                  '-c',
                  'printf "authorization { token: "%s" }\n" "$$(cat /run/secrets/nats-password)" > /tmp/auth.conf && exec nats-server -js -sd /data -c /tmp/auth.conf',
                ],
                secrets: ['nats-password'],
                ports: [`127.0.0.1:${nats.port}:4222`],
              },
              secrets: ['nats-password'],
              // One server, on this machine.
              env: [`NATS_URL=nats://127.0.0.1:${nats.port}`, 'NATS_REPLICAS=1'],
              job: { variables: {}, command: ['nats-server', '-js', '-sd', '/tmp/data', '--auth', jobPassword] },
            },
          ],
          readmeFeatures: [
            {
              title: 'NATS',
              text: t`Publishes to \`${nats.subject}\` and is done once the stream \`${nats.stream}\` has it; consumes as \`${nats.consumer}\`; dead letters are in \`${nats.deadStream}\`, under \`${nats.deadSubject}\`. Streams that exist are left as they are; those that are made have \`nats.replicas\` copies. What the server does not count is in the bucket \`${nats.stream}-TRIES\`.`,
            },
          ],
          readmeNeeds: [
            {
              what: t`NATS 2.10 or newer with JetStream at \`${nats.url}\``,
              for: t(
                'messages; without it the pods are ready, and what publishes fails or waits in the outbox. Streams and the bucket that are missing are made, if its permissions allow that',
              ),
            },
          ],
        }
  },
})
