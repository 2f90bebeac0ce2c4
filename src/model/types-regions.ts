/** A share of production, in a cluster of its own. */
export interface Region {
  readonly name: string
  /** Per cent of the traffic. */
  readonly weight: number
  /** Bounds of its pods, of all zones together; the same where nothing scales them. */
  readonly replicas: number
  readonly max: number
  /** deploy/overlays/<overlay>. */
  readonly overlay: string
  /** Where this region alone answers. */
  readonly host: string
  /** In the mesh, where its traffic goes by itself once its pods are lost; absent where a person decides. */
  readonly takenOverBy: string | undefined
  /** Addresses of the other regions' pods, where the mesh is over a flat network; empty where it goes through gateways. */
  readonly peerNetworks: readonly string[]
  /** The name as part of an environment variable's. */
  readonly variable: string
}

/** A cluster that runs production, in the order in which a release reaches them. */
export interface Site {
  /** Value of the label by which the ApplicationSet orders them: the region, or else the cluster. */
  readonly name: string
  /** The cluster's name in Argo CD, or the address of its API server. */
  readonly cluster: string
  readonly overlay: string
  /** Name of its Argo CD Application. */
  readonly application: string
}

/** Where an Application may deploy to. */
export interface Destination {
  readonly key: 'name' | 'server'
  readonly value: string
}

/** An address that a pipeline asks for the new commit. */
export interface SmokeTarget {
  readonly host: string
  /** Absent where the environment has one address. */
  readonly region: string | undefined
  /** What the name of the variable with another address ends in. */
  readonly suffix: string
}

/** Weighted records of the regions, which ExternalDNS writes into Route 53; times in seconds. */
export interface Dns {
  /** How long a resolver keeps an answer. */
  readonly ttl: number
  /** A fast health check of Route 53: one each `interval`, and this many failures. */
  readonly interval: number
  readonly failures: number
  /** Until nobody is sent to a region whose gateway is gone. */
  readonly worst: number
}

/** How long callers in the mesh wait for a region whose pods are lost, in seconds. */
export interface FailOver {
  /** Until the last failing pod has left the Service. */
  readonly leave: number
  /** Until every proxy knows. */
  readonly spread: number
  /** A request that was sent to the last of them. */
  readonly request: number
  readonly worst: number
  readonly budget: number
}
