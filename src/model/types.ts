/**
 * The Model: every number and name that appears in more than one generated file, computed once.
 *
 * Templates print these fields and compute nothing. A value whose type is {@link FreeText} came from
 * the user without an alphabet of its own, so it can't be printed raw: only an encoder accepts it
 * (the template checker turns a raw use into a type error).
 */

import type { Placeholder } from '../spec/placeholders.js'
import type { StoreName } from '../spec/stores.js'
import type { Spec } from '../spec/table.js'
import type { ConfigCentre, ConfigValue } from './types-config.js'
import type { ActionName, ArgoCd, Environment, JobImage, Pipeline } from './types-delivery.js'
import type { Messaging, Stores } from './types-dependencies.js'
import type { Choice, Timeline } from './types-explained.js'
import type { FeatureFlags } from './types-features.js'
import type { Istio, Routes } from './types-mesh.js'
import type { Monitoring, Slo } from './types-monitoring.js'
import type { Entrypoint, Image, Probe, Resources, Workload, WorkloadRef } from './types-pods.js'
import type { Dns, FailOver, Region, Site } from './types-regions.js'
import type { Rollout } from './types-rollout.js'
import type { Autoscaling } from './types-scaling.js'
import type { Duration, FreeText } from './types-values.js'

export type { ConfigCentre, ConfigValue } from './types-config.js'
export type { ActionName, ArgoCd, Environment, JobImage, Pipeline } from './types-delivery.js'
export type { FeatureFlags } from './types-features.js'
export type { Istio, Routes } from './types-mesh.js'
export type {
  Address,
  Entrypoint,
  Image,
  Probe,
  Resources,
  Workload,
  WorkloadRef,
} from './types-pods.js'
export type { Duration, FreeText } from './types-values.js'

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
    /** Of an ambient mesh: what arrives at a pod. https://istio.io/latest/docs/ambient/usage/networkpolicy/ */
    readonly tunnel: number
  }
  readonly timeouts: {
    readonly handler: Duration
    readonly readHeader: Duration
    readonly read: Duration
    readonly write: Duration
    readonly idle: Duration
    /** For how long what brings the requests keeps a connection that nobody uses. */
    readonly frontIdle: Duration
    /** Of a gRPC connection, which ends with a word to its client. */
    readonly grpcIdle: Duration
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
  readonly routes: Routes | undefined
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
    /** ConfigMap with what Istio adds to waypoints and gateways. */
    readonly proxies: string
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
  readonly dns: Dns | undefined
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
  /** Answers that name an example in the place of something real. */
  readonly placeholders: readonly Placeholder[]
  readonly decisions: readonly Decision[]
  readonly choices: readonly Choice[]
  readonly timelines: readonly Timeline[]
}

/** The model but for what explains it. */
export type Numbers = Omit<Model, 'choices' | 'timelines'>
