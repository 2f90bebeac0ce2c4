import type { Duration } from './types.js'

const byteUnits: Readonly<Record<string, number>> = {
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}

/** Bytes of a quantity such as `512Mi`; the text has passed the spec's rule. */
export function bytesOf(quantity: string): number {
  const [, digits = '0', unit = ''] = /^(\d+)([A-Za-z]*)$/.exec(quantity) ?? []
  return Number(digits) * (byteUnits[unit] ?? 1)
}

/** Thousandths of a core of a quantity such as `500m` or `2.5`. */
export function millicoresOf(quantity: string): number {
  return quantity.endsWith('m') ? Number(quantity.slice(0, -1)) : Math.round(Number(quantity) * 1000)
}

/** Milliseconds of a Go duration such as `1m30s`; the text has passed the spec's rule. */
export function millisecondsOf(text: string): number {
  const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)) {
    total += Number(amount) * (units[unit ?? ''] ?? 0)
  }
  return Math.round(total)
}

/** A duration of whole milliseconds in the notations that templates print. */
export function duration(ms: number): Duration {
  const whole = ms % 1000 === 0
  return {
    ms,
    go: whole ? `${ms / 1000} * time.Second` : `${ms} * time.Millisecond`,
    text: ms < 1000 ? `${ms}ms` : `${ms / 1000}s`,
    proto: `${ms / 1000}s`,
    gateway: `${ms >= 1000 ? `${Math.floor(ms / 1000)}s` : ''}${whole ? '' : `${ms % 1000}ms`}`,
  }
}

export function seconds(count: number): Duration {
  return duration(count * 1000)
}

/** Seconds as a decimal without trailing zeros, as Prometheus prints a bucket: `0.8`. */
export function decimalSeconds(ms: number): string {
  return String(ms / 1000)
}
