import type { SqlStoreName, StoreName } from '../spec/stores.js'

/** A data store, as the service sees it. */
export interface Store {
  readonly name: StoreName
  readonly host: string
  readonly port: number
  readonly tls: 'verify' | 'disable'
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
export interface Nats {
  readonly url: string
  readonly host: string
  readonly port: number
  readonly stream: string
  readonly subject: string
  /** Name of the durable consumer. */
  readonly consumer: string
  readonly deadStream: string
  readonly deadSubject: string
}

export interface Messaging {
  /** Messages that a consumer handles at a time. */
  readonly concurrency: number
  readonly nats: Nats | undefined
}
