import type { FeatureFlags, Model } from '../model/types.js'

/**
 * Contributions that features make to files which are not theirs. Each slot is an ordered list:
 * by `order` where an entry has one, then by the feature's place in `features/index.ts`.
 */
export interface Slots {
  /** Import paths of `internal/app/components.go`, besides its own. */
  readonly appImports: readonly GoImport[]
  /** Entries of the ordered start list in `internal/app`; stop runs in reverse. */
  readonly appComponents: readonly AppComponent[]
  /** Import paths of `internal/admin/routes.go`, besides its own. */
  readonly adminImports: readonly GoImport[]
  /** Routes of the admin port. */
  readonly adminRoutes: readonly AdminRoute[]
  /** Fields of the Go config table. */
  readonly configFields: readonly ConfigField[]
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

export interface AppComponent {
  /** Start order, ascending. */
  readonly order: number
  /** Go expression of type `component`, ending without a comma. */
  readonly go: string
}

export interface AdminRoute {
  /** ServeMux pattern, e.g. `GET /debug/pprof/`. */
  readonly pattern: string
  /** Go expression of type http.Handler. */
  readonly handler: string
}

export interface ConfigField {
  /** Dotted key in config.yaml, e.g. `log.level`. */
  readonly key: string
  readonly env: string
  /** Go field name inside its group. */
  readonly field: string
  readonly type: 'int' | 'duration' | 'string' | 'bool' | 'float'
  /** Go expression. */
  readonly default: string
  readonly reloadable: boolean
  readonly doc: string
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

export interface ReadmeFeature {
  readonly title: string
  readonly text: string
}

/** What a template sees: the Model's fields, the slots, and `env` in a file that exists per environment. */
export type TemplateContext = Model & { readonly slots: Slots }

export type SlotContributions = { readonly [K in keyof Slots]?: Slots[K] }

/** A module that the Go module table knows; see `golang/modules.json`. */
export type GoModuleSet = 'base' | 'metrics' | 'tracing'

export interface Feature {
  readonly id: string
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
