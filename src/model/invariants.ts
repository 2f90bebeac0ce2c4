import type { Finding } from '../errors.js'
import type { Invariant } from './invariant.js'
import { sizesInvariants } from './invariants-sizes.js'
import { timesInvariants } from './invariants-times.js'
import { trafficInvariants } from './invariants-traffic.js'
import type { Model } from './types.js'

/** Violations of every invariant; empty when the model is sound. */
export function checkInvariants(model: Model): Finding[] {
  return invariants.flatMap((invariant) =>
    invariant.violations(model).map((message) => ({
      code: `invariant-${invariant.id}`,
      message: `${message} (rule ${invariant.id}: ${invariant.rule})`,
      hint:
        invariant.options.length > 0
          ? `change ${invariant.options.join(' or ')}`
          : 'report this: no option should lead here',
      options: invariant.options,
    })),
  )
}

/** Every one of them, in the order of their numbers but for those that a group has together. */
export const invariants: readonly Invariant[] = [...timesInvariants, ...sizesInvariants, ...trafficInvariants]
