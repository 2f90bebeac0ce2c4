// @ts-check
// Reads templates/: where each lands, and its text.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

/**
 * @typedef {object} Template
 * @property {string} file relative to templates/
 * @property {string} source
 * @property {string | undefined} partial name of a partial
 * @property {string | undefined} folder `base` or `features/<id>`
 * @property {string | undefined} output path in the output, placeholders included
 */

/** @returns {Promise<Template[]>} sorted by file */
export async function readTemplates() {
  const files = (await listFiles(path.join(root, 'templates'))).filter((file) => file.endsWith('.hbs')).sort()
  return Promise.all(
    files.map(async (file) => {
      const source = await readFile(path.join(root, 'templates', file), 'utf8')
      const [, partial] = /^partials\/(.+)\.hbs$/.exec(file) ?? []
      const [, folder, rest = ''] = /^(base|features\/[^/]+)\/(.+)\.hbs$/.exec(file) ?? []
      const output = folder === undefined ? undefined : rest.replace(/(^|\/)dot-/g, '$1.')
      return { file, source, partial, folder, output }
    }),
  )
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
