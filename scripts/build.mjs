// @ts-check
// Build: templates → generated/templates.js, then src → dist (one entry, chunks that load when a command needs them).
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import Handlebars from 'handlebars'
import { bundle } from './bundle.mjs'
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

async function compileTemplates() {
  /** @type {Map<string, string[]>} */
  const folders = new Map()
  const partials = []
  for (const { file, source, partial, folder = '', output } of await readTemplates()) {
    const spec = precompile(source, file)
    if (partial === undefined) {
      folders.set(folder, [...(folders.get(folder) ?? []), `{path: ${JSON.stringify(output)}, spec: ${text(spec)}}`])
    } else {
      partials.push(`${JSON.stringify(partial)}: ${text(spec)}`)
    }
  }
  const entries = [...folders].map(([folder, list]) => `${JSON.stringify(folder)}: [\n${list.join(',\n')}\n]`)
  const module = `// Written by scripts/build.mjs from templates/.\nexport const folders = {\n${entries.join(',\n')}\n}\nexport const partials = {\n${partials.join(',\n')}\n}\n`
  await mkdir(path.join(root, 'generated'), { recursive: true })
  await writeFile(path.join(root, 'generated/templates.js'), module)
  await writeFile(
    path.join(root, 'generated/templates.d.ts'),
    `import type { CompiledTemplates } from '../src/engine/template-set.js'\nexport const folders: CompiledTemplates['folders']\nexport const partials: CompiledTemplates['partials']\n`,
  )
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
