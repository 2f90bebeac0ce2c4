// @ts-check
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './templates.mjs'

const source = readFileSync(path.join(root, 'src/golang/sets.ts'), 'utf8')

/** The optional sets of Go modules, in the order of src/golang/sets.ts. */
export const goModuleSets = [...(/goModuleSets = \[(.*)\]/.exec(source)?.[1] ?? '').matchAll(/'(\w+)'/g)].map(
  ([, name = '']) => name,
)

/** Flags that turn on the sets of a combination and turn off all others. @param {ReadonlySet<string>} chosen */
export function flagsOf(chosen) {
  return goModuleSets.map((set) => (chosen.has(set) ? `--${set}` : `--no-${set}`))
}
