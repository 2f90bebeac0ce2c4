// @ts-check
// Measures the table behind go.mod and go.sum (src/golang/table.ts): tidies the full combination of module sets, then
// every subset from the full combination's files, so that each module has one version everywhere. Needs Go and a
// module proxy. `--upgrade` takes the newest versions that the go directive allows.
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { flagsOf, goModuleSets } from './go-module-sets.mjs'
import { root } from './templates.mjs'

const work = await mkdtemp(path.join(tmpdir(), 'go-modules-'))
try {
  const full = await tidied(new Set(goModuleSets), undefined)
  /** @type {{ sets: Set<string>, mod: Map<string, { version: string, indirect: boolean }>, sum: string[] }[]} */
  const measured = []
  for (const sets of subsets(goModuleSets)) {
    measured.push({ sets, ...(await tidied(sets, full)) })
  }
  await writeFile(path.join(root, 'src/golang/table.ts'), tableText(measured, full.sum))
  console.log(`measured ${measured.length} combinations`)
} finally {
  await rm(work, { recursive: true, force: true })
}

/**
 * Renders a combination and tidies it.
 * @param {Set<string>} sets
 * @param {{ goMod: string, goSum: string } | undefined} seed
 */
async function tidied(sets, seed) {
  const dir = path.join(work, ['orders', ...sets, seed === undefined ? 'seed' : ''].join('-').replace(/-$/, ''))
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

/** @param {string[]} names @returns {Set<string>[]} smallest first */
function subsets(names) {
  const all = Array.from(
    { length: 2 ** names.length },
    (_, bits) => new Set(names.filter((_name, at) => bits & (1 << at))),
  )
  return all.sort((a, b) => a.size - b.size)
}

/**
 * The conditions of an entry, given the combinations that have it: the fewest and shortest terms that are true for
 * exactly those (Quine and McCluskey). Most need no negation; one does where another set brings the same version of a
 * module by itself, so that go.mod need not say it.
 * @param {Set<string>[]} having
 */
function terms(having) {
  const names = goModuleSets
  const cases = having.map((sets) => names.map((name) => (sets.has(name) ? '1' : '0')).join(''))
  /** @type {string[]} */
  const primes = []
  for (let cubes = new Set(cases); cubes.size > 0; ) {
    /** @type {Set<string>} */
    const wider = new Set()
    for (const cube of cubes) {
      const merged = [...cube].flatMap((bit, at) => {
        const other = `${cube.slice(0, at)}${bit === '1' ? '0' : '1'}${cube.slice(at + 1)}`
        return bit !== '-' && cubes.has(other) ? [`${cube.slice(0, at)}-${cube.slice(at + 1)}`] : []
      })
      if (merged.length === 0) {
        primes.push(cube)
      }
      for (const one of merged) {
        wider.add(one)
      }
    }
    cubes = wider
  }
  /** @param {string} cube @param {string} one */
  const covers = (cube, one) => [...cube].every((bit, at) => bit === '-' || bit === one[at])
  const chosen = new Set(
    cases.flatMap((one) => {
      const able = primes.filter((prime) => covers(prime, one))
      return able.length === 1 ? able : []
    }),
  )
  /** @param {string} prime @param {string[]} left */
  const gain = (prime, left) => left.filter((one) => covers(prime, one)).length
  for (;;) {
    const left = cases.filter((one) => ![...chosen].some((prime) => covers(prime, one)))
    const [best] = primes.toSorted((x, y) => gain(y, left) - gain(x, left) || (x < y ? -1 : 1))
    if (left.length === 0 || best === undefined) {
      break
    }
    chosen.add(best)
  }
  return [...chosen].sort().map((cube) => {
    const term = names.flatMap((name, at) => (cube[at] === '-' ? [] : cube[at] === '1' ? [name] : [`!${name}`]))
    return term.length === 0 ? ['base'] : term
  })
}

/**
 * @param {{ sets: Set<string>, mod: Map<string, { version: string, indirect: boolean }>, sum: string[] }[]} measured
 * @param {string[]} lines every line of go.sum, in its own order
 */
function tableText(measured, lines) {
  const modules = [...new Set(measured.flatMap(({ mod }) => [...mod.keys()]))].sort()
  const require = modules.map((module) => {
    const versions = new Set(measured.flatMap(({ mod }) => mod.get(module)?.version ?? []))
    if (versions.size !== 1) {
      throw new Error(`${module} has versions ${[...versions]}`)
    }
    /** @param {(entry: { indirect: boolean } | undefined) => boolean} holds */
    const having = (holds) => measured.filter(({ mod }) => holds(mod.get(module))).map(({ sets }) => sets)
    return {
      module,
      version: [...versions][0],
      direct: terms(having((entry) => entry?.indirect === false)),
      present: terms(having((entry) => entry !== undefined)),
    }
  })
  const strangers = measured.flatMap(({ sum }) => sum).filter((line) => !lines.includes(line))
  if (strangers.length > 0) {
    throw new Error(`lines that the full combination lacks: ${strangers}`)
  }
  const sum = lines.map((line) => ({
    line,
    terms: terms(measured.filter((one) => one.sum.includes(line)).map(({ sets }) => sets)),
  }))
  const rows = (/** @type {object[]} */ list) => list.map((row) => `    ${JSON.stringify(row)},\n`).join('')
  return `// Written by scripts/go-modules.mjs; do not edit.\nimport type { GoModuleTable } from './types.js'\n\nexport const table: GoModuleTable = {\n  require: [\n${rows(require)}  ],\n  sum: [\n${rows(sum)}  ],\n}\n`
}
