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
  /** Who is asked after a commit has been written here, in the order in which it arrives; nobody where nothing answers. */
  readonly smoke: readonly SmokeCall[]
  /** Who is asked after a way back, which waits for nobody. */
  readonly backSmoke: readonly SmokeCall[]
  /** The pipeline may take it back. */
  readonly back: boolean
  /**
   * The component that decides how far a release goes by itself; the pipeline puts another into its place to promote it.
   * Empty where none does.
   */
  readonly gate: string
  /** The components that may come into its place, each of which lets a release go further than the one before. */
  readonly gates: readonly { readonly past: string; readonly component: string }[]
  /** The last of them: nothing is waited for. Empty where there are none. */
  readonly open: string
  /** Those of them with which a release waits for nobody any more. */
  readonly through: readonly string[]
  /** What a person promotes, in order. */
  readonly promotions: readonly Promotion[]
  /** Something of the manifests belongs to a controller of the cluster. */
  readonly ignores: boolean
  readonly logLevel: string
  /** deploy/components/<name> of each component that this overlay includes, in order. */
  readonly components: readonly string[]
  /** The same without the gate. */
  readonly ungated: readonly string[]
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
  /** Minutes that the whole deployment may take. */
  readonly deployMinutes: number
  /** Minutes that a way back may take. */
  readonly backMinutes: number
  /** CI promotes it: every environment that is not for development, and that too if nothing else comes before the last. */
  readonly released: boolean
  /** The environment released just before this one; absent for the first. */
  readonly previous: string | undefined
  /** OpenTelemetry head sampling ratio, 0…1. */
  readonly traceRatio: string
}

/** A question of the pipeline to a version that it has released. */
export interface SmokeCall extends SmokeTarget {
  /** Value of the header x-version by which the mesh leads to the new version alone; absent where it has no such route. */
  readonly version: string | undefined
  /** Answers in a row that have to name the commit; 1 where an older version keeps a share of the traffic. */
  readonly inARow: number
  /** Seconds until it gives up waiting. */
  readonly timeout: number
  /** The environment as part of a variable's name. */
  readonly variable: string
}

/** A place where a release waits for a person, and the commit that lets it go on. */
export interface Promotion {
  /** As scripts/promote.sh takes it after --past. */
  readonly past: string
  /** In words: `10 %`. */
  readonly text: string
  /** Is the new version, which waits, still there and well? Nobody is asked where nothing leads to it from outside. */
  readonly before: readonly SmokeCall[]
  /** What is asked afterwards. */
  readonly after: readonly SmokeCall[]
  /** The one before it; absent for the first. */
  readonly previous: string | undefined
  /** Somebody is asked at all. */
  readonly asks: boolean
  /** The gate is closed again, once the answers have shown that the release is complete. */
  readonly closes: boolean
  /** Nothing waits for a person after it. */
  readonly last: boolean
  /** Minutes that it may take. */
  readonly minutes: number
  /** Its place among the milestones of a Jenkins build; the deployment has 1. */
  readonly milestone: number
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
  /** Folder of the repository that the service lies in, with a slash behind it; empty at its root. */
  readonly prefix: string
  /** The same without the slash, and `.` at the root. */
  readonly folder: string
  /** It lies in a folder, and others may lie beside it. */
  readonly below: boolean
  /** What sets its names apart from those beside it; empty at the root. */
  readonly own: string
  /** Before the names of its variables, for the same reason. */
  readonly variables: string
  /** Where people read the repository, which is whom its pipeline signs as. */
  readonly web: string
  /** The host of it. */
  readonly host: string
  /** The branch that is released. */
  readonly branch: string
  /** Name in the overlays' `images` that takes a new commit. */
  readonly image: string
  /** The environment that is released first. */
  readonly first: string
  /** Patterns of the files of which a change is released, for GitLab. */
  readonly changes: readonly string[]
  /** Environments that take every commit together with the first: nothing waits for them. */
  readonly followers: readonly string[]
  /** Environments that a commit brings back to an older version; not where somebody turns the Service instead. */
  readonly backs: readonly string[]
  /** The last environment is one of them. */
  readonly backsProduction: boolean
  /** Minutes that the longest of these ways may take. */
  readonly backMinutes: number
  /** Days that a build of Jenkins may wait for people, in all. */
  readonly patienceDays: number
}

export type JobImage = 'binfmt' | 'docker' | 'dockerDaemon' | 'golangciLint' | 'buildkit' | 'prometheus'

export type ActionName =
  | 'checkout'
  | 'setupGo'
  | 'golangciLint'
  | 'buildx'
  | 'login'
  | 'buildPush'
  | 'cosignInstaller'
  | 'setupQemu'
