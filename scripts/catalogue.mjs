// @ts-check
// The catalogue of a language, locales/LANGUAGE.po: every text of templates/ and src/ that people read in a generated
// project, and its translation.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseSync } from '@swc/core'
import { po } from 'gettext-parser'
import { unitsOf } from './messages.mjs'
import { readTemplates, root } from './templates.mjs'

/**
 * @typedef {object} Message
 * @property {string} text English, with {0}, {1} … or template tags
 * @property {readonly string[]} files where it is
 */

/** Every text, in the order of its first file. @returns {Promise<Message[]>} */
export async function messages() {
  /** @type {Map<string, Set<string>>} */
  const files = new Map()
  /** @param {string} text @param {string} file */
  const add = (text, file) => files.set(text, (files.get(text) ?? new Set()).add(file))
  // What protoc writes has the comments of the .proto file, and its own in English.
  for (const { file, source } of (await readTemplates()).filter(({ file }) => !file.endsWith('.pb.go.hbs'))) {
    for (const { text } of unitsOf(file, source)) {
      add(text, `templates/${file}`)
    }
  }
  for (const folder of ['src/features', 'src/model']) {
    for (const name of (await readdir(path.join(root, folder))).sort()) {
      const file = `${folder}/${name}`
      for (const text of textsOf(await readFile(path.join(root, file), 'utf8'))) {
        add(text, file)
      }
    }
  }
  return [...files].map(([text, where]) => ({ text, files: [...where] }))
}

/** The translations that are there. @param {string} language @returns {Promise<Map<string, string>>} */
export async function readCatalogue(language) {
  const { translations } = po.parse(await readFile(fileOf(language)), { defaultCharset: 'utf-8' })
  const entries = Object.values(translations[''] ?? {}).filter(({ msgid }) => msgid !== '')
  return new Map(entries.flatMap(({ msgid, msgstr: [text = ''] }) => (text === '' ? [] : [[msgid, text]])))
}

/**
 * Writes the catalogue anew: what is gone goes, what is new has no translation yet.
 *
 * @param {string} language @param {readonly Message[]} list @param {ReadonlyMap<string, string>} translations
 */
export async function writeCatalogue(language, list, translations) {
  const entries = list.map(({ text, files }) => [
    text,
    { msgid: text, msgstr: [translations.get(text) ?? ''], comments: { reference: files.join('\n') } },
  ])
  const headers = { Language: language, 'Content-Type': 'text/plain; charset=UTF-8' }
  const content = po.compile(
    { charset: 'utf-8', headers, translations: { '': Object.fromEntries(entries) } },
    { foldLength: 0 },
  )
  await writeFile(fileOf(language), `${content}\n`)
}

/** @param {string} language */
function fileOf(language) {
  return path.join(root, 'locales', `${language}.po`)
}

/** What `t` is called with. @param {string} source @returns {string[]} */
function textsOf(source) {
  /** @type {string[]} */
  const texts = []
  walk(parseSync(source, { syntax: 'typescript' }), (node) => {
    if (node.type === 'CallExpression' && node.callee.value === 't') {
      texts.push(textOf(node.arguments[0].expression))
    }
    if (node.type === 'TaggedTemplateExpression' && node.tag.value === 't') {
      texts.push(textOf(node.template))
    }
  })
  return texts
}

/** Every node below one, in the order of the source. @param {any} node @param {(node: any) => void} visit */
function walk(node, visit) {
  if (typeof node === 'object' && node !== null) {
    visit(node)
    for (const child of Object.values(node)) {
      walk(child, visit)
    }
  }
}

/** @param {any} node of a string or a template */
function textOf(node) {
  if (node.type === 'StringLiteral') {
    return node.value
  }
  if (node.type === 'TemplateLiteral') {
    /** @type {string[]} */
    const parts = node.quasis.map((/** @type {{ cooked: string }} */ { cooked }) => cooked)
    return parts.reduce((text, part, at) => `${text}{${at - 1}}${part}`)
  }
  throw new Error('t takes a text as it stands, so that it can be found')
}
