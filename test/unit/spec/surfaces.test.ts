import { describe, expect, test } from '@jest/globals'
import Ajv2020 from 'ajv/dist/2020.js'
import { help } from '../../../src/cli/help.js'
import { flagOf, keysByFlag, valueOfFlag, wordsOf } from '../../../src/spec/flags.js'
import { jsonSchema } from '../../../src/spec/json-schema.js'
import { presets } from '../../../src/spec/presets.js'
import { judge } from '../../../src/spec/resolve.js'
import { groups, isKey, type Key, keys, optionOf } from '../../../src/spec/table.js'

const schema = jsonSchema('https://example.com/schema.json')
const Ajv = Ajv2020.default
const validate = new Ajv({ strict: false }).compile(schema)

describe('one declaration, one option', () => {
  test('every group key is in the table, once', () => {
    const grouped = groups.flatMap(({ options }) => Object.keys(options))
    expect([...grouped].sort()).toEqual([...keys].sort())
    expect(new Set(grouped).size).toBe(grouped.length)
  })
  test('every option has its own flag', () => {
    expect(keysByFlag().size).toBe(keys.length)
  })
  test('every option that works is in the help, at 80 columns', async () => {
    const text = await help()
    for (const key of keys) {
      if (key !== 'version') {
        expect([key, text.includes(`--${flagOf(key)} `)]).toEqual([key, optionOf(key).later !== true])
      }
    }
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(text).toMatch(/Examples:\n( .*\n)+$/)
  })
  test('every when names a boolean option', () => {
    const conditions = keys.flatMap((key) => optionOf(key).when ?? [])
    expect(conditions.filter((key) => !isKey(key) || optionOf(key).kind !== 'boolean')).toEqual([])
  })
  test.each(keys.filter((key) => optionOf(key).default !== undefined))('the default of %s is valid', (key) => {
    expect(judge(key, optionOf(key).default, key)?.code).not.toBe('invalid-value')
  })
  test.each(Object.entries(presets))('preset %s holds only what works', (_, { answers }) => {
    expect(Object.entries(answers).map(([key, value]) => judge(key as Key, value, key))).toEqual(
      Object.keys(answers).map(() => undefined),
    )
  })
  test('flags read back what they print', () => {
    for (const key of keys) {
      const value = optionOf(key).default
      if (value !== undefined && optionOf(key).kind !== 'map' && key !== 'version') {
        const words = wordsOf(key, value)
        const text =
          optionOf(key).kind === 'boolean' ? [words[0]?.startsWith('--no-') ? 'false' : 'true'] : words.slice(1)
        expect([key, valueOfFlag(key, text)]).toEqual([key, value])
      }
    }
  })
})

test('a list of objects reads back as a flag: numbers where numbers are wanted, words elsewhere', () => {
  const value = [
    { name: '1', cluster: 'https://10.0.0.1:6443', weight: 60, replicas: 18 },
    { name: 'b', cluster: 'north', weight: 40, replicas: 12 },
  ]
  expect(valueOfFlag('regions', wordsOf('regions', value).slice(1))).toEqual(value)
  expect(judge('regions', value, 'regions')).toBeUndefined()
  const flat = value.map((one, at) => ({ ...one, podNetwork: at === 0 ? '10.1.0.0/16' : 'fd00:1::/48' }))
  expect(valueOfFlag('regions', wordsOf('regions', flat).slice(1))).toEqual(flat)
  expect(judge('regions', flat, 'regions')).toBeUndefined()
  for (const podNetwork of ['10.1.0.0', '10.1.0.0/33', '10.1.0.0/0', '10.1.0.999/16', 'fd00::/129', 'pods']) {
    const [one, two] = flat
    expect(judge('regions', [one, { ...two, podNetwork }], 'regions')?.code).toBe('invalid-value')
  }
  for (const text of ['name=a,cluster=b,weight=x,replicas=1;name=c,cluster=d,weight=1,replicas=1', 'a', 'name=a', '']) {
    expect(judge('regions', valueOfFlag('regions', [text]), 'regions')?.code).toBe('invalid-value')
  }
})

describe('JSON Schema', () => {
  test.each([
    [{}],
    [{ version: 1, name: 'orders', http: { port: 8081 } }],
    [{ resources: { cpu: { request: 1 } }, target: { kubernetes: '1.36' } }],
    [{ extends: '../org.yaml', config: { values: { a: 'b' } } }],
  ])('takes %j', (document) => {
    expect([validate(document), validate.errors]).toEqual([true, null])
  })
  test.each([
    [{ nmae: 'orders' }],
    [{ http: { prot: 1 } }],
    [{ http: { port: '8080' } }],
    [{ name: 'Orders' }],
    [{ rollout: { strategy: 'recreate' } }],
    [{ istio: { mode: 'sidecars' } }],
    [{ delivery: { packaging: 'helm' } }],
    [{ postgres: { tls: 'prefer' } }],
    [{ version: 2 }],
  ])('refuses %j', (document) => {
    expect(validate(document)).toBe(false)
  })
})
