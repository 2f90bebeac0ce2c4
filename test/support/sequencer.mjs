// @ts-check
// The order of the test files: never more of those that compute than there are processors for, beside those that wait
// for servers and controllers, and the longest of each first.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { cacheFolder } from '../e2e/tools/table.mjs'

const require = createRequire(import.meta.url)
const { default: Sequencer } = require('@jest/test-sequencer')

/** @typedef {Parameters<InstanceType<typeof Sequencer>['sort']>[0][number]} Test */

/** Files whose tests wait more than they compute. */
const waiting = /\/e2e\/(cluster\/|dependencies\/|alerts-live|fire|containers|entrypoint|drill)/

/** How many of those that compute run at a time. */
const computing = Math.max(1, os.availableParallelism())
/** As jest.config.mjs has it. */
const workers = computing + 1

export default class extends Sequencer {
  /** @override @param {Test[]} tests */
  sort(tests) {
    const seconds = durations()
    const lengthOf = (/** @type {Test} */ { path: file }) => seconds.get(path.relative(process.cwd(), file)) ?? 30
    const longest = [...tests].sort((a, b) => lengthOf(b) - lengthOf(a) || (a.path < b.path ? -1 : 1))
    const rest = {
      waits: longest.filter((test) => waiting.test(test.path)),
      computes: longest.filter((test) => !waiting.test(test.path)),
    }
    /** @type {{ until: number, computes: boolean }[]} */
    let running = []
    const order = []
    for (let now = 0; order.length < tests.length; ) {
      if (running.length === workers) {
        now = Math.min(...running.map(({ until }) => until))
        running = running.filter(({ until }) => until > now)
      }
      const mayCompute = running.filter(({ computes }) => computes).length < computing
      const computes = rest.computes.length > 0 && (mayCompute || rest.waits.length === 0)
      const test = /** @type {Test} */ ((computes ? rest.computes : rest.waits).shift())
      order.push(test)
      running.push({ until: now + lengthOf(test), computes })
    }
    return order
  }
}

/** Seconds that each file took when the page of the last release was written, or in the last run of .ci/run here. */
function durations() {
  const pages = ['docs/proof.md', path.join(cacheFolder, 'proof.md')].filter((page) => fs.existsSync(page))
  return new Map(
    pages.flatMap((page) =>
      [...fs.readFileSync(page, 'utf8').matchAll(/^\| `(test\/[^`]+)` \| (\d+) \|$/gm)].map(
        ([, file = '', number]) => /** @type {[string, number]} */ ([file, Number(number)]),
      ),
    ),
  )
}
