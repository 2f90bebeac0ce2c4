import * as hosts from '../hosts.js'
import { boolean, choice, integer, list, text } from '../option.js'
import * as rules from '../rules.js'

const tls = (broker: string) =>
  choice(['verify', 'disable'], {
    default: 'verify',
    when: `${broker}.enabled`,
    help: 'verify: encrypted, and the servers prove their names; disable: in the clear, for a mesh or a trusted network',
  })

/** Brokers: what the service publishes to, and consumes from. */
export const messaging = {
  'kafka.enabled': boolean({
    default: false,
    help: 'Kafka: consumer in a group with dead letters, and publisher',
    ask: 'Use Kafka?',
  }),
  'kafka.brokers': list(
    hosts.brokerAddress,
    { min: 1, max: 9 },
    {
      default: ['kafka.messaging.svc.cluster.local:9093'],
      assumed: 'kafka.messaging.svc.cluster.local:9093',
      when: 'kafka.enabled',
      help: 'brokers to begin with, where an environment names no others; they tell of the rest',
    },
  ),
  'kafka.tls': tls('kafka'),
  'kafka.sasl': choice(['scram-sha-512', 'none'], {
    default: 'scram-sha-512',
    when: 'kafka.enabled',
    help: 'how the service logs in; none: not at all, for a mesh or a trusted network',
  }),
  'kafka.user': text(rules.kafkaName, {
    derived: '<name>',
    when: 'kafka.enabled',
    help: 'user that the service logs in as',
  }),
  'kafka.topic': text(rules.kafkaName, {
    default: 'greetings.created',
    when: 'kafka.enabled',
    help: 'topic of the messages; dead letters are in <topic>.dead',
  }),
  'kafka.group': text(rules.kafkaName, {
    derived: '<name>',
    when: 'kafka.enabled',
    help: 'consumer group that all replicas join',
  }),
  'nats.enabled': boolean({
    default: false,
    help: 'NATS JetStream: consumer with dead letters, and publisher',
    ask: 'Use NATS JetStream?',
  }),
  'nats.tls': tls('nats'),
  'nats.url': text(hosts.natsUrl, {
    derived: 'tls://nats.messaging.svc.cluster.local:4222',
    assumed: 'nats.messaging.svc.cluster.local:4222',
    when: 'nats.enabled',
    help: 'server, where an environment names no other; tls:// unless nats.tls is disable, else nats://',
  }),
  'nats.stream': text(rules.natsName, {
    default: 'GREETINGS',
    when: 'nats.enabled',
    help: 'stream that keeps the messages; dead letters are in <stream>-DEAD',
  }),
  'nats.subject': text(rules.natsSubject, {
    default: 'greetings.created',
    when: 'nats.enabled',
    help: 'subject of the messages; that of dead letters is dead.<subject>',
  }),
  'nats.consumer': text(rules.natsName, {
    derived: '<name>',
    when: 'nats.enabled',
    help: 'durable consumer that all replicas share',
  }),
  'nats.replicas': integer(1, 5, {
    default: 3,
    when: 'nats.enabled',
    help: 'servers that keep a copy of a stream that the service makes; a development environment has 1',
  }),
}
