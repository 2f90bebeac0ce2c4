import type { Spec } from '../spec/table.js'
import { addressOf, addressOfUrl } from './address.js'
import type { Kafka, Messaging, Nats, Stores } from './types-dependencies.js'

/** Seconds of one try to handle a message, and so of the end of the consumers, each after the other. */
const handling = 10
/** Seconds to close the connection to a broker: by then nobody uses it. */
const closing = 1

/** The brokers that were chosen. */
export function messaging(spec: Spec, stores: Stores): Messaging {
  // Each message in hand holds a connection for its transaction, and requests need the other half of the pool.
  const pool = (stores.postgres ?? stores.mysql)?.pool
  return {
    concurrency: pool === undefined ? 16 : Math.max(1, Math.floor(pool / 2 / Math.max(1, brokerCount(spec)))),
    timeout: handling,
    nats: spec['nats.enabled'] ? nats(spec) : undefined,
    kafka: spec['kafka.enabled'] ? kafka(spec) : undefined,
  }
}

/** What the brokers add to a shutdown, in seconds; nothing without any. */
export function consumerStages(spec: Spec): { readonly consumers: number; readonly brokers: number } {
  const count = brokerCount(spec)
  return { consumers: count * handling, brokers: count * closing }
}

/** Whether the pods take messages. */
export function hasConsumer(spec: Spec): boolean {
  return brokerCount(spec) > 0
}

function brokerCount(spec: Spec): number {
  return [spec['nats.enabled'], spec['kafka.enabled']].filter(Boolean).length
}

function nats(spec: Spec): Nats {
  const url = spec['nats.url'] as string
  return {
    url,
    ...addressOfUrl(url),
    stream: spec['nats.stream'],
    subject: spec['nats.subject'],
    consumer: spec['nats.consumer'] as string,
    deadStream: `${spec['nats.stream']}-DEAD`,
    deadSubject: `dead.${spec['nats.subject']}`,
    replicas: spec['nats.replicas'],
  }
}

function kafka(spec: Spec): Kafka {
  const brokers = spec['kafka.brokers']
  return {
    brokers: brokers.join(','),
    addresses: brokers.map(addressOf),
    tls: spec['kafka.tls'],
    sasl: spec['kafka.sasl'],
    user: spec['kafka.user'] as string,
    topic: spec['kafka.topic'],
    deadTopic: `${spec['kafka.topic']}.dead`,
    group: spec['kafka.group'] as string,
  }
}
