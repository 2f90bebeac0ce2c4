import type { SqlStoreName, StoreName } from '../spec/stores.js'
import type { Address } from './types-pods.js'

/** A data store, as the service sees it. */
export interface Store extends Address {
  readonly name: StoreName
  readonly tls: 'verify' | 'disable'
  /** What stands in front of it. */
  readonly pooler: 'none' | 'transaction'
  /** What the server grants this service. */
  readonly connections: number
  /** Connections of one pod's pool. */
  readonly pool: number
  /** Most connections of all pods, with their checks, the migration and an operator. */
  readonly needed: number
  /** Most pods that exist at a time. */
  readonly pods: number
}

export interface SqlStore extends Store {
  readonly database: string
  readonly user: string
}

export type Stores = {
  readonly [K in StoreName]: (K extends SqlStoreName ? SqlStore : Store) | undefined
}

/** NATS JetStream, as the service sees it. */
export interface Nats extends Address {
  readonly url: string
  readonly stream: string
  readonly subject: string
  /** Name of the durable consumer. */
  readonly consumer: string
  readonly deadStream: string
  readonly deadSubject: string
  /** Copies of a stream that the service makes, outside of development. */
  readonly replicas: number
}

/** Kafka, as the service sees it. */
export interface Kafka {
  /** Brokers to begin with, host:port each, with commas between. */
  readonly brokers: string
  readonly addresses: readonly Address[]
  readonly tls: 'verify' | 'disable'
  readonly sasl: 'scram-sha-512' | 'none'
  readonly user: string
  readonly topic: string
  readonly deadTopic: string
  /** The consumer group. */
  readonly group: string
}

export interface Messaging {
  /** Messages that a consumer handles at a time. */
  readonly concurrency: number
  /** Seconds of one try to handle a message. */
  readonly timeout: number
  readonly nats: Nats | undefined
  readonly kafka: Kafka | undefined
}
