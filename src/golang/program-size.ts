import { type GoModuleSet, goModuleSets } from './sets.js'
import { programMegabytes } from './sizes.js'

/** Megabytes of the compressed program of a new project with these sets, as measured; e.g. `6.4`. */
export function compressedMegabytes(sets: ReadonlySet<GoModuleSet>): string {
  const index = goModuleSets.reduce((sum, set, bit) => sum + (sets.has(set) ? 2 ** bit : 0), 0)
  return programMegabytes.split(' ')[index] as string
}
