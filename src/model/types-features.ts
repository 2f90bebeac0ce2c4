import type { StoreName } from '../spec/stores.js'

/** Which features are on; `{{#if features.metrics}}`. */
export interface FeatureFlags extends Readonly<Record<StoreName, boolean>> {
  readonly http: boolean
  readonly grpc: boolean
  readonly metrics: boolean
  readonly tracing: boolean
  /** Settings come from a mounted file, not from the environment alone. */
  readonly configFile: boolean
  readonly configReload: boolean
  /** A configuration centre is the highest layer. */
  readonly configCentre: boolean
  readonly consul: boolean
  readonly nacos: boolean
  readonly autoscaling: boolean
  /** KEDA scales, through an autoscaler that it makes. */
  readonly keda: boolean
  readonly entrypoint: boolean
  readonly networkPolicy: boolean
  /** The mesh, of either kind. */
  readonly istio: boolean
  /** The mesh has a proxy in each pod, and a VirtualService. */
  readonly sidecar: boolean
  /** The mesh has a proxy on each node and a waypoint for the service. */
  readonly ambient: boolean
  /** Requests from outside need a token. */
  readonly jwt: boolean
  /** Routes of the Gateway API, in an ambient mesh or without a mesh. */
  readonly routes: boolean
  /** Routes of the Gateway API without a mesh. */
  readonly gatewayApi: boolean
  readonly trafficSplit: boolean
  /** The workload is a Rollout of Argo Rollouts. */
  readonly rollout: boolean
  readonly canary: boolean
  readonly blueGreen: boolean
  /** A person brings a new version in. */
  readonly release: boolean
  /** A script switches between two Deployments. */
  readonly colours: boolean
  /** The metrics decide about a release. */
  readonly analysis: boolean
  readonly argocd: boolean
  /** Production runs in several regions. */
  readonly regions: boolean
  /** Production runs in several clusters. */
  readonly applicationSet: boolean
  /** Any of the dialects below. */
  readonly pipeline: boolean
  readonly github: boolean
  readonly gitlab: boolean
  readonly jenkins: boolean
  /** The namespaces are named after the service, so nobody else's objects are in them. */
  readonly ownNamespace: boolean
  /** Any data store. */
  readonly stores: boolean
  /** What talks to a server of another's: any data store or broker. */
  readonly remote: boolean
  /** Some of them have a setting for how the connection is protected. */
  readonly tlsModes: boolean
  /** A database with a schema that changes. */
  readonly migrations: boolean
  /** Any broker. */
  readonly messaging: boolean
  readonly nats: boolean
  readonly kafka: boolean
  /** Dependencies run in containers for local work. */
  readonly compose: boolean
  /** The External Secrets operator writes the Secret. */
  readonly externalSecrets: boolean
  /** The Sealed Secrets controller writes it, from what Git holds. */
  readonly sealedSecrets: boolean
  /** Rules that watch the metrics. */
  readonly alerts: boolean
  /** Alertmanager is told whom to tell. */
  readonly receiver: boolean
  readonly dashboards: boolean
}
