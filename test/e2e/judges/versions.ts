import { tools, toolVersion } from '../tools/table.mjs'

/** A linter's version for docs/proof.md; the checks of those that can't be installed are policies of our own. */
export function versionOf(tool: string): string {
  return tools.some(({ name }) => name === tool) ? toolVersion(tool) : 'its checks, restated'
}
