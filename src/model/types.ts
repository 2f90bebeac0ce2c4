/**
 * The Model: every number and name that appears in more than one generated file, computed once.
 *
 * Templates print these fields and compute nothing. A value whose type is {@link FreeText} came from
 * the user without an alphabet of its own, so it can't be printed raw: only an encoder accepts it
 * (the template checker turns a raw use into a type error).
 */

import type { StoreName } from '../spec/stores.js'
import type { Spec } from '../spec/table.js'
import type { Messaging, Stores } from './types-dependencies.js'
import type { Choice, Timeline } from './types-explained.js'
import type { Monitoring, Slo } from './types-monitoring.js'
import type { Destination, FailOver, Region, Site, SmokeTarget } from './types-regions.js'
import type { Rollout } from './types-rollout.js'
import type { Autoscaling, Scaler } from './types-scaling.js'
import type { Duration, FreeText } from './types-values.js'

export type { Duration, FreeText } from './types-values.js'

export interface Probe {
  readonly enabled: boolean
  /** HTTP path on the admin port. */
  readonly path: string
  /** Name for grpc.health.v1; empty is the server as a whole. */
  readonly service: string
  /** Seconds. */
  readonly initialDelay: number
  readonly period: number
  readonly timeout: number
  readonly failureThreshold: number
  /** initialDelay + period × failureThreshold, seconds: how long failure is tolerated. */
  readonly budget: number
}

export interface Resources {
  readonly cpuRequest: string
  /** Absent when the user chose `none`. */
  readonly cpuLimit: string | undefined
  readonly memoryRequest: string
  readonly memoryLimit: string
  /** GOMEMLIMIT value, e.g. `460MiB`: nine tenths of the memory limit. */
  readonly goMemLimit: string
  readonly ephemeralRequest: string
  readonly ephemeralLimit: string
  /** sizeLimit of the emptyDir behind /tmp. */
  readonly tmpSize: string
}

export interface Volume {
  readonly size: string
  readonly path: string
  readonly storageClass: string | undefined
}

export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'Rollout'
  readonly isDeployment: boolean
  readonly isStatefulSet: boolean
  readonly group: 'apps' | 'argoproj.io'
  readonly apiVersion: 'apps/v1' | 'argoproj.io/v1alpha1'
  /** What kubectl and RBAC call it, in the singular. */
  readonly resource: 'deployment' | 'statefulset' | 'rollout'
  /** Label by which the controller tells the pods of its revisions apart; a StatefulSet's revisions replace one another. */
  readonly revisionLabel: string | undefined
  /** What `kubectl port-forward` takes. */
  readonly forward: string
  /** Command that restarts the pods, in any namespace. */
  readonly restart: string
  readonly replicas: number
  /** True when nothing else owns spec.replicas, so the manifests state it. */
  readonly ownsReplicas: boolean
  readonly volume: Volume
  readonly minReadySeconds: number
  readonly progressDeadlineSeconds: number
  readonly revisionHistoryLimit: number
  readonly maxSurge: number
  readonly maxUnavailable: number
  /** Value of the pod label `version`, which the mesh's subsets select. */
  readonly version: string
}

/** One set of pods behind the Service: `v1` always, `v2` when traffic is split by weight. */
export interface Subset {
  readonly name: string
  /** The pods' label that it selects, beside what Argo Rollouts adds. */
  readonly label: { readonly key: string; readonly value: string }
  /** The workload's metadata.name. */
  readonly workload: string
  readonly weight: number
}

export interface Istio {
  readonly host: string
  /** `namespace/name` of a Gateway that exists, or the name of the one created here. */
  readonly gateway: string
  readonly createGateway: boolean
  readonly mtlsMode: 'STRICT' | 'PERMISSIVE'
  /** True for STRICT: only then does every peer have an identity to authorize. */
  readonly strict: boolean
  readonly retries: number
  readonly perTryTimeout: Duration
  readonly timeout: Duration
  readonly backoff: Duration
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
  readonly ingressNamespace: string
  readonly ingressServiceAccount: string
  readonly subsets: readonly Subset[]
  /** True when a second workload (v2) takes a share of the traffic. */
  readonly split: boolean
}

export interface Image {
  /** Reference without tag. */
  readonly repository: string
  /** Host of the repository, `docker.io` when it names none. */
  readonly registry: string
  readonly base: 'distroless' | 'scratch' | 'alpine' | 'debian' | 'ubuntu'
  readonly isDistroless: boolean
  readonly cgo: boolean
  /** `0` or `1`. */
  readonly cgoEnabled: string
  /** Builder image, tag included. */
  readonly builder: string
  /** Runtime base image, tag included; `scratch` has none. */
  readonly runtime: string
  readonly platforms: readonly string[]
  /** Comma-separated, as docker buildx takes them. */
  readonly platformList: string
  readonly uid: number
}

/** One workload: all pods, or one side of a traffic split. */
export interface WorkloadRef {
  readonly name: string
  /** Value of the pod label `version`. */
  readonly version: string
  /** The image name that the manifest carries until Kustomize replaces it. */
  readonly image: string
  readonly weight: number
}

export interface Address {
  readonly host: string
  readonly port: number
}

export interface WaitTarget extends Address {
  /** A server whose own client can ask it; anything else is asked for a TCP connection. */
  readonly kind: StoreName | undefined
}

export interface Entrypoint {
  readonly enabled: boolean
  readonly waitFor: readonly WaitTarget[]
  /** Seconds for all dependencies together. */
  readonly timeout: number
}

export interface Environment {
  readonly name: string
  readonly namespace: string
  /** A single small replica: no HPA, no PDB. */
  readonly isDevelopment: boolean
  /** The last environment: manual approval guards it. */
  readonly isProduction: boolean
  /** Replicas stated by the overlay; absent when an HPA owns them. */
  readonly replicas: number | undefined
  readonly hpa: boolean
  /** What KEDA asks for each workload; empty where it asks nothing. */
  readonly scalers: readonly Scaler[]
  readonly pdb: boolean
  /** A new version waits here at a share of the traffic, or beside the old one, until a person promotes it. */
  readonly canary: boolean
  readonly blueGreen: boolean
  /** Argo Rollouts moves the weights of the mesh's routes here. */
  readonly routed: boolean
  /** Answers in a row that have to name the new commit; 1 where another version keeps a share of the traffic. */
  readonly smokeInARow: number
  /** The pipeline waits there until the new commit answers; not where a person turns the traffic to it later. */
  readonly smokes: boolean
  /** Something of the manifests belongs to a controller of the cluster. */
  readonly ignores: boolean
  readonly logLevel: string
  /** deploy/components/<name> of each component that this overlay includes, in order. */
  readonly components: readonly string[]
  /** deploy/monitoring/<path> of each component that this overlay includes, in order. */
  readonly monitoring: readonly string[]
  /** Its rules are rendered: nobody is woken for an environment to try things out in. */
  readonly alerts: boolean
  readonly host: string
  /** The certificate of `host`, in the namespace of the ingress gateway. */
  readonly tlsSecret: string
  /** Key of this environment's values in the store that External Secrets reads. */
  readonly secretKey: string
  /** The name as part of an environment variable's. */
  readonly variable: string
  /** Name of the Argo CD Application. */
  readonly application: string
  readonly autoSync: boolean
  /** Where it runs: one, but for production in several clusters. */
  readonly destinations: readonly Destination[]
  /** Several clusters, so an ApplicationSet makes its Applications. */
  readonly spread: boolean
  /** Where the pipeline asks for the new commit, in the order in which it arrives. */
  readonly smokeTargets: readonly SmokeTarget[]
  /** Seconds until it gives up waiting at each of them. */
  readonly smokeTimeout: number
  /** Minutes that the whole deployment may take. */
  readonly deployMinutes: number
  /** CI promotes it: every environment that is not for development, and that too if nothing else comes before the last. */
  readonly released: boolean
  /** The environment released just before this one; absent for the first. */
  readonly previous: string | undefined
  /** OpenTelemetry head sampling ratio, 0…1. */
  readonly traceRatio: string
}

/** A row of the README's decision table and of `explain`. */
export interface Decision {
  /** e.g. `terminationGracePeriodSeconds`. */
  readonly name: string
  readonly value: string
  /** The arithmetic with its numbers, e.g. `5 (preStop) + 5 (drain) + …`. */
  readonly arithmetic: string
  /** Why it is so. */
  readonly reason: string
  /** Option keys that feed it. */
  readonly options: readonly string[]
}

export interface ConfigValue {
  readonly key: FreeText
  readonly value: FreeText
}

/** The centre that is the highest layer of the settings. */
export interface ConfigCentre {
  /** As people call it. */
  readonly name: 'Consul' | 'Nacos'
  readonly host: string
  readonly port: number
  /** What in it belongs to this service, in words for the README. */
  readonly place: string
  /** Where the last good document is kept. */
  readonly cacheDir: string
  /** sizeLimit of the emptyDir behind it. */
  readonly cacheSize: string
}

export interface ArgoCd {
  readonly repo: string
  readonly project: string
  readonly namespace: string
  /** Label of the Applications by which a release goes from one cluster to the next. */
  readonly siteLabel: 'region' | 'cluster'
  /** Field of a destination that says which of them. */
  readonly siteKey: 'name' | 'server'
  /** Applications that are synced at a time: none where a person syncs each. */
  readonly maxUpdate: number
}

/** What the pipeline does with a commit, in any dialect. */
export interface Pipeline {
  /** The branch that is released. */
  readonly branch: string
  /** Name in the overlays' `images` that takes a new commit. */
  readonly image: string
  /** The environment that is released first. */
  readonly first: string
  /** Environments that take every commit together with the first: nothing waits for them. */
  readonly followers: readonly string[]
}

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
  readonly istio: boolean
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

export interface Model {
  /** What was answered: for a feature's enablement rule. Templates don't see it. */
  readonly answers: Spec
  readonly tool: { readonly name: string; readonly version: string; readonly schema: string }
  readonly name: string
  readonly module: string
  /** Never empty: a default sentence stands in. */
  readonly description: FreeText
  readonly owner: FreeText | undefined
  /** The owner, when it is also a valid label value. */
  readonly ownerLabel: string | undefined
  readonly preset: string
  readonly namespace: string
  readonly features: FeatureFlags
  readonly ports: {
    readonly http: number
    /** Of the container and of the Service. */
    readonly grpc: number
    readonly admin: number
    /** Of the Service, for HTTP. */
    readonly service: number
  }
  /** Go field of config.Config that says how long a handler may take: of the protocol that is served. */
  readonly handlerTimeout: string
  readonly timeouts: {
    readonly handler: Duration
    readonly readHeader: Duration
    readonly read: Duration
    readonly write: Duration
    readonly idle: Duration
    readonly check: Duration
    readonly checkCache: Duration
    /** How long a gRPC client may keep a connection. */
    readonly connectionAge: Duration
    readonly reloadPoll: Duration
    readonly reloadInterval: Duration
  }
  /**
   * Path on the HTTP port that answers 200 `{"version":"…","commit":"<full commit id>"}`;
   * scripts/smoke.sh waits there for the commit that was released.
   */
  readonly versionPath: string
  /** The same as a ServeMux pattern. */
  readonly versionPattern: string
  readonly limits: { readonly headerBytes: number; readonly bodyBytes: number }
  /** Seconds. */
  readonly shutdown: {
    readonly preStop: number
    readonly drain: number
    readonly timeout: number
    readonly flush: number
    /** For the data stores, a second each. */
    readonly stores: number
    /** For messages in hand. */
    readonly consumers: number
    /** For the connections to brokers, a second each. */
    readonly brokers: number
    readonly margin: number
    readonly grace: number
    /** Longest that the program itself takes: drain + timeout + consumers + brokers + stores + flush. */
    readonly process: number
  }
  /** Seconds the program may need from exec to ready. */
  readonly coldStart: number
  readonly probes: { readonly startup: Probe; readonly liveness: Probe; readonly readiness: Probe }
  readonly resources: Resources
  readonly workload: Workload
  readonly workloads: readonly WorkloadRef[]
  readonly autoscaling: Autoscaling
  readonly pdb: { readonly maxUnavailable: number }
  readonly image: Image
  readonly entrypoint: Entrypoint
  /** Images of dependencies, for local work alone. */
  readonly images: Readonly<Record<StoreName | 'nats' | 'kafka' | 'consul' | 'nacos', string>>
  readonly stores: Stores
  readonly messaging: Messaging
  /** Where External Secrets reads: the name of a ClusterSecretStore. */
  readonly secrets: {
    readonly store: string
    /** A rotation ends with new pods; otherwise those that run read the new value. */
    readonly restarts: boolean
    /** What follows a new value, for comments. */
    readonly after: string
  }
  readonly istio: Istio | undefined
  readonly rollout: Rollout | undefined
  readonly argocd: ArgoCd
  readonly pipeline: Pipeline
  readonly config: {
    readonly values: readonly ConfigValue[]
    readonly hasValues: boolean
    /** Where the ConfigMap is mounted. */
    readonly dir: string
    readonly file: string
    readonly credentialsDir: string
    /** Absent without one. */
    readonly centre: ConfigCentre | undefined
    readonly consul: { readonly address: string; readonly prefix: string }
    readonly nacos: {
      readonly address: string
      readonly namespace: string
      readonly group: string
      readonly dataId: string
    }
  }
  readonly names: {
    readonly config: string
    readonly credentials: string
    readonly headless: string
    readonly gateway: string
    readonly rotationRole: string
    readonly releaseRole: string
    /** Services that a blue-green release needs beside the service's own: of what waits, and of all pods. */
    readonly preview: string
    readonly metrics: string
    /** Label by which Argo Rollouts tells the pods of its revisions apart. */
    readonly rolloutHash: string
    /** Of the Job that migrates databases, its ServiceAccount and its configuration. */
    readonly migrate: string
    readonly operatorsGroup: string
  }
  readonly monitoring: Monitoring
  /** Where the OpenTelemetry collector runs. */
  readonly tracing: { readonly namespace: string; readonly port: number; readonly endpoint: string }
  readonly slo: Slo
  readonly environments: readonly Environment[]
  /** In the order of a release; empty where production is one. */
  readonly regions: readonly Region[]
  /** Absent where no region's traffic goes to another by itself. */
  readonly failOver: FailOver | undefined
  /** The clusters of production; empty where it has one. */
  readonly sites: readonly Site[]
  readonly productionEnv: Environment
  /** The environment for trying things out; absent when there is none. */
  readonly developmentEnv: Environment | undefined
  readonly kubernetes: {
    readonly version: string
    /** Minor number: 35 for 1.35. */
    readonly minor: number
    /** Service.spec.trafficDistribution. */
    readonly trafficDistribution: string
  }
  readonly istioVersion: string
  readonly versions: {
    /** go directive of go.mod. */
    readonly goDirective: string
    /** Toolchain used by the image and CI. */
    readonly go: string
    readonly golangciLint: string
    readonly kustomize: string
    readonly buf: string
    readonly protocGenGo: string
    readonly protocGenGoGrpc: string
    readonly grpcurl: string
    readonly prometheus: string
    readonly cosign: string
  }
  /** GitHub Actions by commit: `uses` value and the tag for the comment. */
  /** Images that the pipeline's jobs run in. */
  readonly jobs: Readonly<Record<JobImage, string>>
  readonly actions: Readonly<Record<ActionName, { readonly uses: string; readonly tag: string }>>
  readonly decisions: readonly Decision[]
  readonly choices: readonly Choice[]
  readonly timelines: readonly Timeline[]
}

/** The model but for what explains it. */
export type Numbers = Omit<Model, 'choices' | 'timelines'>

export type JobImage = 'binfmt' | 'docker' | 'dockerDaemon' | 'golangciLint' | 'buildkit'

export type ActionName =
  | 'checkout'
  | 'setupGo'
  | 'golangciLint'
  | 'buildx'
  | 'login'
  | 'buildPush'
  | 'cosignInstaller'
  | 'setupQemu'
