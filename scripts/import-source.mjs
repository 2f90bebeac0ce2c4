// @ts-check
// Loads a module of src/ into a script, so that scripts use the values themselves and never read TypeScript as text.
import path from 'node:path'
import { build } from 'esbuild'
import { root } from './templates.mjs'

/** @param {string} file below the root, `src/golang/sets.ts` @returns {Promise<any>} what the module exports */
export async function importSource(file) {
  const { outputFiles } = await build({
    entryPoints: [path.join(root, file)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  })
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64')
  return import(`data:text/javascript;base64,${code}`)
}
