import type { Address } from '../model/types.js'
import { t } from '../words.js'
import type { NetworkRule } from './types.js'

/** The way to one dependency: into its namespace when the name tells it, else anywhere on its port. */
export function reach({ host, port }: Address): NetworkRule {
  const namespace = /^[^.]+\.([^.]+)\.svc(\.cluster\.local)?$/.exec(host)?.[1]
  const ports = [{ port, protocol: 'TCP' }] as const
  return namespace === undefined
    ? { why: t`${host}, which may be anywhere: a NetworkPolicy knows addresses and not names`, ports }
    : { why: host, namespace, ports }
}
