import type { Model } from '../model/types.js'

/** An enablement rule: some environment includes deploy/components/<name>. */
export function component(name: string): (model: Model) => boolean {
  return ({ environments }) => environments.some(({ components }) => components.includes(name))
}
