import { bytesOf } from './quantity.js'
import type { Model } from './types.js'

/** A rule over numbers that land in different files. */
export interface Invariant {
  /** Number in the README's list of invariants; a letter marks a companion of it. */
  readonly id: string
  readonly rule: string
  /** Options to change when it is violated. */
  readonly options: readonly string[]
  /** Each violation, both values named. */
  readonly violations: (model: Model) => string[]
}

/** `a ≤ b` of two labelled numbers, or the sentence that says by how much it fails. */
export function atMost(a: readonly [string, number], b: readonly [string, number], unit: string): string[] {
  return a[1] <= b[1] ? [] : [`${a[0]} is ${a[1]}${unit}, more than ${b[0]}, ${b[1]}${unit}`]
}

export function below(a: readonly [string, number], b: readonly [string, number], unit: string): string[] {
  return a[1] < b[1] ? [] : [`${a[0]} is ${a[1]}${unit}, not below ${b[0]}, ${b[1]}${unit}`]
}

/** Equal but for what binary fractions add. */
export function equal(a: readonly [string, number], b: readonly [string, number]): string[] {
  return Math.abs(a[1] - b[1]) <= 1e-5 * Math.abs(b[1]) ? [] : [`${a[0]} is ${a[1]}, and ${b[0]} is ${b[1]}`]
}

/** Of a quantity such as `64Mi`. */
export const mebibytes = (quantity: string) => bytesOf(quantity) / 2 ** 20
