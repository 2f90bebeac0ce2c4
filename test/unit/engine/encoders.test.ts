import { execFileSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parse } from 'yaml'
import { comment, dockerfile, go, json, make, md, sh, yaml } from '../../../src/engine/encoders.js'
import { hostile } from '../../support/hostile.js'

/** Text that the spec's rules let through. */
const words = fc
  .string({ unit: 'binary' })
  .map((text) => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, ''))

describe('yaml', () => {
  test.each(hostile)('%j reads back in YAML 1.2 and 1.1', (text) => {
    expect(parse(`a: ${yaml(text)}\n`)).toEqual({ a: text })
    expect(parse(`a: ${yaml(text)}\n`, { version: '1.1' })).toEqual({ a: text })
  })
  test('any text reads back', () => {
    fc.assert(
      fc.property(words, (text) => {
        expect(parse(`a: ${yaml({ text })}\n`)).toEqual({ a: text })
        expect(parse(`a: ${yaml(text)}\n`, { version: '1.1' })).toEqual({ a: text })
      }),
    )
  })
  test('any tree reads back at any indent', () => {
    const leaf = fc.oneof(words, fc.integer(), fc.boolean())
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.stringMatching(/^[a-z.: #-]{1,8}$/), tie('tree'), { maxKeys: 3, noNullPrototype: true }),
      ),
    }))
    const collection = tree.filter(
      (value) => typeof value === 'object' && Object.keys(value as object).length > 0 && !('text' in (value as object)),
    )
    fc.assert(
      fc.property(collection, (value) => {
        expect(parse(`a:\n  ${yaml(value, 2)}\n`)).toEqual({ a: value })
      }),
    )
  })
})

describe('json and go', () => {
  test.each(hostile)('%j', (text) => {
    expect(JSON.parse(json(text))).toBe(text)
    expect(go(text)).toMatch(/^"[^\n\u2028\ufeff]*"$/)
  })
})

describe('shell', () => {
  test.each(hostile)('%j is one word', (text) => {
    expect(execFileSync('sh', ['-c', `printf %s ${sh(text)}`], { encoding: 'utf8' })).toBe(text)
  })
})

describe('one-line encoders', () => {
  test.each(hostile)('%j stays on its line', (text) => {
    for (const encoded of [make(text), md(text), dockerfile(text), comment(text)]) {
      expect(encoded).not.toMatch(/[\n\r\u2028\u2029\u202e\ufeff]/)
    }
    expect(comment(text)).not.toContain('*/')
    expect(md(text)).not.toMatch(/<|(?<!\\)[`|*_[\]]|^[#+=-]|^\d+[.)](\s|$)/)
    expect(dockerfile(text)).toMatch(/^"([^"\\$]|\\.)*"$/)
  })
})
