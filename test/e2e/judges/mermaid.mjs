// @ts-check
// Reads the pictures in Markdown files as Mermaid does where the files are shown. Prints those that it can't read.
//   MODULES=FOLDER node mermaid.mjs FILE...
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

/** @param {string} file */
const load = (file) => import(pathToFileURL(path.join(process.env['MODULES'] ?? '', 'node_modules', file)).href)

const { JSDOM } = (await load('jsdom/lib/api.js')).default
const { window } = new JSDOM('<body></body>')
Object.assign(globalThis, { window, document: window.document })
const { default: mermaid } = await load('mermaid/dist/mermaid.core.mjs')

for (const file of process.argv.slice(2)) {
  const text = fs.readFileSync(file, 'utf8')
  for (const { 1: code = '', index } of text.matchAll(/^```mermaid\n([\s\S]*?)^```$/gm)) {
    try {
      await mermaid.parse(code)
    } catch (error) {
      console.log(`${file}:${text.slice(0, index).split('\n').length}: ${String(error).split('\n').join(' ')}`)
      process.exitCode = 1
    }
  }
}
