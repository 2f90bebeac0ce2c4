import { boolean, text } from '../option.js'
import * as rules from '../rules.js'

/** Brokers: what the service publishes to, and consumes from. */
export const messaging = {
  'kafka.enabled': boolean({ default: false, later: true, help: 'Kafka consumer' }),
  'nats.enabled': boolean({
    default: false,
    help: 'NATS JetStream: consumer with dead letters, and publisher',
    ask: 'Use NATS JetStream?',
  }),
  'nats.url': text(rules.natsUrl, {
    default: 'nats://nats.messaging.svc.cluster.local:4222',
    when: 'nats.enabled',
    help: 'server, where an environment names no other; tls:// encrypts',
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
}
