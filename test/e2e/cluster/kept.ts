import type { Manifest } from '../../support/manifests.js'

/**
 * Fields that an API server keeps otherwise than they were stated, as `path: stated → kept`: whoever compares the two,
 * as Argo CD does, would show a difference for ever. Fields that were not stated are the server's own.
 */
export function rewritten(stated: Manifest, kept: Manifest, path = ''): string[] {
  if (Array.isArray(stated)) {
    return Array.isArray(kept) && kept.length === stated.length
      ? stated.flatMap((item, at) => rewritten(item, kept[at], `${path}[${at}]`))
      : [`${path}: ${JSON.stringify(stated)} → ${JSON.stringify(kept)}`]
  }
  if (typeof stated === 'object' && stated !== null) {
    return typeof kept === 'object' && kept !== null
      ? Object.entries(stated).flatMap(([name, value]) => rewritten(value, kept[name], `${path}.${name}`))
      : [`${path}: ${JSON.stringify(stated)} → ${JSON.stringify(kept)}`]
  }
  return stated === kept ? [] : [`${path}: ${JSON.stringify(stated)} → ${JSON.stringify(kept)}`]
}
