// @ts-check
// Build: templates and locales → generated/, then src → dist (one entry, chunks that load when a command needs them).
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import Handlebars from 'handlebars'
import { bundle } from './bundle.mjs'
import { messages, readCatalogue } from './catalogue.mjs'
import { changeOf } from './edits.mjs'
import { translate } from './messages.mjs'
import { readTemplates, root } from './templates.mjs'

const knownHelpers = {
  go: true,
  sh: true,
  make: true,
  md: true,
  json: true,
  dockerfile: true,
  comment: true,
  yaml: true,
}

/** The templates, and what a language changes in them. */
async function compileTemplates() {
  const catalogue = await readCatalogue('zh')
  /** @type {Map<string, { english: string[], changes: unknown[] }>} */
  const folders = new Map()
  const partials = []
  /** @type {Record<string, unknown>} */
  const partialChanges = {}
  for (const { file, source, partial, folder = '', output } of await readTemplates()) {
    const spec = precompile(source, file)
    const change = changeOf(spec, precompile(translate(file, source, catalogue), file))
    if (partial === undefined) {
      const { english, changes } = folders.get(folder) ?? { english: [], changes: [] }
      english.push(`{path: ${JSON.stringify(output)}, spec: ${text(spec)}}`)
      changes.push(change)
      folders.set(folder, { english, changes })
    } else {
      partials.push(`${JSON.stringify(partial)}: ${text(spec)}`)
      partialChanges[partial] = change
    }
  }
  const entries = [...folders].map(([folder, { english }]) => `${JSON.stringify(folder)}: [\n${english.join(',\n')}\n]`)
  await generate(
    'templates',
    `export const folders = {\n${entries.join(',\n')}\n}\nexport const partials = {\n${partials.join(',\n')}\n}\n`,
    `import type { CompiledTemplates } from '../src/engine/template-set.js'\nexport const folders: CompiledTemplates['folders']\nexport const partials: CompiledTemplates['partials']\n`,
  )
  const folderChanges = Object.fromEntries([...folders].map(([folder, { changes }]) => [folder, changes]))
  await generate(
    'chinese',
    `export const changes = ${JSON.stringify({ folders: folderChanges, partials: partialChanges })}\nexport const words = ${JSON.stringify(await wordsOf(catalogue))}\n`,
    `import type { Changes } from '../src/engine/localized.js'\nimport type { Words } from '../src/words.js'\nexport const changes: Changes\nexport const words: Words\n`,
  )
}

/** What src/ says, in another language. @param {ReadonlyMap<string, string>} catalogue */
async function wordsOf(catalogue) {
  const ours = (await messages()).filter(({ files }) => files.some((file) => file.startsWith('src/')))
  return Object.fromEntries(ours.map(({ text }) => [text, catalogue.get(text)]))
}

/** @param {string} name @param {string} code @param {string} types */
async function generate(name, code, types) {
  await mkdir(path.join(root, 'generated'), { recursive: true })
  await writeFile(
    path.join(root, `generated/${name}.js`),
    `// Written by scripts/build.mjs from templates/ and locales/.\n${code}`,
  )
  await writeFile(path.join(root, `generated/${name}.d.ts`), types)
}

/**
 * A string, which is parsed when the template is used: as code, all templates would be parsed at every start.
 *
 * @param {string} spec
 */
function text(spec) {
  return JSON.stringify(spec)
}

/** @param {string} source @param {string} file */
function precompile(source, file) {
  try {
    const spec = Handlebars.precompile(source, { strict: true, noEscape: true, knownHelpers, knownHelpersOnly: true })
    // Places in templates are two thirds of the code, and only a bug would show them: the template checker finds those.
    return String(spec).replace(/\{"start":\{"line":\d+,"column":\d+\},"end":\{"line":\d+,"column":\d+\}\}/g, '0')
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : error}`)
  }
}

async function distribution() {
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))
  // Beside its place, and then into it: a test run next door must not find half of it.
  const stage = path.join(root, 'dist.new')
  await rm(stage, { recursive: true, force: true })
  await bundle('dist.new', manifest.version)
  await chmod(path.join(stage, 'bin.js'), 0o755)
  const schema = execFileSync(process.execPath, [path.join(stage, 'bin.js'), 'schema'])
  await writeFile(path.join(stage, 'service.schema.json'), schema)
  await rm(path.join(root, 'dist'), { recursive: true, force: true })
  await rename(stage, path.join(root, 'dist'))
}

await compileTemplates()
if (!process.argv.includes('--templates-only')) {
  await distribution()
}
