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

/**
 * @typedef {object} Entry
 * @property {string} text English, as it is now
 * @property {string} translation empty where there is none
 * @property {boolean} fuzzy the translation is of an earlier text, `previous`
 * @property {string | undefined} previous
 */

/** Every entry, in the order of the file. @param {string} language @returns {Promise<Entry[]>} */
export async function readEntries(language) {
  const { translations } = po.parse(await readFile(fileOf(language)), { defaultCharset: 'utf-8' })
  return Object.values(translations[''] ?? {})
    .filter(({ msgid }) => msgid !== '')
    .map(({ msgid, msgstr: [translation = ''], comments }) => ({
      text: msgid,
      translation,
      fuzzy: comments?.flag?.includes('fuzzy') === true,
      previous: previousOf(comments?.previous),
    }))
}

/** The translations that hold: what is missing or of an earlier text stays English. @param {string} language */
export async function readCatalogue(language) {
  const entries = (await readEntries(language)).filter(({ translation, fuzzy }) => translation !== '' && !fuzzy)
  return new Map(entries.map(({ text, translation }) => [text, translation]))
}

/** Two texts are one that was changed where they share at least this part of their words. */
const alike = 0.6

/**
 * The entries of a new list of texts. What is gone goes, what is new has no translation; where a text was changed, the old
 * translation is kept as fuzzy, for a translator to go on from.
 *
 * @param {readonly Message[]} list @param {readonly Entry[]} before @returns {Entry[]}
 */
export function renewed(list, before) {
  const known = new Map(before.map((entry) => [entry.text, entry]))
  const wanted = new Set(list.map(({ text }) => text))
  const gone = before.filter(({ text, translation }) => !wanted.has(text) && translation !== '')
  return list.map(({ text }) => {
    const own = known.get(text)
    if (own !== undefined && own.translation !== '') {
      return own
    }
    const [nearest] = gone
      .map((entry) => ({ entry, shared: sharedWords(text, entry.text) }))
      .filter(({ shared }) => shared >= alike)
      .sort((a, b) => b.shared - a.shared)
    return nearest === undefined
      ? { text, translation: '', fuzzy: false, previous: undefined }
      : { text, translation: nearest.entry.translation, fuzzy: true, previous: nearest.entry.text }
  })
}

/** @param {string} language @param {readonly Message[]} list @param {readonly Entry[]} entries one for each of the list */
export async function writeCatalogue(language, list, entries) {
  const rows = list.map(({ text, files }, at) => {
    const { translation = '', fuzzy = false, previous } = entries[at] ?? {}
    const comments = {
      reference: files.join('\n'),
      ...(fuzzy ? { flag: 'fuzzy' } : {}),
      ...(previous === undefined ? {} : { previous: `msgid ${JSON.stringify(previous)}` }),
    }
    return [text, { msgid: text, msgstr: [translation], comments }]
  })
  const headers = { Language: language, 'Content-Type': 'text/plain; charset=UTF-8' }
  const content = po.compile(
    { charset: 'utf-8', headers, translations: { '': Object.fromEntries(rows) } },
    { foldLength: 0 },
  )
  await writeFile(fileOf(language), `${content}\n`)
}

/** @param {string | undefined} comment `msgid "…"` */
function previousOf(comment) {
  const [, quoted] = /^msgid (".*")$/s.exec(comment ?? '') ?? []
  return quoted === undefined ? undefined : JSON.parse(quoted)
}

/** The part of the words of two texts that both have, from 0 to 1 (Dice's coefficient). @param {string} a @param {string} b */
function sharedWords(a, b) {
  const [one, other] = [a, b].map((text) => text.split(/\s+/))
  const left = [...(other ?? [])]
  const shared = (one ?? []).filter((word) => {
    const at = left.indexOf(word)
    return at >= 0 && left.splice(at, 1).length > 0
  })
  return (2 * shared.length) / ((one ?? []).length + (other ?? []).length)
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
