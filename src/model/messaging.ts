import type { Spec } from '../spec/table.js'
import type { Messaging, Nats, Stores } from './types-dependencies.js'

/** Seconds of one try to handle a message, and so of the end of the consumers, all at once. */
const handling = 10
/** Seconds to close the connection to a broker: by then nobody uses it. */
const closing = 1

/** The brokers that were chosen. */
export function messaging(spec: Spec, stores: Stores): Messaging {
  // Each message in hand holds a connection for its transaction, and requests need the other half of the pool.
  const pool = (stores.postgres ?? stores.mysql)?.pool
  return {
    concurrency: pool === undefined ? 16 : Math.max(1, Math.floor(pool / 2)),
    nats: spec['nats.enabled'] ? nats(spec) : undefined,
  }
}

/** What the brokers add to a shutdown, in seconds; nothing without any. */
export function consumerStages(spec: Spec): { readonly consumers: number; readonly brokers: number } {
  const count = spec['nats.enabled'] ? 1 : 0
  return { consumers: count * handling, brokers: count * closing }
}

function nats(spec: Spec): Nats {
  const { hostname, port } = new URL(spec['nats.url'])
  return {
    url: spec['nats.url'],
    host: hostname,
    port: Number(port),
    stream: spec['nats.stream'],
    subject: spec['nats.subject'],
    consumer: spec['nats.consumer'] as string,
    deadStream: `${spec['nats.stream']}-DEAD`,
    deadSubject: `dead.${spec['nats.subject']}`,
  }
}
