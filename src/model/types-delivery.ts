import type { Destination, SmokeTarget } from './types-regions.js'
import type { Scaler } from './types-scaling.js'
import type { FreeText } from './types-values.js'

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

export interface ArgoCd {
  readonly repo: string
  readonly project: string
  /** The service's, cut to what an AppProject takes. */
  readonly description: FreeText
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
