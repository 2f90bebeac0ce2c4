import { describe, expect, test } from '@jest/globals'
import { parseAllDocuments } from 'yaml'
import { messages, readCatalogue, readEntries, renewed } from '../../scripts/catalogue.mjs'
import type { Resolved } from '../../src/spec/resolve.js'
import { inWords, t } from '../../src/words.js'
import { chineseProjects } from '../support/chinese.js'
import { judgeAnswers, renderFiles } from '../support/render.js'

const languages = ['zh'] as const
const placeholders = (text: string) => (text.match(/\{\{[^}]*\}\}|\{\d+\}/g) ?? []).sort()

describe.each(languages)('the catalogue of %s', (language) => {
  test('has no text that is gone (npm run locales)', async () => {
    const wanted = new Set((await messages()).map(({ text }) => text))
    expect((await readEntries(language)).map(({ text }) => text).filter((text) => !wanted.has(text))).toEqual([])
  })
  test('keeps tags and values', async () => {
    const catalogue = [...(await readCatalogue(language))]
    expect(catalogue.filter(([text, other]) => `${placeholders(text)}` !== `${placeholders(other)}`)).toEqual([])
  })
  test('has no branch that could end a line with a blank, but where English has', async () => {
    const blank = / \{\{(else|\/if)/
    const catalogue = [...(await readCatalogue(language))]
    expect(catalogue.filter(([text, other]) => blank.test(other) && !blank.test(text))).toEqual([])
  })
  test('keeps code between backticks', async () => {
    const code = (text: string) => (text.match(/`[^`]+`/g) ?? []).sort()
    const catalogue = [...(await readCatalogue(language))]
    expect(catalogue.filter(([text, other]) => `${code(text)}` !== `${code(other)}`)).toEqual([])
  })
})

describe('a catalogue in line with new texts', () => {
  const [old, other] = ['The pool has {0} connections in each pod.', 'Nothing of the kind.']
  const [changed, added] = ['The pool has {0} connections in every pod.', 'A new paragraph stands here.']
  const entry = (text: string, translation: string) => ({ text, translation, fuzzy: false, previous: undefined })
  const list = [changed, added].map((text) => ({ text, files: ['a'] }))
  test('keeps the translation of a changed text as fuzzy, and drops what is gone', () => {
    expect(renewed(list, [entry(old, '每个 Pod 的池有 {0} 个连接。'), entry(other, '没有。')])).toEqual([
      { text: changed, translation: '每个 Pod 的池有 {0} 个连接。', fuzzy: true, previous: old },
      { text: added, translation: '', fuzzy: false, previous: undefined },
    ])
  })
  test('keeps what holds, and a fuzzy one stays so until somebody looks', () => {
    const before = [{ text: changed, translation: '池', fuzzy: true, previous: old }, entry(added, '新段落。')]
    expect(renewed(list, before)).toEqual(before)
  })
})

test('values go where the translation wants them, and what has none stays English', () => {
  const words = { '{0} of {1}': '{1} 的 {0}' }
  expect(inWords(words, () => [t`${1} of ${'x'}`, t`${2} others`, t('plain')])).toEqual(['x 的 1', '2 others', 'plain'])
  expect(t`${1} of ${'x'}`).toBe('1 of x')
})

test('a render that fails leaves no language behind', () => {
  const failing = () =>
    inWords({ a: 'b' }, () => {
      throw new Error('no')
    })
  expect(failing).toThrow('no')
  expect(t('a')).toBe('a')
})

describe.each(chineseProjects)('a Chinese project: %s', (_, answers) => {
  const filesIn = (lang: string) => renderFiles(judgeAnswers({ description: 'Orders.', ...answers, lang }) as Resolved)
  const english = new Map(filesIn('en').map((file) => [file.path, file]))
  const chinese = filesIn('zh')

  test('has the same files, with the same modes', () => {
    expect(chinese.map(({ path, mode, policy }) => ({ path, mode, policy }))).toEqual(
      [...english.values()].map(({ path, mode, policy }) => ({ path, mode, policy })),
    )
  })
  test('has the same objects', () => {
    for (const { path, content } of chinese.filter(({ path }) => /\.ya?ml$/.test(path) && path !== 'service.yaml')) {
      expect([path, objectsOf(content)]).toEqual([path, objectsOf(english.get(path)?.content ?? '')])
    }
  })
  test('has the same code', () => {
    for (const { path, content } of chinese.filter(({ path }) => /\.(go|sh|sql|proto)$|file$/.test(path))) {
      expect([path, codeOf(content)]).toEqual([path, codeOf(english.get(path)?.content ?? '')])
    }
  })
})

/** Documents of YAML without what an alert says to people; a patch in a text has comments of its own. */
function objectsOf(content: string): unknown[] {
  const said = new Set(['summary', 'description', 'exp_annotations'])
  const plain = (key: string, value: unknown) =>
    said.has(key) ? undefined : typeof value === 'string' ? value.replace(/^\s*#.*\n/gm, '') : value
  return parseAllDocuments(content, { logLevel: 'silent' }).map((document) =>
    JSON.parse(JSON.stringify(document.toJS() ?? null, plain)),
  )
}

/** Lines without comments; what only looks like one in a string is cut on both sides. */
function codeOf(content: string): string[] {
  return content
    .split('\n')
    .map((line) => line.replace(/(^|\s)(##?|\/\/|--)(\s.*)?$/, '').trimEnd())
    .filter((line) => line !== '')
}
