// @ts-check
// Compares `create` of the standard preset with what it can't be faster than: Node's own start, and writing the same
// files. Ratios within one run; the machine's noise cancels out. Exit 1 when the ratio is above the limit.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root } from '../scripts/templates.mjs'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 25)
/** The most that `create` may cost, as a multiple of `node -e 0` plus `cp -r` of its result. */
const limit = 2.0

const work = mkdtempSync(path.join(tmpdir(), 'bench-'))
const bin = path.join(root, 'dist/bin.js')
const sample = path.join(work, 'sample', 'orders')
execFileSync(process.execPath, [bin, sample, '--yes', '--quiet'])

/** @type {Record<'node' | 'copy' | 'create', number[]>} */
const times = { node: [], copy: [], create: [] }
for (let round = 0; round < rounds; round++) {
  // Interleaved, so that a slow spell of the machine hits all three.
  times.node.push(time(process.execPath, ['-e', '0']))
  times.copy.push(time('cp', ['-r', sample, path.join(work, `copy-${round}`)]))
  times.create.push(time(process.execPath, [bin, path.join(work, `create-${round}`, 'orders'), '--yes', '--quiet']))
}
rmSync(work, { recursive: true, force: true })

const [node, copy, create] = [median(times.node), median(times.copy), median(times.create)]
const ratio = create / (node + copy)
console.log(`node -e 0      ${node.toFixed(1)} ms`)
console.log(`cp -r result   ${copy.toFixed(1)} ms`)
console.log(`create         ${create.toFixed(1)} ms`)
console.log(`ratio          ${ratio.toFixed(2)} (limit ${limit.toFixed(1)}, ${rounds} rounds, medians)`)
process.exitCode = ratio > limit ? 1 : 0

/** Milliseconds. @param {string} command @param {string[]} args */
function time(command, args) {
  const started = process.hrtime.bigint()
  const { status } = spawnSync(command, args, { stdio: 'ignore' })
  if (status !== 0) {
    throw new Error(`${command} exited with ${status}`)
  }
  return Number(process.hrtime.bigint() - started) / 1e6
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
