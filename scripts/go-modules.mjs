// @ts-check
// Measures the table behind go.mod and go.sum (src/golang/table.ts): tidies the full combination of module sets, then
// others from the full combination's files, so that each module has one version everywhere, and finds the rule of each
// line (scripts/go-module-patterns.mjs). Needs Go and a module proxy.
//   --upgrade   takes the newest versions that the go directive allows
//   --smaller   writes a table with fewer modules than the one there; else that is an error
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { firstCombinations, furtherCombinations, holds, ruleOf } from './go-module-patterns.mjs'
import { flagsOf, goModuleSets } from './go-module-sets.mjs'
import { importSource } from './import-source.mjs'
import { root } from './templates.mjs'

/**
 * @typedef {{ sets: ReadonlySet<string>, mod: Map<string, { version: string, indirect: boolean }>, sum: string[] }} Measured
 * @typedef {{ module: string, version: string | undefined, direct: string[][], present: string[][] }} Requirement
 * @typedef {{ require: Requirement[], sum: { line: string, terms: string[][] }[] }} Table
 */

/** Combinations that check the rules which the others gave. */
const checks = 24

const target = path.join(root, 'src/golang/table.ts')
const work = await mkdtemp(path.join(tmpdir(), 'go-modules-'))
try {
  const full = await tidied(new Set(goModuleSets), undefined)
  /** @type {Measured[]} */
  const measured = []
  for (const sets of firstCombinations(goModuleSets)) {
    measured.push({ sets, ...(await tidied(sets, full)) })
  }
  let table = tableOf(measured, full.sum)
  for (const sets of furtherCombinations(goModuleSets, checks)) {
    const further = { sets, ...(await tidied(sets, full)) }
    measured.push(further)
    if (!agrees(table, further)) {
      table = tableOf(measured, full.sum)
    }
  }
  await refuseSmaller(table)
  await writeFile(target, tableText(table))
  console.log(
    `measured ${measured.length} combinations of ${goModuleSets.length} sets: ${table.require.length} modules`,
  )
} finally {
  await rm(work, { recursive: true, force: true })
}

/**
 * Renders a combination and tidies it.
 * @param {ReadonlySet<string>} sets
 * @param {{ goMod: string, goSum: string } | undefined} seed
 */
async function tidied(sets, seed) {
  const dir = path.join(work, ['orders', ...sets, seed === undefined ? 'seed' : ''].join('-').replace(/-$/, ''))
  await rm(dir, { recursive: true, force: true }) // a combination may come twice
  execFileSync(process.execPath, [
    path.join(root, 'dist/bin.js'),
    dir,
    '--name=orders',
    '--yes',
    '--quiet',
    ...flagsOf(sets),
  ])
  if (seed !== undefined) {
    await writeFile(path.join(dir, 'go.mod'), seed.goMod)
    await writeFile(path.join(dir, 'go.sum'), seed.goSum)
  } else if (process.argv.includes('--upgrade')) {
    execFileSync('go', ['get', '-u', './...'], { cwd: dir, stdio: 'inherit' })
  }
  execFileSync('go', ['mod', 'tidy'], { cwd: dir, stdio: ['ignore', 'inherit', 'pipe'] })
  const goMod = await readFile(path.join(dir, 'go.mod'), 'utf8')
  const goSum = await readFile(path.join(dir, 'go.sum'), 'utf8')
  return { goMod, goSum, mod: requirements(goMod), sum: goSum.trimEnd().split('\n') }
}

/** @param {string} goMod */
function requirements(goMod) {
  const found = [...goMod.matchAll(/^(?:require )?\t?(\S+\.\S+\/?\S*) (v\S+)( \/\/ indirect)?$/gm)]
  return new Map(
    found.map(([, module = '', version = '', indirect]) => [module, { version, indirect: indirect !== undefined }]),
  )
}

/**
 * @param {readonly Measured[]} measured
 * @param {readonly string[]} lines every line of go.sum, in its own order
 * @returns {Table}
 */
function tableOf(measured, lines) {
  const modules = [...new Set(measured.flatMap(({ mod }) => [...mod.keys()]))].sort()
  const require = modules.map((module) => {
    const versions = new Set(measured.flatMap(({ mod }) => mod.get(module)?.version ?? []))
    if (versions.size !== 1) {
      throw new Error(`${module} has versions ${[...versions]}`)
    }
    return {
      module,
      version: [...versions][0],
      direct: rule(`${module}, direct`, measured, ({ mod }) => mod.get(module)?.indirect === false),
      present: rule(module, measured, ({ mod }) => mod.has(module)),
    }
  })
  const strangers = measured.flatMap(({ sum }) => sum).filter((line) => !lines.includes(line))
  if (strangers.length > 0) {
    throw new Error(`lines that the full combination lacks: ${strangers}`)
  }
  return { require, sum: lines.map((line) => ({ line, terms: rule(line, measured, ({ sum }) => sum.includes(line)) })) }
}

/** @param {string} what @param {readonly Measured[]} measured @param {(one: Measured) => boolean} isThere */
function rule(what, measured, isThere) {
  const found = ruleOf(
    goModuleSets,
    measured.map((one) => ({ sets: one.sets, there: isThere(one) })),
  )
  if (found === undefined) {
    throw new Error(`${what} follows more sets than a rule may name (scripts/go-module-patterns.mjs)`)
  }
  return found
}

/** Whether a table gives the files of a combination. @param {Table} table @param {Measured} measured */
function agrees({ require, sum }, { sets, mod, sum: lines }) {
  return (
    require.every(
      ({ module, direct, present }) =>
        holds(present, sets) === mod.has(module) && holds(direct, sets) === (mod.get(module)?.indirect === false),
    ) && sum.every(({ line, terms }) => holds(terms, sets) === lines.includes(line))
  )
}

/**
 * A table with fewer modules is seldom meant: it is what a measurement that saw too little would write.
 *
 * @param {Table} table
 */
async function refuseSmaller({ require, sum }) {
  const before = (await importSource('src/golang/table.ts')).table
  const lost = (/** @type {string[]} */ old, /** @type {string[]} */ now) => old.filter((one) => !now.includes(one))
  const modules = lost(
    before.require.map((/** @type {Requirement} */ { module }) => module),
    require.map(({ module }) => module),
  )
  if (process.argv.includes('--smaller') || (modules.length === 0 && sum.length >= before.sum.length * 0.9)) {
    return
  }
  throw new Error(
    `the table would lose ${modules.length} modules (${modules.join(', ') || 'none'}) and have ${sum.length} lines of go.sum in place of ${before.sum.length}; nothing was written. If that is meant: npm run go-modules -- --smaller`,
  )
}

/** @param {Table} table */
function tableText({ require, sum }) {
  const rows = (/** @type {object[]} */ list) => list.map((row) => `    ${JSON.stringify(row)},\n`).join('')
  return `// Written by scripts/go-modules.mjs; do not edit.\nimport type { GoModuleTable } from './types.js'\n\nexport const table: GoModuleTable = {\n  require: [\n${rows(require)}  ],\n  sum: [\n${rows(sum)}  ],\n}\n`
}
