// @ts-check
// Faults that users met, each as one change that brings it back, and the tests that have to notice.
import { alerts } from './known-faults/alerts.mjs'
import { example } from './known-faults/example.mjs'
import { machines } from './known-faults/machines.mjs'
import { manifests } from './known-faults/manifests.mjs'
import { messages } from './known-faults/messages.mjs'
import { own } from './known-faults/own.mjs'
import { pipelines } from './known-faults/pipelines.mjs'
import { program } from './known-faults/program.mjs'
import { stores } from './known-faults/stores.mjs'
import { traffic } from './known-faults/traffic.mjs'

/**
 * @typedef {object} KnownFault
 * @property {string} id its number; several faults may have one
 * @property {string} what the fault as users met it, in a sentence
 * @property {string} file of src/ or templates/
 * @property {string} from a text that the file has once
 * @property {string} to what stands there instead
 * @property {readonly string[]} test files of the tests that notice
 * @property {string} pattern which of their tests, for Jest's `-t`
 */

/** @type {readonly KnownFault[]} */
export const knownFaults = [
  ...messages,
  ...example,
  ...stores,
  ...program,
  ...alerts,
  ...pipelines,
  ...traffic,
  ...manifests,
  ...machines,
  ...own,
]

/**
 * The text of a file with the fault in it.
 *
 * @param {KnownFault} fault @param {string} text
 */
export function plantedText({ id, file, from, to }, text) {
  const [before, after, ...more] = text.split(from)
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`${id}: ${file} has ${after === undefined ? 'no' : 'more than one'} ${JSON.stringify(from)}`)
  }
  return `${before}${to}${after}`
}
