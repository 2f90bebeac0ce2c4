import type { GoModuleSet } from '../golang/sets.js'
import type { Environment, Model } from '../model/types.js'
import type {
  Alert,
  DashboardRow,
  FilledAlertTest,
  FilledPanel,
  FilledRuleGroup,
  Recording,
} from './types-monitoring.js'

/**
 * Contributions that features make to files which are not theirs. Each slot is an ordered list:
 * by `order` where an entry has one, then by the feature's place in `features/index.ts`.
 */
export interface Slots {
  /** Import paths of `internal/app/components.go`. */
  readonly appImports: readonly GoImport[]
  /** Statements of `internal/app/components.go` before the admin server is made. */
  readonly appSetup: readonly GoStatement[]
  /** Entries of the ordered start list, between the admin port and traffic; stop runs in reverse. */
  readonly appComponents: readonly AppComponent[]
  /** Middleware between the request id and the access log: what observes, and sees every answer. */
  readonly httpMiddleware: readonly HttpMiddleware[]
  /** How errors are answered: further rows of `internal/app/errors.go`. The first that fits counts, so the narrow ones come first. */
  readonly errorMappings: readonly { readonly order: number; readonly expression: string }[]
  /** Imports of that file. */
  readonly errorImports: readonly GoImport[]
  /** What observes gRPC calls: further arguments of `grpcserver.New`. */
  readonly grpcOptions: readonly { readonly expression: string }[]
  /** Entries of the start list that take traffic; they stop right after readiness. */
  readonly trafficServers: readonly TrafficServer[]
  /** Routes of the admin port. */
  readonly adminRoutes: readonly AdminRoute[]
  /** Sections of `internal/config`: settings that a feature declares in a file of its own. */
  readonly configSections: readonly ConfigSection[]
  /** Files in CREDENTIALS_DIR that the program reads beside the admin token. */
  readonly credentials: readonly Credential[]
  /** Settings that every overlay states. */
  readonly overlayConfig: readonly OverlaySetting[]
  /** Imports, statements and components of the example: `make remove-example` takes them out. */
  readonly exampleImports: readonly GoImport[]
  readonly exampleSetup: readonly GoStatement[]
  /** Containers of compose.yaml, for local work. */
  readonly compose: readonly ComposeService[]
  /** Environment of the main container. */
  readonly containerEnv: readonly EnvVar[]
  /** NetworkPolicy egress beyond DNS. */
  readonly egress: readonly NetworkRule[]
  /** NetworkPolicy ingress beyond the service's own traffic. */
  readonly ingress: readonly NetworkRule[]
  /** Namespaced kinds that the feature emits, for the AppProject's whitelist; group '' is core. */
  readonly kinds: readonly { readonly group: string; readonly kind: string }[]
  /** Series that rules compute from others, ahead of the alerts that compare them. */
  readonly recordings: readonly Recording[]
  /** Alerts, with their tests and their sections of the runbook. */
  readonly alerts: readonly Alert[]
  /** Rows of the dashboard, from the top. */
  readonly dashboardRows: readonly DashboardRow[]
  /** Lines of the README's list of what is in the project. */
  readonly readmeFeatures: readonly ReadmeFeature[]
  /** Sections of the README, after the one about secrets. */
  readonly readmeSections: readonly ReadmeFeature[]
  /** Rows of the README's table of what the cluster needs. */
  readonly readmeNeeds: readonly { readonly what: string; readonly for: string }[]
}

export interface ConfigSection {
  /** Field of config.Config and name of its type; at most 8 letters, as the struct is aligned. */
  readonly field: string
  /** The field's line in the struct. */
  readonly declaration: string
  /** Go call that returns the section's rows of the table of settings. */
  readonly fields: string
}

export interface Credential {
  /** Go constant in package config. */
  readonly constant: string
  /** File name, and key of the Secret. */
  readonly file: string
  /** What it is, as the rest of a sentence that begins with its name. */
  readonly doc: string
  /** The program does not start without it. */
  readonly required: boolean
  /** Anything unguessable will do; otherwise whoever runs the other side knows it. */
  readonly random: boolean
}

export interface OverlaySetting {
  /** Key of the configuration file, `postgres.host`: a section and a name. */
  readonly key: string
  readonly env: string
  /** By the environment's name where each has its own. */
  readonly value: string | Readonly<Record<string, string>>
  /** Needed where neither name nor value says it. */
  readonly why?: string
}

/** The settings of one section of the configuration file. */
export interface OverlaySection {
  readonly section: string
  readonly settings: readonly {
    readonly name: string
    readonly env: string
    readonly value: string
    readonly why?: string
  }[]
}

export interface ComposeService {
  readonly name: string
  /** The service as Compose has it; printed as YAML. */
  readonly service: object
  /** Files below credentials/ that it is given. */
  readonly secrets: readonly string[]
  /** Lines of .env.example by which a local process finds it. */
  readonly env: readonly string[]
  /** The same server beside a job of a pipeline, where no files can be mounted; its password is the one of all such. */
  readonly job: {
    readonly variables: Readonly<Record<string, string>>
    readonly command: readonly string[]
    /** Variables that it needs besides where it is known by its name and not as localhost. */
    readonly named?: Readonly<Record<string, string>>
    /** The number of the user that its image is made for; 0 is root. Without one it works as any. */
    readonly user?: number
  }
}

export interface GoImport {
  readonly path: string
}

export interface GoStatement {
  /** Ascending; a statement may use what a lower one declares. */
  readonly order: number
  /** One Go statement, without indentation. */
  readonly statement: string
}

export interface AppComponent {
  /** Start order, ascending. */
  readonly order: number
  /** Go composite literal of type `component`. */
  readonly component: string
  readonly why?: string
}

export interface HttpMiddleware {
  /** The outermost first. */
  readonly order: number
  /** Go expression. */
  readonly expression: string
}

export interface TrafficServer {
  /** Go composite literal of type `component`. */
  readonly component: string
  readonly why?: string
}

export interface AdminRoute {
  /** Go composite literal of type admin.Route. */
  readonly route: string
}

export interface EnvVar {
  readonly name: string
  readonly value?: string
  /** Downward API field path. */
  readonly fieldPath?: string
  /** Why it is set. */
  readonly why: string
}

export interface NetworkRule {
  readonly why: string
  readonly namespace?: string
  readonly podLabels?: Readonly<Record<string, string>>
  /** Networks, in place of namespaces and pods. */
  readonly cidrs?: readonly string[]
  readonly ports: readonly { readonly port: number; readonly protocol: 'TCP' | 'UDP' }[]
}

/** Our own Markdown: names and numbers of the model, never a user's words. */
export interface ReadmeFeature {
  readonly title: string
  readonly text: string
}

/** @public What a template sees: the Model's fields, the slots, and `env` in a file that exists per environment. */
export type TemplateContext = Omit<Model, 'answers'> & {
  readonly slots: FilledSlots
  readonly environments: readonly FilledEnvironment[]
  /** Megabytes of the compressed program without CGO, measured. */
  /** Undefined where it was not measured. */
  readonly programMegabytes: string | undefined
}

/** @public An environment, with what its overlay states. */
export interface FilledEnvironment extends Environment {
  /** overlayConfig of this environment by section, as YAML nests it. */
  readonly sections: readonly OverlaySection[]
  /** Its alert rules; empty where it has none. */
  readonly ruleGroups: readonly FilledRuleGroup[]
  /** The tests of the last environment's rules; empty for the others, whose rules differ in nothing but the namespace. */
  readonly alertTests: readonly FilledAlertTest[]
  /** Those that go on for hours. */
  readonly hoursTests: readonly FilledAlertTest[]
}

/** The slots, with what is computed from all contributions together. */
export interface FilledSlots extends Slots {
  /** The images of all of compose, with the lines of .env.example as a job has them that knows a server by its name. */
  readonly jobServices: readonly (ComposeService & {
    readonly image: string
    readonly allVariables: readonly { readonly name: string; readonly value: string }[]
    readonly variableList: readonly { readonly name: string; readonly value: string }[]
    readonly commandText: string
    /** Where the pod's user is not the one that the image is made for. */
    readonly runsAs: { readonly user: number; readonly isRoot: boolean } | undefined
    readonly namedEnv: readonly { readonly name: string; readonly value: string }[]
  })[]
  /** The secrets of all of compose. */
  readonly composeSecrets: readonly string[]
  /** The sections of the runbook: alerts, each name once. */
  readonly runbook: readonly Alert[]
  /** Titles of rows and panels, in the order in which they are read. */
  readonly dashboard: readonly FilledPanel[]
}

export type SlotContributions = { readonly [K in keyof Slots]?: Slots[K] }

export interface Feature {
  readonly id: string
  /** One line for `list`. */
  readonly help: string
  readonly enabled: (model: Model) => boolean
  /** Ids of features that must be on too. */
  readonly requires?: readonly string[]
  /** Ids of features that must be off. */
  readonly conflicts?: readonly string[]
  /** Folder below `templates/`, mirrored into the output. */
  readonly templates?: string
  readonly slots?: (model: Model) => SlotContributions
  readonly goModules?: readonly GoModuleSet[]
}

/** Identity function that gives a feature its type. */
export function defineFeature(feature: Feature): Feature {
  return feature
}
