// @ts-check
// Build: templates → generated/templates.js, then src → dist (one entry, chunks that load when a command needs them).
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import Handlebars from 'handlebars'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
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

await compileTemplates()
if (!process.argv.includes('--templates-only')) {
  await bundle()
}

async function compileTemplates() {
  const files = (await listFiles(path.join(root, 'templates'))).filter((file) => file.endsWith('.hbs')).sort()
  /** @type {Map<string, string[]>} */
  const folders = new Map()
  const partials = []
  for (const file of files) {
    const source = await readFile(path.join(root, 'templates', file), 'utf8')
    const spec = precompile(source, file)
    const [, partial] = /^partials\/(.+)\.hbs$/.exec(file) ?? []
    if (partial !== undefined) {
      partials.push(`${JSON.stringify(partial)}: ${spec}`)
      continue
    }
    const [, folder = '', rest = ''] = /^(base|features\/[^/]+)\/(.+)\.hbs$/.exec(file) ?? []
    const output = rest.replace(/(^|\/)dot-/g, '$1.')
    folders.set(folder, [...(folders.get(folder) ?? []), `{path: ${JSON.stringify(output)}, spec: ${spec}}`])
  }
  const entries = [...folders].map(([folder, list]) => `${JSON.stringify(folder)}: [\n${list.join(',\n')}\n]`)
  const text = `// Written by scripts/build.mjs from templates/.\nexport const folders = {\n${entries.join(',\n')}\n}\nexport const partials = {\n${partials.join(',\n')}\n}\n`
  await mkdir(path.join(root, 'generated'), { recursive: true })
  await writeFile(path.join(root, 'generated/templates.js'), text)
  await writeFile(
    path.join(root, 'generated/templates.d.ts'),
    `import type { CompiledTemplates } from '../src/engine/template-set.js'\nexport const folders: CompiledTemplates['folders']\nexport const partials: CompiledTemplates['partials']\n`,
  )
}

/** @param {string} source @param {string} file */
function precompile(source, file) {
  try {
    return Handlebars.precompile(source, { strict: true, noEscape: true, knownHelpers, knownHelpersOnly: true })
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : error}`)
  }
}

/** @param {string} folder @returns {Promise<string[]>} */
async function listFiles(folder, prefix = '') {
  const entries = await readdir(folder, { withFileTypes: true })
  const nested = entries.map((entry) =>
    entry.isDirectory()
      ? listFiles(path.join(folder, entry.name), `${prefix}${entry.name}/`)
      : [`${prefix}${entry.name}`],
  )
  return (await Promise.all(nested)).flat()
}

async function bundle() {
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))
  await rm(path.join(root, 'dist'), { recursive: true, force: true })
  await build({
    absWorkingDir: root,
    entryPoints: ['src/bin.ts'],
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minify: true,
    legalComments: 'none',
    define: { __VERSION__: JSON.stringify(manifest.version) },
    // Some dependencies are CommonJS and call require for Node's own modules.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'warning',
  })
}
