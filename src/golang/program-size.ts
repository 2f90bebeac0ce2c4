import type { GoModuleSet } from './sets.js'
import { measuredSets, programMegabytes } from './sizes.js'

/**
 * Megabytes of the compressed program of a new project with these sets, as measured; e.g. `6.4`. Undefined with a set that
 * was not measured yet (`npm run image-sizes`): then nothing is said of the size.
 */
export function compressedMegabytes(sets: ReadonlySet<GoModuleSet>): string | undefined {
  const chosen = [...sets].filter((set) => set !== 'base')
  if (chosen.some((set) => !measuredSets.includes(set))) {
    return undefined
  }
  const index = chosen.reduce((sum, set) => sum + 2 ** measuredSets.indexOf(set), 0)
  return programMegabytes.split(' ')[index]
}
