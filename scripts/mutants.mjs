// @ts-check
// Plants mistakes in src/ and templates/, one at a time in a copy of the repository, and asks the tests that need no tools
// whether they notice: all but the golden files, which whoever makes a mistake would write anew. Not part of CI.
//   npm run mutants -- --seed 1 --count 40      the same seed plants the same mistakes
//   npm run mutants -- --seed 1 --only 7        one of them, with what the tests say
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { jest, nodeIn, planted, plantedCopy } from './planted-copy.mjs'
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
const copy = plantedCopy('mutants')

if (isRed()) {
  throw new Error('the tests fail without a mistake: nothing can be learned from them')
}
/** @type {string[]} */
const survivors = []
for (const [at, mutant] of chosen.entries()) {
  if (values.only !== undefined && at + 1 !== Number(values.only)) {
    continue
  }
  const noticed = planted(
    copy,
    mutant.file,
    (text) =>
      text
        .split('\n')
        .with(mutant.line - 1, mutant.to)
        .join('\n'),
    isRed,
  )
  const shown = `${at + 1} ${mutant.file}:${mutant.line} ${mutant.what}: ${mutant.from.trim()} → ${mutant.to.trim() || '(nothing)'}`
  console.log(`${noticed ? 'noticed ' : 'SURVIVED'} ${shown}`)
  if (!noticed) {
    survivors.push(shown)
  }
}
console.log(
  `${chosen.length - survivors.length} of ${chosen.length} noticed (seed ${values.seed}, ${all.length} places)`,
)

/** Whether something complains: what compiles, lints its templates, and passes the tests that need no tools does not. */
function isRed() {
  const steps = [
    ['scripts/build.mjs', '--templates-only'],
    ['scripts/check-templates.mjs'],
    [...jest, '--bail', 'test/unit', 'test/matrix/random'],
  ]
  const setting = { env: { MATRIX_RUNS: '300' }, isShown: values.only !== undefined, timeout: 300_000 }
  return steps.some((args) => !nodeIn(copy, args, setting).passed)
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
