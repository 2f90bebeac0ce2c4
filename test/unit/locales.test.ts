import { describe, expect, test } from '@jest/globals'
import { parseAllDocuments } from 'yaml'
import { messages, readCatalogue } from '../../scripts/catalogue.mjs'
import type { Resolved } from '../../src/spec/resolve.js'
import { inWords, t } from '../../src/words.js'
import { type Answers, judgeAnswers, renderFiles } from '../support/render.js'

const languages = ['zh'] as const
const placeholders = (text: string) => (text.match(/\{\{[^}]*\}\}|\{\d+\}/g) ?? []).sort()

describe.each(languages)('the catalogue of %s', (language) => {
  test('has every text, and none that is gone', async () => {
    const wanted = (await messages()).map(({ text }) => text)
    expect([...(await readCatalogue(language)).keys()].sort()).toEqual(wanted.sort())
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

const everything: Answers = {
  preset: 'production',
  'grpc.enabled': true,
  'postgres.enabled': true,
  'redis.enabled': true,
  'nats.enabled': true,
  'config.source': 'nacos',
  'rollout.strategy': 'canary',
  'istio.faultInjection': true,
  'istio.jwt.issuer': 'https://login.example.com',
}

describe.each<[string, Answers]>([
  ['the least', { preset: 'minimal' }],
  ['nearly everything', everything],
  [
    'other kinds',
    {
      preset: 'production',
      'workload.kind': 'statefulset',
      'kafka.enabled': true,
      'mysql.enabled': true,
      'autoscaling.engine': 'keda',
      'delivery.ci': 'gitlab',
    },
  ],
  [
    'yet others',
    {
      'gatewayApi.enabled': true,
      'rollout.strategy': 'blue-green',
      'rollout.engine': 'none',
      'delivery.ci': 'jenkins',
      'config.source': 'consul',
      'image.base': 'debian',
      'entrypoint.enabled': true,
    },
  ],
])('a Chinese project: %s', (_, answers) => {
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
  test('leads to headings that are there', () => {
    const readme = chinese.find(({ path }) => path === 'README.md')?.content ?? ''
    const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => slugOf(heading))
    const links = [...readme.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor)
    expect(links.filter((anchor) => !headings.includes(anchor))).toEqual([])
  })
  test('says nothing in English that is said to people', () => {
    const readme = chinese.find(({ path }) => path === 'README.md')?.content ?? ''
    const prose = readme.replace(/^ *```[\s\S]*?^ *```/gm, '').replace(/`[^`]*`|\]\([^)]*\)/g, '')
    expect(prose.split('\n').filter((line) => /([a-z]{2,} ){4}/.test(line) && !/\p{Script=Han}/u.test(line))).toEqual(
      [],
    )
  })
})

/** Documents of YAML without what an alert says to people. */
function objectsOf(content: string): unknown[] {
  const said = new Set(['summary', 'description', 'exp_annotations'])
  return parseAllDocuments(content, { logLevel: 'silent' }).map((document) =>
    JSON.parse(JSON.stringify(document.toJS() ?? null, (key, value) => (said.has(key) ? undefined : value))),
  )
}

/** Lines without comments; what only looks like one in a string is cut on both sides. */
function codeOf(content: string): string[] {
  return content
    .split('\n')
    .map((line) => line.replace(/(^|\s)(##?|\/\/|--)(\s.*)?$/, '').trimEnd())
    .filter((line) => line !== '')
}

/** As GitHub makes the anchor of a heading. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- _]/gu, '')
    .replaceAll(' ', '-')
}
