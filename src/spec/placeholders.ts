import { flagOf } from './flags.js'
import { type Key, keys, optionOf, type Spec } from './table.js'

/** A value that stands for one of the user's own, and has to be set before anything is deployed. */
export interface Placeholder {
  readonly key: Key
  readonly flag: string
  readonly value: string
  /** What it is, in the words of the option. */
  readonly help: string
}

/** RFC 2606 keeps these names for examples, so nobody's is one of them. */
const example = /(^|[/@.:])example\.(com|net|org)\b/

/** Every answer that names an example, or a guess, in the place of something real, if it has an effect. */
export function placeholders(spec: Spec): Placeholder[] {
  return keys.flatMap((key) => {
    const { assumed, derived, help } = optionOf(key)
    const value = textOf(spec[key]) ?? (assumed === undefined ? undefined : derived)
    const stands = value !== undefined && (example.test(value) || (assumed !== undefined && value.includes(assumed)))
    return stands && isUsed(key, spec) ? [{ key, flag: `--${flagOf(key)}`, value, help }] : []
  })
}

/** What says that an option has an effect, where its `when` does not. */
const uses: Readonly<Partial<Record<Key, (spec: Spec) => boolean>>> = {
  // Without a mesh and without routes it still is where a pipeline's smoke test asks.
  'istio.host': (spec) => !spec['gatewayApi.enabled'] && (spec['istio.enabled'] || asksFromOutside(spec)),
  'gatewayApi.host': (spec) => spec['gatewayApi.enabled'],
  'secrets.store': (spec) => spec['secrets.provider'] === 'external-secrets',
  'alerts.wecom.agentId': (spec) => spec['alerts.enabled'] && spec['alerts.receiver'] === 'wecom',
  'config.consul.address': (spec) => spec['config.source'] === 'consul',
  'config.nacos.address': (spec) => spec['config.source'] === 'nacos',
}

/** Options that are there for another option only. */
function isUsed(key: Key, spec: Spec): boolean {
  const { when } = optionOf(key)
  return uses[key]?.(spec) ?? (when === undefined || spec[when as Key] === true)
}

function asksFromOutside(spec: Spec): boolean {
  return spec['delivery.ci'] !== 'none' && spec['delivery.argocd.enabled']
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : Array.isArray(value) ? value.map((one) => `${one}`).join(',') : undefined
}
