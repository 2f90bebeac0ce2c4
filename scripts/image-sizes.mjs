// @ts-check
// Measures the program of a new project for every combination of module sets: src/golang/sizes.ts, which the README of a
// generated project prints from, and docs/image-sizes.md. Needs Go and a module proxy, and about twenty minutes.
// Programs with both brokers are few, and their clients share next to nothing, so their size is a sum: what each broker
// adds, added. The largest of them is built all the same, and must not differ by more than `tolerance`.
//   npm run image-sizes           all of them
//   npm run image-sizes -- SET    those with that set, the others stay as they are
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { flagsOf, goModuleSets as sets } from './go-module-sets.mjs'
import { importSource } from './import-source.mjs'
import { root } from './templates.mjs'

const toolchain = (await importSource('src/model/versions.ts')).versions.go
const work = await mkdtemp(path.join(tmpdir(), 'image-sizes-'))
const [nats = 0, kafka = 0] = ['nats', 'kafka'].map((set) => 2 ** sets.indexOf(set))
/** Megabytes. */
const tolerance = 0.2
const only = process.argv[2]
if (only !== undefined && !sets.includes(only)) {
  throw new Error(`no set ${only}; there are ${sets.join(', ')}`)
}
const before = only === undefined ? [] : await measuredBefore()
/** @type {string[]} Megabytes, by index. */
const sizes = []
try {
  for (let mask = 0; mask < 2 ** sets.length; mask++) {
    const wanted = only === undefined || mask & (2 ** sets.indexOf(only))
    if (mask & nats && mask & kafka) {
      const [one = 0, other = 0, neither = 0] = [~nats, ~kafka, ~nats & ~kafka].map((bits) =>
        Number(sizes[mask & bits]),
      )
      sizes.push((one + other - neither).toFixed(1))
    } else {
      sizes.push(wanted ? await measured(mask) : (before[mask] ?? (await measured(mask))))
      console.error(`${mask + 1} of ${2 ** sets.length}: ${sizes.at(-1)} MB`)
    }
  }
  const whole = await measured(2 ** sets.length - 1)
  if (Math.abs(Number(whole) - Number(sizes.at(-1))) > tolerance) {
    throw new Error(`with all sets the program has ${whole} MB, and the sum says ${sizes.at(-1)}`)
  }
} finally {
  await rm(work, { recursive: true, force: true })
}
const empty = sizes.findIndex((size) => !(Number(size) > 0))
if (empty >= 0 || sizes.length !== 2 ** sets.length) {
  throw new Error(`no size for combination ${empty} of ${2 ** sets.length}; nothing was written`)
}
await writeFile(path.join(root, 'src/golang/sizes.ts'), table())
await writeFile(path.join(root, 'docs/image-sizes.md'), document())

/** The sizes that are there, by the index of today's sets; a set that came since has none. @returns {Promise<string[]>} */
async function measuredBefore() {
  const { measuredSets, programMegabytes } = await importSource('src/golang/sizes.ts')
  const known = sets.slice(0, measuredSets.length)
  if (known.join() !== measuredSets.join()) {
    throw new Error('sets have moved since sizes were measured: measure all of them (npm run image-sizes)')
  }
  return programMegabytes.split(' ')
}

/** Megabytes (10⁶ bytes) of the stripped, compressed linux/amd64 program without CGO. @param {number} mask */
async function measured(mask) {
  const dir = path.join(work, 'orders')
  await rm(dir, { recursive: true, force: true })
  const chosen = new Set(sets.filter((_, bit) => mask & (2 ** bit)))
  execFileSync(process.execPath, [
    path.join(root, 'dist/bin.js'),
    dir,
    '--name=orders',
    '--yes',
    '--quiet',
    ...flagsOf(chosen),
  ])
  execFileSync('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', 'program', './cmd/orders'], {
    cwd: dir,
    env: {
      ...process.env,
      GOTOOLCHAIN: `go${toolchain}`,
      GOOS: 'linux',
      GOARCH: 'amd64',
      CGO_ENABLED: '0',
      GOFLAGS: '',
    },
  })
  return (gzipSync(await readFile(path.join(dir, 'program')), { level: 9 }).length / 1e6).toFixed(1)
}

function table() {
  return `// Written by scripts/image-sizes.mjs; do not edit.

/**
 * Megabytes (10⁶ bytes) of the program of a new project, as pulled: by zlib at level 9, of a stripped linux/amd64 build without CGO,
 * by Go ${toolchain}. The base image comes on top. The index is the sum of 2^n over \`measuredSets\` that are on.
 */
export const programMegabytes =
  '${sizes.join(' ')}'

/** The sets that were measured, in the order of their bits. */
export const measuredSets: readonly string[] = [${sets.map((set) => `'${set}'`).join(', ')}]
`
}

function document() {
  const [columns, rows] = [sets.slice(0, 2), sets.slice(2)]
  const name = (/** @type {string[]} */ list, /** @type {number} */ mask) =>
    list.filter((_, bit) => mask & (2 ** bit)).join(' + ') || '–'
  const across = [0, 1, 2, 3]
  const head = ['', ...across.map((mask) => name(columns, mask).replace('–', 'neither'))]
  const body = Array.from({ length: 2 ** rows.length }, (_, mask) => [
    name(rows, mask),
    ...across.map((low) => sizes[mask * 4 + low]),
  ])
  const line = (/** @type {(string | undefined)[]} */ cells) => `| ${cells.join(' | ')} |`
  return `# Sizes

Megabytes (10⁶ bytes) of the program of a new project for every combination: stripped, linux/amd64, CGO off, Go ${toolchain},
compressed by zlib at level 9, about as a registry stores it. \`npm run image-sizes\` measures them; the README of a generated project
prints its own. Rows with both brokers are sums, of which only the largest was built to compare: it is within ${tolerance} MB.

The image has the base on top: nothing for scratch, about 1 MB for distroless static, 4 MB for alpine, 30 MB for debian and
ubuntu. A configuration centre adds less than 0.1 MB, as both are spoken to over net/http.

${line(head)}
${line(head.map(() => '---'))}
${body.map(line).join('\n')}
`
}
