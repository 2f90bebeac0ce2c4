// @ts-check
// Composes docs/proof.md from what a run of all tests has left in a folder.
//   npm run proof                  runs every tier, then writes docs/proof.md
//   node scripts/proof.mjs DIR     writes it from an earlier run with PROOF_DIR=DIR
//   node scripts/proof.mjs DIR --judge FILE   writes it to FILE, and fails on findings and on judges that judged nothing
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { compose, problemsOf } from './proof-document.mjs'
import { root } from './templates.mjs'

const [given, mode, file] = process.argv.slice(2)
const run = readRun(given ?? runAll())

fs.writeFileSync(mode === '--judge' && file !== undefined ? file : path.join(root, 'docs/proof.md'), compose(run))
if (mode === '--judge') {
  for (const problem of problemsOf(run)) {
    console.error(problem)
    process.exitCode = 1
  }
}

/** Runs every tier; what they record is kept for as long as this program runs. */
function runAll() {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'proof-'))
  process.once('exit', () => fs.rmSync(made, { recursive: true, force: true }))
  const env = { ...process.env, PROOF_DIR: made, REQUIRE_ALL_TIERS: '1' }
  const { status } = spawnSync('npm', ['test'], { cwd: root, env, stdio: 'inherit' })
  if (status !== 0) {
    console.error('Not every test passed: docs/proof.md will say so.')
    process.exitCode = 1
  }
  return made
}

/** @param {string} from @returns {import('./proof-document.mjs').Run} */
function readRun(from) {
  const verdicts = fs
    .readdirSync(from)
    .filter((file) => file.startsWith('verdicts-'))
    .flatMap((file) => fs.readFileSync(path.join(from, file), 'utf8').trimEnd().split('\n'))
  return {
    verdicts: verdicts.map((line) => JSON.parse(line)),
    files: JSON.parse(fs.readFileSync(path.join(from, 'tests.json'), 'utf8')),
  }
}
