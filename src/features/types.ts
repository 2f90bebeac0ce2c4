import type { FeatureFlags, Model } from '../model/types.js'

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
  /** What observes gRPC calls: further arguments of `grpcserver.New`. */
  readonly grpcOptions: readonly { readonly expression: string }[]
  /** Entries of the start list that take traffic; they stop right after readiness. */
  readonly trafficServers: readonly TrafficServer[]
  /** Sections of `internal/config`: settings that a feature declares in a file of its own. */
  readonly configSections: readonly ConfigSection[]
  /** Routes of the admin port. */
  readonly adminRoutes: readonly AdminRoute[]
  /** Environment of the main container. */
  readonly containerEnv: readonly EnvVar[]
  /** NetworkPolicy egress beyond DNS. */
  readonly egress: readonly NetworkRule[]
  /** NetworkPolicy ingress beyond the service's own traffic. */
  readonly ingress: readonly NetworkRule[]
  /** Namespaced kinds that the feature emits, for the AppProject's whitelist; group '' is core. */
  readonly kinds: readonly { readonly group: string; readonly kind: string }[]
  /** Lines of the README's list of what is in the project. */
  readonly readmeFeatures: readonly ReadmeFeature[]
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

export interface ConfigSection {
  /** Field of config.Config and name of its type; at most 8 letters, as the struct is aligned. */
  readonly field: string
  /** The field's line in the struct. */
  readonly declaration: string
  /** Go call that returns the section's rows of the table of settings. */
  readonly fields: string
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
  readonly ports: readonly { readonly port: number; readonly protocol: 'TCP' | 'UDP' }[]
}

/** Our own Markdown: names and numbers of the model, never a user's words. */
export interface ReadmeFeature {
  readonly title: string
  readonly text: string
}

/** @public What a template sees: the Model's fields, the slots, and `env` in a file that exists per environment. */
export type TemplateContext = Omit<Model, 'answers'> & { readonly slots: Slots }

export type SlotContributions = { readonly [K in keyof Slots]?: Slots[K] }

/** A module that the Go module table knows; see `golang/modules.json`. */
export type GoModuleSet = 'base' | 'metrics' | 'tracing' | 'grpc'

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
  /** The flag templates test with `{{#if features.<flag>}}`, where shared files need one. */
  readonly flag?: keyof FeatureFlags
}

/** Identity function that gives a feature its type. */
export function defineFeature(feature: Feature): Feature {
  return feature
}
