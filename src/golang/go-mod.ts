import type { GoModuleSet } from '../features/types.js'
import { table } from './table.js'

/**
 * go.mod and go.sum, exact without Go and without a network.
 *
 * The table was measured by tidying every combination of module sets, each from the full combination's
 * files, so that every module has one version everywhere (scripts/go-modules.mjs). A line is present
 * when one of its terms is: a term is a list of sets that must all be on.
 */
export interface GoModuleTable {
  readonly require: readonly {
    readonly module: string
    readonly version: string
    readonly direct: Terms
    readonly indirect: Terms
  }[]
  readonly sum: readonly { readonly line: string; readonly terms: Terms }[]
}

export type Terms = readonly (readonly GoModuleSet[])[]

export function goMod(module: string, goVersion: string, sets: ReadonlySet<GoModuleSet>): string {
  const direct = table.require.filter((entry) => holds(entry.direct, sets))
  const indirect = table.require.filter((entry) => holds(entry.indirect, sets))
  const blocks = [direct.map(requirement), indirect.map((entry) => `${requirement(entry)} // indirect`)]
  const parts = [`module ${module}`, `go ${goVersion}`, ...blocks.filter((block) => block.length > 0).map(requireBlock)]
  return `${parts.join('\n\n')}\n`
}

export function goSum(sets: ReadonlySet<GoModuleSet>): string {
  return table.sum
    .filter((entry) => holds(entry.terms, sets))
    .map((entry) => `${entry.line}\n`)
    .join('')
}

function holds(terms: Terms, sets: ReadonlySet<GoModuleSet>): boolean {
  return terms.some((term) => term.every((set) => sets.has(set)))
}

function requirement({ module, version }: { module: string; version: string }): string {
  return `${module} ${version}`
}

function requireBlock(lines: readonly string[]): string {
  return lines.length === 1 ? `require ${lines[0]}` : `require (\n${lines.map((line) => `\t${line}`).join('\n')}\n)`
}
