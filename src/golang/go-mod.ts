import type { GoModuleSet } from './sets.js'
import { table } from './table.js'
import type { Terms } from './types.js'

/** go.mod of a project with these module sets. */
export function goMod(module: string, goVersion: string, sets: ReadonlySet<GoModuleSet>): string {
  const direct = table.require.filter((entry) => holds(entry.direct, sets))
  const indirect = table.require.filter((entry) => holds(entry.present, sets) && !holds(entry.direct, sets))
  const blocks = [direct.map(requirement), indirect.map((entry) => `${requirement(entry)} // indirect`)]
  const parts = [`module ${module}`, `go ${goVersion}`, ...blocks.filter((block) => block.length > 0).map(requireBlock)]
  return `${parts.join('\n\n')}\n`
}

/** True for a module that the generated project depends on: it can't have that path itself. */
export function isDependency(module: string): boolean {
  return table.require.some((entry) => entry.module === module)
}

/** go.sum of the same. */
export function goSum(sets: ReadonlySet<GoModuleSet>): string {
  return table.sum
    .filter((entry) => holds(entry.terms, sets))
    .map((entry) => `${entry.line}\n`)
    .join('')
}

function holds(terms: Terms, sets: ReadonlySet<GoModuleSet>): boolean {
  return terms.some((term) =>
    term.every((set) => (set.startsWith('!') ? !sets.has(set.slice(1) as GoModuleSet) : sets.has(set as GoModuleSet))),
  )
}

function requirement({ module, version }: { module: string; version: string }): string {
  return `${module} ${version}`
}

function requireBlock(lines: readonly string[]): string {
  return lines.length === 1 ? `require ${lines[0]}` : `require (\n${lines.map((line) => `\t${line}`).join('\n')}\n)`
}
