import { BlockList } from 'node:net'
import type { Manifest } from '../../support/manifests.js'

/** One end of a connection: a pod with the labels of its namespace, or an address that is no pod of this cluster. */
export interface End {
  readonly pod?: Manifest
  readonly namespaceLabels?: Readonly<Record<string, string>>
  readonly address: string
}

/** Whether labels are meant by a LabelSelector; an empty one means all. */
export function selects(selector: Manifest, labels: Readonly<Record<string, string>> = {}): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }: Manifest) => {
      const has = key in labels
      const among = has && values.includes(labels[key])
      return { In: among, NotIn: !among, Exists: has, DoesNotExist: !has }[operator as string] === true
    })
  )
}

/**
 * Whether the NetworkPolicies of a cluster let a connection through, out of one end and into the other: who is selected by
 * no policy of a direction is free in it, and who is selected by some needs a rule in one of them.
 */
export function passes(policies: readonly Manifest[], from: End, to: End, port: number): boolean {
  return (
    leaves(policies, 'Ingress', to, from, port) && // into the server
    leaves(policies, 'Egress', from, to, port) // out of the client
  )
}

function leaves(policies: readonly Manifest[], type: string, own: End, other: End, port: number): boolean {
  const meant = policies.filter(
    ({ metadata, spec }) =>
      own.pod !== undefined &&
      metadata.namespace === own.pod.metadata.namespace &&
      spec.policyTypes.includes(type) &&
      selects(spec.podSelector, own.pod.metadata.labels),
  )
  const [field, peers] = type === 'Ingress' ? ['ingress', 'from'] : ['egress', 'to']
  return (
    meant.length === 0 ||
    meant.some(({ metadata, spec }) =>
      (spec[field] ?? []).some(
        (rule: Manifest) =>
          (rule.ports === undefined ||
            rule.ports.some((one: Manifest) => one.protocol === 'TCP' && one.port === port)) &&
          (rule[peers] === undefined || rule[peers].some((peer: Manifest) => isMeant(peer, other, metadata.namespace))),
      ),
    )
  )
}

function isMeant({ ipBlock, podSelector, namespaceSelector }: Manifest, end: End, namespace: string): boolean {
  if (ipBlock !== undefined) {
    return (
      contains(ipBlock.cidr, end.address) && !(ipBlock.except ?? []).some((one: string) => contains(one, end.address))
    )
  }
  if (end.pod === undefined) {
    return false
  }
  const place =
    namespaceSelector === undefined
      ? end.pod.metadata.namespace === namespace
      : selects(namespaceSelector, end.namespaceLabels)
  return place && (podSelector === undefined || selects(podSelector, end.pod.metadata.labels))
}

function contains(network: string, address: string): boolean {
  const [base = '', bits] = network.split('/')
  const family = (text: string) => (text.includes(':') ? 'ipv6' : 'ipv4')
  const list = new BlockList()
  list.addSubnet(base, Number(bits), family(base))
  return list.check(address, family(address))
}
