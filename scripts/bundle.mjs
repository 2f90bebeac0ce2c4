// @ts-check
// Bundles src for the tarball: one file with everything that `create --yes` runs, and beside it one file for each module
// that is imported dynamically (other commands, wizard, YAML reader, git). Those take what they share from the first
// file, so that nothing exists twice and the hot path reads a single file: each further one costs Node about a millisecond.
import path from 'node:path'
import { build } from 'esbuild'
import { root } from './templates.mjs'

/**
 * Node's own modules by require: an ESM import of node:fs reads every export, and with them loads its streams, which
 * costs a tenth of Node's start.
 * @type {import('esbuild').Plugin}
 */
const nodeByRequire = {
  name: 'node-by-require',
  setup(plugin) {
    plugin.onResolve({ filter: /^node:/ }, ({ path: name }) => ({ path: name, namespace: 'node-by-require' }))
    plugin.onLoad({ filter: /.*/, namespace: 'node-by-require' }, ({ path: name }) => ({
      contents: `module.exports = require(${JSON.stringify(name.slice('node:'.length))})`,
    }))
  },
}

// Some dependencies are CommonJS and call require for Node's own modules.
const requireBanner = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);"

/** @param {string} outdir below the root @param {string} version */
export async function bundle(outdir, version) {
  /** @type {import('esbuild').BuildOptions} */
  const options = {
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    define: { __VERSION__: JSON.stringify(version) },
    logLevel: 'warning',
  }
  /** Modules that are imported dynamically: absolute path → name of the file. @type {Map<string, string>} */
  const lazy = new Map()
  const found = await build({
    ...options,
    entryPoints: ['src/bin.ts'],
    write: false,
    outdir,
    metafile: true,
    plugins: [nodeByRequire, leaveLazy(lazy)],
  })
  const hot = Object.keys(found.metafile.inputs).filter((file) => file.startsWith('src/') && file !== 'src/bin.ts')
  const exported = await exportsOf(hot, options)

  await build({
    ...options,
    stdin: { contents: entryOf(exported), resolveDir: root, loader: 'ts' },
    outfile: `${outdir}/bin.js`,
    banner: { js: `#!/usr/bin/env node\n${requireBanner}` },
    plugins: [nodeByRequire, leaveLazy(lazy)],
  })
  await build({
    ...options,
    entryPoints: Object.fromEntries([...lazy].map(([file, name]) => [name, file])),
    outdir,
    splitting: true,
    banner: { js: requireBanner },
    plugins: [nodeByRequire, fromBin(exported)],
  })
}

/** Leaves dynamic imports to run time. @param {Map<string, string>} lazy @returns {import('esbuild').Plugin} */
function leaveLazy(lazy) {
  return {
    name: 'leave-lazy',
    setup(plugin) {
      plugin.onResolve({ filter: /^\.{1,2}\// }, ({ path: name, kind, resolveDir }) => {
        if (kind !== 'dynamic-import') {
          return undefined
        }
        const file = path.resolve(resolveDir, name.replace(/\.js$/, '.ts'))
        lazy.set(file, path.basename(file, '.ts'))
        return { path: `./${path.basename(file, '.ts')}.js`, external: true }
      })
    },
  }
}

/** Names that each module exports. @param {string[]} files @param {import('esbuild').BuildOptions} options */
async function exportsOf(files, options) {
  const { outputs } = (
    await build({
      ...options,
      bundle: false,
      define: {},
      entryPoints: files,
      write: false,
      outdir: 'unused',
      metafile: true,
    })
  ).metafile
  return new Map(Object.values(outputs).map(({ entryPoint = '', exports }) => [entryPoint, exports]))
}

/** Every export of every module, prefixed by the module's number, then the program. @param {Map<string, string[]>} exported */
function entryOf(exported) {
  const lines = [...exported].map(([file, names], number) => {
    const list = names.map((name) => `${name} as m${number}_${name}`)
    return list.length === 0 ? '' : `export { ${list.join(', ')} } from './${file}'`
  })
  return [...lines, "import './src/bin.ts'", ''].join('\n')
}

/** Takes what the first file holds from there. @param {Map<string, string[]>} exported @returns {import('esbuild').Plugin} */
function fromBin(exported) {
  const files = [...exported.keys()]
  return {
    name: 'from-bin',
    setup(plugin) {
      plugin.onResolve({ filter: /^\.{1,2}\// }, ({ path: name, namespace, resolveDir }) => {
        if (namespace === 'from-bin') {
          return { path: name, external: true }
        }
        const file = path.relative(root, path.resolve(resolveDir, name.replace(/\.js$/, '.ts')))
        return exported.has(file) ? { path: file, namespace: 'from-bin' } : undefined
      })
      plugin.onLoad({ filter: /.*/, namespace: 'from-bin' }, ({ path: file }) => {
        const list = (exported.get(file) ?? []).map((name) => `m${files.indexOf(file)}_${name} as ${name}`)
        return { contents: `export { ${list.join(', ')} } from './bin.js'`, resolveDir: root }
      })
    },
  }
}
