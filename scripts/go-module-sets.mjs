// @ts-check
import { importSource } from './import-source.mjs'

/** The optional sets of Go modules, in the order of src/golang/sets.ts. @type {readonly string[]} */
export const goModuleSets = (await importSource('src/golang/sets.ts')).goModuleSets

/** Flags that turn on the sets of a combination and turn off all others. @param {ReadonlySet<string>} chosen */
export function flagsOf(chosen) {
  return goModuleSets.map((set) => (chosen.has(set) ? `--${set}` : `--no-${set}`))
}
