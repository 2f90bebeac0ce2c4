import type { Address } from '../model/types.js'
import { t } from '../words.js'
import type { NetworkRule } from './types.js'

/** The way to one dependency: to its address, into its namespace when the name tells it, else anywhere on its port. */
export function reach({ host, port }: Address): NetworkRule {
  const ports = [{ port, protocol: 'TCP' }] as const
  const cidr = single(host)
  if (cidr !== undefined) {
    return { why: hostPort({ host, port }), cidrs: [cidr], ports }
  }
  const namespace = /^[^.]+\.([^.]+)\.svc(\.cluster\.local)?$/.exec(host)?.[1]
  return namespace === undefined
    ? { why: t`${host}, which may be anywhere: a NetworkPolicy knows addresses and not names`, ports }
    : { why: host, namespace, ports }
}

/** As it stands in an address: the colons of IPv6 are kept apart from the port's. */
export function hostPort({ host, port }: Address): string {
  return `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`
}

/** The network of one address, or undefined for a name. */
function single(host: string): string | undefined {
  const bare = host.replace(/^\[|\]$/g, '')
  if (bare.includes(':')) {
    return `${bare}/128`
  }
  return /^\d+(\.\d+){3}$/.test(bare) ? `${bare}/32` : undefined
}
