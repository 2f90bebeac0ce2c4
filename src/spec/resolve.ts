import type { Finding } from '../errors.js'
import { conflicts } from './conflicts.js'
import { flagOf } from './flags.js'
import { type Preset, presets } from './presets.js'
import { sqlStoreNames } from './stores.js'
import { type Answers, isKey, type Key, keys, optionOf, type Spec } from './table.js'

export type LayerName = 'default' | 'preset' | 'repository' | 'extends' | 'service.yaml' | 'flag' | 'prompt'

/** Answers from one source, with the place of each for messages. Values are not validated yet. */
export interface Layer {
  readonly name: LayerName
  readonly values: ReadonlyMap<Key, unknown>
  /** e.g. `--http-port` or `service.yaml:4:9 http.port`. */
  readonly where: (key: Key) => string
}

export interface Resolved {
  readonly spec: Spec
  /** The layer each value came from; keys without a value are absent. */
  readonly origins: ReadonlyMap<Key, { readonly layer: LayerName; readonly where: string }>
  /** What was answered above the defaults, the preset and `extends` and differs from them: what service.yaml holds. */
  readonly answers: Answers
}

/**
 * Merges the layers, lowest first, over the built-in defaults and the preset that they choose.
 * Every value of every layer is validated, overridden or not. Returns the findings instead when
 * something is wrong; nothing is thrown.
 *
 * @param fallbackName name of the service when no layer gives one (the directory's name)
 */
export function resolve(
  layers: readonly Layer[],
  fallbackName: string | undefined,
): Resolved | { findings: Finding[] } {
  const findings = invalidValues(layers)
  if (findings.length > 0) {
    return { findings }
  }
  const merged = merge(layers, fallbackName)
  const { spec, origins } = merged
  if (spec.name === undefined) {
    return {
      findings: [
        {
          code: 'missing-name',
          message: 'the service has no name',
          hint: 'give a directory (create-go-k8s-service orders) or --name',
          where: '--name',
        },
      ],
    }
  }
  const derived = derivedFindings(spec, origins)
  if (derived.length > 0) {
    return { findings: derived }
  }
  const clashes = conflicts(spec, (key) => origins.get(key)?.where ?? `--${flagOf(key)}`)
  return clashes.length > 0 ? { findings: clashes } : merged
}

/** Defaults that follow from the name obey the same rules as answers. A bad name is reported alone. */
function derivedFindings(spec: Spec, origins: Resolved['origins']): Finding[] {
  const found = derivedKeys.flatMap((key) => {
    const value = spec[key]
    const isDerived = origins.get(key)?.layer === 'default'
    const place = key === 'name' ? 'name (taken from the directory)' : `${key} (derived from name ${spec.name})`
    const finding = isDerived && value !== undefined ? judge(key, value, place) : undefined
    const hint = key === 'name' ? 'give another directory, or --name' : `give --${flagOf(key)}, or another name`
    return finding === undefined ? [] : [{ ...finding, hint, options: [key] }]
  })
  const name = found.find(({ options }) => options.includes('name'))
  return name === undefined ? found : [name]
}

const derivedKeys: readonly Key[] = [
  'name',
  'module',
  'namespace',
  'image.repository',
  'istio.host',
  'gatewayApi.host',
  'delivery.argocd.repo',
  'delivery.argocd.project',
  ...sqlStoreNames.flatMap((store) => [`${store}.database`, `${store}.user`] as const),
  'kafka.user',
  'kafka.group',
  'nats.url',
  'nats.consumer',
  'secrets.path',
]

/** Those of the values that are valid answers. */
export function validValues(values: readonly (readonly [Key, string])[], where: string): Map<Key, unknown> {
  return new Map(values.filter(([key, value]) => judge(key, value, where) === undefined))
}

/** What is wrong with single values, wherever they stand. */
export function invalidValues(layers: readonly Layer[]): Finding[] {
  return layers.flatMap((layer) =>
    [...layer.values].flatMap(([key, value]) => judge(key, value, layer.where(key)) ?? []),
  )
}

/** Merges layers of valid values; what can't be had together is not looked for, and the name may be missing. */
export function merge(layers: readonly Layer[], fallbackName: string | undefined): Resolved {
  const origins = new Map<Key, { layer: LayerName; where: string }>()
  const given = new Map<Key, unknown>()
  for (const layer of layers) {
    for (const [key, value] of layer.values) {
      given.set(key, canonical(key, value))
      origins.set(key, { layer: layer.name, where: layer.where(key) })
    }
  }
  const base = below(given.get('preset') as Preset | undefined, origins)
  yieldToAnswers(base, given, origins)
  deriveDefaults(base, given, fallbackName, origins)
  // service.yaml names the file it extends, so what that file says is not repeated, and its opposite is kept.
  for (const { values } of layers.filter(({ name }) => name === 'extends')) {
    for (const [key, value] of values) {
      base.set(key, canonical(key, value))
    }
  }
  const answers: Record<string, unknown> = {}
  for (const key of keys) {
    const value = given.get(key)
    if (value !== undefined && !same(value, base.get(key))) {
      answers[key] = value
    }
  }
  const spec = Object.fromEntries(keys.map((key) => [key, given.get(key) ?? base.get(key)])) as unknown as Spec
  return { spec, origins, answers: answers as Answers }
}

/** The order in which a map was written says nothing, so it must not reach the bytes. */
function canonical(key: Key, value: unknown): unknown {
  if (optionOf(key).kind !== 'map') {
    return value
  }
  return Object.fromEntries(Object.entries(value as Record<string, string>).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function below(chosen: Preset | undefined, origins: Map<Key, { layer: LayerName; where: string }>): Map<Key, unknown> {
  const base = new Map<Key, unknown>()
  const preset = chosen ?? 'standard'
  for (const key of keys) {
    const presetValue = (presets[preset].answers as Record<string, unknown>)[key]
    const value = presetValue ?? optionOf(key).default
    if (value !== undefined) {
      base.set(key, value)
      if (!origins.has(key)) {
        const layer = presetValue === undefined ? 'default' : 'preset'
        origins.set(key, { layer, where: layer === 'preset' ? `preset ${preset}` : 'built-in default' })
      }
    }
  }
  return base
}

/**
 * A preset's release strategy is for replaceable pods of one version; whoever asks for others gets a rolling update. And
 * whoever asks for routes without a mesh doesn't get the preset's mesh.
 */
function yieldToAnswers(
  base: Map<Key, unknown>,
  given: ReadonlyMap<Key, unknown>,
  origins: Map<Key, { layer: LayerName; where: string }>,
): void {
  const reason = (['workload.kind', 'rollout.weights'] as const).find((key) =>
    key === 'workload.kind' ? given.get(key) === 'statefulset' : given.has(key),
  )
  if (reason !== undefined && origins.get('rollout.strategy')?.layer === 'preset') {
    base.set('rollout.strategy', 'rolling')
    origins.set('rollout.strategy', { layer: 'default', where: `because of ${reason}` })
  }
  if (given.get('gatewayApi.enabled') === true && origins.get('istio.enabled')?.layer === 'preset') {
    base.set('istio.enabled', false)
    origins.set('istio.enabled', { layer: 'default', where: 'because of gatewayApi.enabled' })
  }
}

/** Defaults that depend on the name; see `derived` in the option table. */
function deriveDefaults(
  base: Map<Key, unknown>,
  given: ReadonlyMap<Key, unknown>,
  fallbackName: string | undefined,
  origins: Map<Key, { layer: LayerName; where: string }>,
): void {
  const name = (given.get('name') as string | undefined) ?? fallbackName
  if (name === undefined) {
    return
  }
  const derived: Answers = {
    name,
    module: `example.com/${name}`,
    namespace: name,
    'image.repository': `registry.example.com/${name}`,
    'istio.host': `${name}.example.com`,
    'gatewayApi.host': `${name}.example.com`,
    'delivery.argocd.repo': `https://git.example.com/${name}.git`,
    'delivery.argocd.project': name,
    ...Object.fromEntries(
      sqlStoreNames.flatMap((store) => ['database', 'user'].map((what) => [`${store}.${what}`, sqlName(name)])),
    ),
    'kafka.user': name,
    'kafka.group': name,
    // Not from the name, but from whether it is encrypted.
    'nats.url': `${given.get('nats.tls') === 'disable' ? 'nats' : 'tls'}://nats.messaging.svc.cluster.local:4222`,
    'nats.consumer': name,
    'secrets.path': name,
  }
  for (const [key, value] of Object.entries(derived) as [Key, unknown][]) {
    base.set(key, value)
    if (!origins.has(key)) {
      origins.set(key, {
        layer: 'default',
        where: key === 'name' ? 'name of the directory' : `derived from name ${name}`,
      })
    }
  }
}

/** A service's name as an SQL name, which has no dashes and, in MySQL, 32 characters. */
function sqlName(name: string): string {
  return name.replaceAll('-', '_').slice(0, 32)
}

/** What is wrong with one value, or undefined. */
export function judge(key: Key, value: unknown, where: string): Finding | undefined {
  const option = optionOf(key)
  // zod's record skips a key of this name, so it is looked for here.
  const hidden = typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__')
  if (hidden || !option.schema.safeParse(value).success) {
    return { code: 'invalid-value', where, message: `${show(value)} is not ${option.expect}` }
  }
  if (option.later === true && value !== false) {
    return { code: 'not-in-this-version', where, message: `${key} is not in this version`, hint: 'leave it out' }
  }
  if (Array.isArray(option.later) && option.later.includes(value as string)) {
    const left = (option.choices ?? []).filter((choice) => !(option.later as string[]).includes(choice))
    return {
      code: 'not-in-this-version',
      where,
      message: `${key}: ${String(value)} is not in this version`,
      hint: `use ${left.join(' or ')}`,
    }
  }
  return undefined
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  const inert = text.replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return inert.length > 80 ? `${inert.slice(0, 77)}…` : inert
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** Reads an Answers object as a layer, for callers that have no text with places. */
export function layerOf(
  name: LayerName,
  answers: Readonly<Record<string, unknown>>,
  where: (key: Key) => string,
): Layer {
  const values = new Map<Key, unknown>()
  for (const [key, value] of Object.entries(answers)) {
    if (isKey(key) && value !== undefined) {
      values.set(key, value)
    }
  }
  return { name, values, where }
}
