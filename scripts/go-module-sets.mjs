// @ts-check
import { importSource } from './import-source.mjs'

const { goModuleOptions, goModuleSets: declared } = await importSource('src/golang/sets.ts')
const { flagOf } = await importSource('src/spec/flags.ts')

/** The optional sets of Go modules, in the order of src/golang/sets.ts. @type {readonly string[]} */
export const goModuleSets = declared

/** Flags that turn on the sets of a combination and turn off all others. @param {ReadonlySet<string>} chosen */
export function flagsOf(chosen) {
  return goModuleSets.map((set) => `--${chosen.has(set) ? '' : 'no-'}${flagOf(goModuleOptions[set])}`)
}
