import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { filesBelow } from '../support/project.js'
import { filesOfVariants, type Rendered, renderedByExamples, templates, variants } from './variants.js'

const folder = path.resolve('test/golden/variants')
let examples: Set<string>
let files: Map<string, Rendered[]>

beforeAll(async () => {
  examples = await renderedByExamples()
  files = filesOfVariants(examples)
  if (process.env['UPDATE_VARIANTS'] === '1') {
    fs.rmSync(folder, { recursive: true, force: true })
    for (const [name, rendered] of files) {
      for (const { file, content } of rendered) {
        const target = path.join(folder, name, `${file}.txt`)
        fs.mkdirSync(path.dirname(target), { recursive: true })
        fs.writeFileSync(target, content)
      }
    }
  }
})

test('each template is rendered by an example or by a variant', () => {
  const rendered = new Set([...examples, ...[...files.values()].flat().map(({ template }) => template)])
  expect(templates.filter((template) => !rendered.has(template))).toEqual([])
})

describe.each(Object.keys(variants))('variant %s', (name) => {
  test('renders what is committed (npm run examples)', () => {
    const rendered = files.get(name) ?? []
    const committed = fs.existsSync(path.join(folder, name)) ? filesBelow(path.join(folder, name)) : []
    expect(rendered.map(({ file }) => `${file}.txt`).sort()).toEqual(committed)
    for (const { file, content } of rendered) {
      expect([file, content]).toEqual([file, fs.readFileSync(path.join(folder, name, `${file}.txt`), 'utf8')])
    }
  })
})
