import type { Address } from '../model/types.js'
import { t } from '../words.js'
import { brokerSlots } from './broker-slots.js'
import { apart } from './environment-values.js'
import { reach } from './reach.js'
import { defineFeature, type NetworkRule } from './types.js'

/**
 * The way to a broker. A name inside the cluster opens the namespace, where the others are, too; an address opens no other,
 * although clients are sent from one broker to the next.
 */
function bootstrap(broker: Address): NetworkRule {
  const rule = reach(broker)
  return rule.cidrs === undefined
    ? rule
    : {
        ...rule,
        why: t`${broker.address}. Whoever asks one broker is sent to the others, at the addresses that they advertise: those have to be in \`kafka.brokers\`, all of them.`,
      }
}

/** Kafka: publisher with acknowledged sends, consumer in a group, dead letters. */
export const kafka = defineFeature({
  id: 'kafka',
  help: 'Kafka: acknowledged publishing, a consumer in a group, dead letters',
  enabled: ({ features }) => features.kafka,
  requires: ['messaging'],
  templates: 'features/kafka',
  goModules: ['kafka'],
  slots: (model) => {
    const { kafka } = model.messaging
    if (kafka === undefined) {
      return {}
    }
    const loggedIn = kafka.sasl !== 'none'
    return {
      ...brokerSlots(model, { go: 'kafka', field: 'Kafka', order: 64 }),
      configSections: [{ field: 'Kafka', declaration: 'Kafka    Kafka', fields: 'kafkaFields()' }],
      credentials: [
        {
          constant: 'KafkaPassword',
          file: 'kafka-password',
          doc: t("is the password of Kafka's user; with the setting kafka.sasl none it is not read."),
          required: loggedIn,
          random: false,
        },
        {
          constant: 'KafkaCA',
          file: 'kafka-ca.crt',
          doc: t(
            "is the authority, in PEM, that has signed the certificates of Kafka. Without it the system's are trusted.",
          ),
          required: false,
          random: false,
        },
      ],
      overlayConfig: [
        {
          key: 'kafka.brokers',
          env: 'KAFKA_BROKERS',
          value: kafka.brokers,
          why: t('Change it where this environment has brokers of its own.'),
        },
        ...(kafka.tls === 'disable'
          ? [
              {
                key: 'kafka.tls',
                env: 'KAFKA_TLS',
                value: kafka.tls,
                why: t('The network is trusted to encrypt, or to be private: nobody verifies the brokers.'),
              },
            ]
          : []),
        ...(loggedIn
          ? [
              {
                key: 'kafka.user',
                env: 'KAFKA_USER',
                value: apart(model, kafka.user, (env) => `${env.name}.${kafka.user}`),
              },
            ]
          : [
              {
                key: 'kafka.sasl',
                env: 'KAFKA_SASL',
                value: kafka.sasl,
                why: t('Nobody logs in: whoever reaches the brokers may read and write.'),
              },
            ]),
        {
          key: 'kafka.topic',
          env: 'KAFKA_TOPIC',
          value: apart(model, kafka.topic, (env) => `${env.name}.${kafka.topic}`),
        },
        {
          key: 'kafka.group',
          env: 'KAFKA_GROUP',
          value: apart(model, kafka.group, (env) => `${env.name}.${kafka.group}`),
        },
      ],
      egress: kafka.addresses.map(bootstrap),
      compose: [
        {
          name: 'kafka',
          // As the image has it: one node, open, and known to its clients as localhost:9092.
          service: { image: model.images.kafka, ports: ['127.0.0.1:9092:9092'] },
          secrets: [],
          env: ['KAFKA_BROKERS=127.0.0.1:9092', 'KAFKA_TLS=disable', 'KAFKA_SASL=none'],
          job: {
            variables: {},
            command: [],
            // What the image has by itself, but for the name: one setting takes the place of all.
            named: {
              KAFKA_NODE_ID: '1',
              KAFKA_PROCESS_ROLES: 'broker,controller',
              KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
              KAFKA_ADVERTISED_LISTENERS: 'PLAINTEXT://kafka:9092',
              KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
              KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
              KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
              KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
              KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
              KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
            },
          },
        },
      ],
      readmeFeatures: [
        {
          title: t('Kafka'),
          text: t`Publishes to \`${kafka.topic}\` and is done once all replicas in sync have it; consumes in the group \`${kafka.group}\`; dead letters are in \`${kafka.deadTopic}\`.`,
        },
      ],
      readmeNeeds: [
        {
          what: t`Kafka 2.4 or newer at \`${kafka.brokers}\``,
          for: t(
            "messages; without it the pods are ready, and what publishes fails or waits in the outbox. Topics that are missing are made with the brokers' own defaults, if its permissions allow that",
          ),
        },
      ],
      readmeSections: [
        {
          title: t('Kafka'),
          text: [
            t(
              'Records of one partition are handled one after the other, so what has one key (`Message.Key`) keeps its order, and a group',
            ),
            t(
              'works on as many records at a time as the topic has partitions. A record that fails holds up those behind it in its',
            ),
            t(
              'partition until it is through or a dead letter. Its place is committed before the next one is handed out: an offset never',
            ),
            t(
              'passes a record that is not done, and what a lost process repeats is at most one record of each partition.',
            ),
            '',
            t(
              'How often a record was tried, and whether a process ended while it handled it, stands in the metadata of the committed',
            ),
            t(
              'offset, so a record that kills every process is a dead letter in the end, too. A process leaves the group when it ends, and',
            ),
            t('others have its partitions at once; one that is lost is missed after 15 s.'),
            ...(loggedIn
              ? [
                  '',
                  t(
                    'The user needs: Read, Write and Describe on both topics, Read and Describe on the group, and Create on them where the',
                  ),
                  t(
                    'service shall make them. `kafka-password` is read for each connection: give the user the new password, then the file.',
                  ),
                ]
              : []),
          ].join('\n'),
        },
      ],
    }
  },
})
