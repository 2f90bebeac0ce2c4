import { randomUUID } from 'node:crypto'
import type { Shot } from './load.js'

/** The example's list, which every request may ask for: it reads what the service keeps. */
export const greetings = '/v1/greetings'

/** A request that creates a greeting. With the key of an earlier one it is a repetition of that; a short one is filled up. */
export function creation(name: string, key: string = randomUUID()): Shot {
  return {
    method: 'POST',
    path: greetings,
    headers: { 'content-type': 'application/json', 'idempotency-key': key.padEnd(16, '.') },
    body: JSON.stringify({ name }),
  }
}
