// @ts-check
// Plants mistakes in src/ and templates/, one at a time in a copy of the repository, and asks the tests that need no tools
// whether they notice: all but the golden files, which whoever makes a mistake would write anew. Not part of CI.
//   npm run mutants -- --seed 1 --count 40      the same seed plants the same mistakes
//   npm run mutants -- --seed 1 --only 7        one of them, with what the tests say
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './templates.mjs'

/** @typedef {{ file: string, line: number, from: string, to: string, what: string }} Mutant */

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '40' },
    only: { type: 'string' },
  },
})

/** Mistakes as people make them: what a line is looked through for, and what becomes of it. */
const inTypeScript = /** @type {const} */ ([
  ['a comparison that takes its bound in', / ([<>]) (?=[\w.'(])/, ' $1= '],
  ['a comparison that leaves its bound out', / ([<>])= /, ' $1 '],
  ['the opposite', / === /, ' !== '],
  ['the opposite', / !== /, ' === '],
  ['any in place of all', / && /, ' || '],
  ['all in place of any', / \|\| /, ' && '],
  ['a truth turned round', /\btrue\b/, 'false'],
  ['a truth turned round', /\bfalse\b/, 'true'],
  ['one more', /(?<=[ (:[])(\d+)(?=[,;)\s\]])/, '$11'],
  ['a sum that is a difference', / \+ (?=\w)/, ' - '],
  ['the other end', /Math\.min\(/, 'Math.max('],
  ['the other end', /Math\.max\(/, 'Math.min('],
  ['none in place of some', /\.some\(/, '.every('],
  ['an entry that is missing', /^ {4,}\.\.\.\w[\w.]*\(.*\),$/, ''],
])
const inTemplates = /** @type {const} */ ([
  ['a condition turned round', /\{\{#if /, '{{#unless '],
  ['another number', /(?<=[: ])([1-9]\d*)(?=\s*$)/, '$11'],
  ['a truth turned round', /: true$/, ': false'],
  ['a truth turned round', /: false$/, ': true'],
  ['a line that is missing', /^ +- \S+.*$/, ''],
  ['another word', /^( +\w+: )(\w+)$/, '$1other'],
])

const all = [...sites('src', /\.ts$/, inTypeScript), ...sites('templates', /\.ya?ml\.hbs$/, inTemplates)]
const chosen = choose(all, Number(values.count), Number(values.seed))
const copy = mkdtempSync(path.join(tmpdir(), 'mutants-'))
process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
for (const name of readdirSync(root).filter((name) => !['.git', 'node_modules', 'dist'].includes(name))) {
  cpSync(path.join(root, name), path.join(copy, name), { recursive: true })
}
symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'))

if (verdict() !== 0) {
  throw new Error('the tests fail without a mistake: nothing can be learned from them')
}
/** @type {string[]} */
const survivors = []
for (const [at, mutant] of chosen.entries()) {
  if (values.only !== undefined && at + 1 !== Number(values.only)) {
    continue
  }
  const target = path.join(copy, mutant.file)
  const before = readFileSync(target, 'utf8')
  const lines = before.split('\n')
  lines[mutant.line - 1] = mutant.to
  writeFileSync(target, lines.join('\n'))
  const noticed = verdict() !== 0
  writeFileSync(target, before)
  const shown = `${at + 1} ${mutant.file}:${mutant.line} ${mutant.what}: ${mutant.from.trim()} → ${mutant.to.trim() || '(nothing)'}`
  console.log(`${noticed ? 'noticed ' : 'SURVIVED'} ${shown}`)
  if (!noticed) {
    survivors.push(shown)
  }
}
console.log(
  `${chosen.length - survivors.length} of ${chosen.length} noticed (seed ${values.seed}, ${all.length} places)`,
)

/** 0 when nothing complains: what compiles, lints its templates, and passes the tests that need no tools. */
function verdict() {
  const steps = [
    ['scripts/build.mjs', '--templates-only'],
    ['scripts/check-templates.mjs'],
    [
      '--experimental-vm-modules',
      '--no-warnings',
      'node_modules/jest/bin/jest.js',
      '--bail',
      'test/unit',
      'test/matrix/random',
    ],
  ]
  const env = { ...process.env, MATRIX_RUNS: '300' }
  for (const args of steps) {
    const { status } = spawnSync(process.execPath, args, {
      cwd: copy,
      env,
      stdio: values.only === undefined ? 'ignore' : 'inherit',
      timeout: 300_000,
    })
    if (status !== 0) {
      return 1
    }
  }
  return 0
}

/**
 * @param {string} folder @param {RegExp} pattern
 * @param {readonly (readonly [string, RegExp, string])[]} mistakes @returns {Mutant[]}
 */
function sites(folder, pattern, mistakes) {
  const files = readdirSync(path.join(root, folder), { recursive: true })
    .map((file) => path.join(folder, String(file)))
    .filter((file) => pattern.test(file))
    .sort()
  return files.flatMap((file) =>
    readFileSync(path.join(root, file), 'utf8')
      .split('\n')
      .flatMap((from, at) => {
        // Comments, imports and sentences are not what these mistakes are about.
        if (/^\s*(\/\/|\*|\/\*|#|import )|\bt[`(]|reason:|help:|hint:/.test(from)) {
          return []
        }
        return mistakes
          .filter(([, wanted]) => wanted.test(from))
          .map(([what, wanted, to]) => ({ file, line: at + 1, from, to: from.replace(wanted, to), what }))
      }),
  )
}

/** @param {readonly Mutant[]} list @param {number} count @param {number} seed @returns {Mutant[]} */
function choose(list, count, seed) {
  const left = [...list]
  let state = seed >>> 0
  return Array.from({ length: Math.min(count, left.length) }, () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0
    return /** @type {Mutant} */ (left.splice(Math.floor((state / 2 ** 32) * left.length), 1)[0])
  })
}
