import type { Duration } from './types-values.js'

/** One set of pods behind the Service: `v1` always, `v2` when traffic is split by weight. */
export interface Subset {
  readonly name: string
  /** The pods' label that it selects, beside what Argo Rollouts adds. */
  readonly label: { readonly key: string; readonly value: string }
  /** The workload's metadata.name. */
  readonly workload: string
  readonly weight: number
}

/** How long a request may take, with what is tried again. */
export interface RequestTimes {
  readonly retries: number
  readonly perTryTimeout: Duration
  readonly timeout: Duration
  readonly backoff: Duration
}

export interface Istio extends RequestTimes {
  readonly host: string
  /** `namespace/name` of a Gateway that exists, or the name of the one created here. */
  readonly gateway: string
  readonly createGateway: boolean
  readonly mtlsMode: 'STRICT' | 'PERMISSIVE'
  /** True for STRICT: only then does every peer have an identity to authorize. */
  readonly strict: boolean
  readonly outlierErrors: number
  readonly outlierInterval: Duration
  readonly baseEjection: Duration
  readonly maxEjectionPercent: number
  /** DestinationRule idleTimeout; below the Go server's, so the proxy closes first. */
  readonly idleTimeout: Duration
  readonly maxConnections: number
  readonly maxPendingRequests: number
  /** HTTP/2 requests at the same time, to all pods together. */
  readonly maxRequests: number
  /** Where the ingress gateway runs. */
  readonly ingressNamespace: string
  /** True where that is the service's own namespace, which each environment has another of. */
  readonly ingressWithin: boolean
  readonly ingressServiceAccount: string
  /** Name of the waypoint, and of the ServiceAccount that Istio makes for it. */
  readonly waypoint: string
  /** What a request from outside has to bring. */
  readonly jwt: Jwt | undefined
  readonly subsets: readonly Subset[]
  /** The subset that has all of the traffic while nothing is released. */
  readonly firstSubset: string
  /** The subset that a request gets which asks for it by a header, and the header's value; undefined with one subset. */
  readonly preview: string | undefined
  /** True when a second workload (v2) takes a share of the traffic. */
  readonly split: boolean
}

export interface Jwt {
  readonly issuer: string
  /** Whoever has a token of the issuer: Istio's principal of a request is issuer, slash, subject. */
  readonly principals: string
  /** Undefined: Istio asks the issuer's OpenID configuration. */
  readonly jwksUri: string | undefined
  /** Empty: a token for anybody is good. */
  readonly audiences: readonly string[]
}

/** Routes of the Gateway API, in a mesh without sidecars or without any mesh. */
export interface Routes extends RequestTimes {
  readonly host: string
  /** Host of the gRPC calls: an HTTPRoute and a GRPCRoute must not share one. */
  readonly grpcPrefix: string
  readonly gateway: string
  /** Undefined where it is the service's own. */
  readonly gatewayNamespace: string | undefined
  readonly createGateway: boolean
  readonly className: string
  /** Whether Istio makes the gateway's pods, and reads the routes. */
  readonly ofIstio: boolean
  /** Where the gateway's pods run; undefined where the mesh brings its traffic. */
  readonly podNamespace: string | undefined
}
