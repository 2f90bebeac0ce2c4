import type { Manifest, Overlay } from '../support/manifests.js'

/**
 * Facts that several files must agree on, read back from what was rendered and never from the model: a fact that the
 * model states and a template forgets is caught here.
 */
export interface Fact {
  /** The invariant of docs/invariants.md that it reads back; absent where it is a rule of the manifests alone. */
  readonly id?: string
  readonly rule: string
  /** What contradicts it, with the values. */
  readonly contradictions: (overlay: Overlay) => string[]
}

/** Where the program's own defaults are. */
const defaults = 'internal/config/defaults.go'

/** Where those of gRPC are. */
const grpcDefaults = 'internal/config/grpc.go'

export const podOf = (workload: Manifest): Manifest => workload.spec.template.spec
export const containerOf = (workload: Manifest): Manifest => podOf(workload).containers[0]
export const portOf = (workload: Manifest, name: string | number): number | undefined =>
  typeof name === 'number'
    ? name
    : containerOf(workload).ports.find((port: Manifest) => port.name === name)?.containerPort

/** Names of the ports that take traffic: all but the admin port. */
export const trafficNames = (workload: Manifest): string[] =>
  containerOf(workload)
    .ports.map(({ name }: Manifest) => name)
    .filter((name: string) => name !== 'admin')

/** The defaults of a program in its own sources, whichever protocols it serves. */
export const defaultsOf = (overlay: Overlay): string =>
  [defaults, ...(trafficNames(overlay.workloads[0]).includes('grpc') ? [grpcDefaults] : [])]
    .map((file) => overlay.read(file))
    .join('\n')

/** `a is 1, and b is 2` when they differ. */
export function same(a: string, x: unknown, b: string, y: unknown): string[] {
  return JSON.stringify(x) === JSON.stringify(y)
    ? []
    : [`${a} is ${JSON.stringify(x)}, and ${b} is ${JSON.stringify(y)}`]
}

/** The number that a comment tells, in whichever language it is; NaN where none does. A line may end anywhere in it. */
export function numberIn(source: string, ...patterns: readonly RegExp[]): number {
  const text = source.replace(/\n\s*(?:#|\/\/) /g, ' ')
  return Number(patterns.map((pattern) => pattern.exec(text)?.[1]).find((found) => found !== undefined))
}

export function selects(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = {},
): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value)
}

/** How Prometheus spells a label's name. */
export function promLabel(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, '_')
}

/** Mebibytes of a quantity, as these manifests write them. */
export function mebibytes(quantity: string): number {
  const [, amount = '', unit = ''] = /^(\d+)([KMGT]i?|k)B?$/.exec(quantity) ?? []
  const factors: Readonly<Record<string, number>> = {
    Ki: 2 ** 10,
    Mi: 2 ** 20,
    Gi: 2 ** 30,
    Ti: 2 ** 40,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    T: 1e12,
  }
  return (Number(amount) * (factors[unit] ?? Number.NaN)) / 2 ** 20
}

/** Values of constants and settings in the Go sources, by name. */
export function goNumber(source: string, name: string): number {
  return Number(new RegExp(`\\b${name}\\s*=\\s*(\\d+)`).exec(source)?.[1])
}

export function goSeconds(source: string, name: string): number {
  const [, amount, unit = ''] =
    new RegExp(`\\b${name}\\s*=\\s*(?:(\\d+) \\* )?(?:time\\.(\\w+)|0\\b)`).exec(source) ?? []
  const scale: Readonly<Record<string, number>> = { Millisecond: 0.001, Second: 1, Minute: 60, Hour: 3600, '': 0 }
  return Number(amount ?? 1) * (scale[unit] ?? Number.NaN)
}

export function goText(source: string, name: string): string | undefined {
  return new RegExp(`\\b${name}\\s*=\\s*"([^"]*)"`).exec(source)?.[1]
}

/** Whom a NetworkPolicy lets through to a host: its address, the namespace that its name tells, or anybody. */
export function peerOf(host: string): string {
  const bare = host.replace(/^\[|\]$/g, '')
  if (bare.includes(':')) {
    return `${bare}/128`
  }
  if (/^[\d.]+$/.test(bare)) {
    return `${bare}/32`
  }
  return /^[^.]+\.([^.]+)\.svc(\.cluster\.local)?$/.exec(bare)?.[1] ?? '*'
}
