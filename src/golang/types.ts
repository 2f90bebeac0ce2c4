import type { GoModuleSet } from './sets.js'

/**
 * go.mod and go.sum, exact without Go and without a network.
 *
 * The table was measured by tidying every combination of module sets, each from the full combination's
 * files, so that every module has one version everywhere (scripts/go-modules.mjs). A line is present
 * when one of its terms is: a term is a list of sets that must all be on, or off where there is a `!`.
 */
export interface GoModuleTable {
  readonly require: readonly {
    readonly module: string
    readonly version: string
    readonly direct: Terms
    /** Direct or not. */
    readonly present: Terms
  }[]
  readonly sum: readonly { readonly line: string; readonly terms: Terms }[]
}

export type Terms = readonly (readonly (GoModuleSet | `!${GoModuleSet}`)[])[]
