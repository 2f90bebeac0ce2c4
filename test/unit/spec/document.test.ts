import { describe, expect, test } from '@jest/globals'
import { UserError } from '../../../src/errors.js'
import { readDocument } from '../../../src/spec/document.js'

function errorOf(text: string): UserError {
  try {
    readDocument(text, 'service.yaml', 'service.yaml')
  } catch (error) {
    if (error instanceof UserError) {
      return error
    }
    throw error
  }
  throw new Error('was taken')
}

const valuesOf = (text: string) => Object.fromEntries(readDocument(text, 'service.yaml', 'service.yaml').layer.values)

describe('takes', () => {
  test.each([
    ['nested keys', 'http:\n  port: 8081\nname: orders\n', { 'http.port': 8081, name: 'orders' }],
    ['dotted keys', 'http.port: 8081\n', { 'http.port': 8081 }],
    [
      'a byte order mark and CRLF',
      '\uFEFFname: orders\r\nhttp:\r\n  port: 8081\r\n',
      { name: 'orders', 'http.port': 8081 },
    ],
    ['nothing', '', {}],
    ['comments only', '# nothing\n', {}],
    ['versions as written', 'target:\n  istio: 1.30\n', { 'target.istio': '1.30' }],
    [
      'quantities that YAML calls numbers',
      'resources: {cpu: {request: 1, limit: 2.50}}\n',
      { 'resources.cpu.request': '1', 'resources.cpu.limit': '2.50' },
    ],
    [
      'texts that YAML calls numbers or booleans',
      'config: {values: {a: true, b: 010, c: 1e3}}\n',
      { 'config.values': { a: 'true', b: '010', c: '1e3' } },
    ],
  ])('%s', (_, text, values) => {
    expect(valuesOf(text)).toEqual(values)
  })
  test('extends', () => {
    expect(readDocument('extends: ../org.yaml\n', 'service.yaml', 'service.yaml').extends).toBe('../org.yaml')
  })
})

describe('refuses, with the place', () => {
  test.each([
    ['an unknown key', 'http:\n  prot: 1\n', 'unknown-key', 'service.yaml:2:3 http.prot'],
    ['a near miss', 'nmae: orders\n', 'unknown-key', 'service.yaml:1:1 nmae'],
    ['__proto__', '__proto__:\n  name: orders\n', 'unknown-key', 'service.yaml:1:1 __proto__'],
    ['constructor', 'constructor: 1\n', 'unknown-key', 'service.yaml:1:1 constructor'],
    [
      '__proto__ in a map',
      'config:\n  values:\n    __proto__: x\n',
      'invalid-key',
      'service.yaml:3:5 config.values.__proto__',
    ],
    ['an alias', 'name: &a orders\nowner: *a\n', 'alias', 'service.yaml:2:8 owner'],
    ['a key without a value', 'name:\n', 'empty-value', 'service.yaml:1:1 name'],
    ['a value for a group', 'http: 8080\n', 'wrong-type', 'service.yaml:1:7 http'],
    ['a key that is no word', '? [a]\n: 1\n', 'invalid-key', 'service.yaml:1:3 '],
    [
      'a key given twice in two forms',
      'http:\n  port: 8081\nhttp.port: 8082\n',
      'duplicate-key',
      'service.yaml:3:1 http.port',
    ],
    ['an extends that is no path', 'extends: [a]\n', 'invalid-value', 'service.yaml:1:10 extends'],
  ])('%s', (_, text, code, where) => {
    expect(errorOf(text).findings).toContainEqual(expect.objectContaining({ code, where }))
  })

  test.each([
    ['a duplicate key', 'name: a\nname: b\n', 'service.yaml:2:1'],
    ['a tab', 'http:\n\tport: 1\n', 'service.yaml:2:1'],
    ['a custom tag', 'name: !!js/function x\n', 'service.yaml:1:7'],
    ['a list', '- a\n', 'service.yaml:1:1'],
  ])('%s', (_, text, where) => {
    expect(errorOf(text)).toMatchObject({ code: 'invalid-yaml', exit: 2 })
    expect(errorOf(text).message).toContain(where)
  })

  test.each(['[', '{a: ', '- ', '? ', '  - - '])('nesting without end of %j', (opening) => {
    expect(errorOf(opening.repeat(20_000))).toMatchObject({ code: 'invalid-yaml', exit: 2 })
    expect(errorOf(opening.repeat(20_000)).message).toContain('nested too deeply')
  })
  test('two documents', () => {
    expect(errorOf('name: a\n---\nname: b\n').code).toBe('invalid-yaml')
  })
  test('a file far too large', () => {
    expect(errorOf(`description: ${'x'.repeat(300_000)}\n`).code).toBe('file-too-large')
  })
  test('all mistakes at once, and suggests the nearest name', () => {
    const error = errorOf('htp:\n  x: 1\nnmae: a\nhttp:\n  port: &p 1\n')
    expect(error.findings.map(({ code }) => code)).toEqual(['unknown-key', 'unknown-key', 'alias'])
    expect(error.findings[1]?.hint).toBe('did you mean name?')
  })
})
