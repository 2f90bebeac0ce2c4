import type { Address } from '../model/types.js'
import { t } from '../words.js'
import type { NetworkRule } from './types.js'

/** The way to one dependency: to its address, into its namespace when the name tells it, else anywhere on its port. */
export function reach({ host, port, address }: Address): NetworkRule {
  const ports = [{ port, protocol: 'TCP' }] as const
  const cidr = single(host)
  if (cidr !== undefined) {
    return { why: address, cidrs: [cidr], ports }
  }
  const namespace = namespaceOf(host)
  return namespace === undefined
    ? { why: t`${host}, which may be anywhere: a NetworkPolicy knows addresses and not names`, ports }
    : { why: host, namespace, ports }
}

/** The network of one address, or undefined for a name. */
function single(host: string): string | undefined {
  if (host.includes(':')) {
    return `${host}/128`
  }
  return /^\d+(\.\d+){3}$/.test(host) ? `${host}/32` : undefined
}

/**
 * The namespace of a name inside the cluster: of a Service (name.namespace.svc) or of one pod of a headless one
 * (pod.name.namespace.svc), with the cluster's domain behind it, whatever that is called, or without. Undefined for others.
 * https://kubernetes.io/docs/concepts/services-networking/dns-pod-service
 */
function namespaceOf(host: string): string | undefined {
  const labels = host.split('.')
  const svc = labels.indexOf('svc')
  return svc === 2 || svc === 3 ? labels[svc - 1] : undefined
}
