import fs from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { keys, optionOf } from '../../src/spec/table.js'
import { run, temporaryFolder } from '../support/cli.js'

const work = temporaryFolder('words')
afterAll(() => fs.rmSync(work, { recursive: true, force: true }))

describe('list', () => {
  const shown = run(['list'], work).stdout
  test('has every preset, and each option with its default and its line of help', () => {
    for (const preset of ['minimal', 'standard', 'production']) {
      expect(shown).toMatch(new RegExp(`^  ${preset} +\\S`, 'm'))
    }
    const lines = shown.split('\n')
    const missing = keys.filter(
      (key) => !lines.some((line) => line.includes(`${key} `) && line.includes(optionOf(key).help)),
    )
    expect(missing).toEqual([])
  })
  test('says the same to programs', () => {
    const { options, presets, features } = JSON.parse(run(['list', '--json'], work).stdout)
    expect(presets.map(({ name }: { name: string }) => name)).toEqual(['minimal', 'standard', 'production'])
    expect(options.map(({ key }: { key: string }) => key).sort()).toEqual([...keys].sort())
    const port = options.find(({ key }: { key: string }) => key === 'http.port')
    expect(port).toMatchObject({ default: 8080, help: optionOf('http.port').help })
    for (const feature of features) {
      expect(feature).toMatchObject({ id: expect.stringMatching(/^[a-z0-9-]+$/), help: expect.stringMatching(/\S/) })
    }
  })
})

describe('explain WORD', () => {
  test('a computed number: its arithmetic and its reason', () => {
    const { code, stdout } = run(['explain', 'terminationGracePeriodSeconds'], work)
    expect(code).toBe(0)
    expect(stdout).toMatch(/terminationGracePeriodSeconds/)
    expect(stdout).toMatch(/5 \(preStop sleep\) \+ 5 \(drain\) \+ 20 \(shutdown\)/)
    expect(stdout).toContain('SIGKILL')
  })
  test('an option: its value, and which layer it came from', () => {
    const given = run(['explain', 'http.timeout', '--http-timeout=7s'], work).stdout
    expect(given).toMatch(/http\.timeout +7s/)
    expect(given).toContain('--http-timeout')
    expect(run(['explain', 'http.timeout'], work).stdout).toMatch(/http\.timeout +15s[\s\S]*default/)
  })
  test('a word that is none: the nearest is named, or the way to all of them', () => {
    const { code, stderr } = run(['explain', 'http.timeot'], work)
    expect(code).toBe(2)
    expect(stderr).toContain('neither an option nor a computed number')
    expect(stderr).toContain('http.timeout')
  })
})

test('the schema states each default', () => {
  const schema = JSON.parse(run(['schema'], work).stdout)
  const at = (key: string) =>
    key
      .split('.')
      .reduce(
        (node, part) =>
          node?.properties?.[part] ?? node?.anyOf?.find((one: typeof node) => one.properties)?.properties[part],
        schema,
      )
  const differing = keys.filter((key) => {
    const { default: value, derived } = optionOf(key)
    return value !== undefined && derived === undefined && JSON.stringify(at(key)?.default) !== JSON.stringify(value)
  })
  expect(differing).toEqual([])
})

describe('counts', () => {
  test('a first project: so many files; the same again: unchanged; another: so many of them', () => {
    const first = run(['orders', '--yes'], work).stderr
    const all = fs
      .readdirSync(path.join(work, 'orders'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile()).length
    expect(first).toContain(`created orders: ${all} files in orders`)
    expect(run(['orders', '--yes'], work).stderr).toContain('unchanged orders')
    const dry = run(['orders', '--yes', '--force', '--dry-run', '--description=Another'], work)
    const changed = dry.stdout.split('\n').filter((line) => /^(create|update|delete) /.test(line)).length
    expect(changed).toBeGreaterThan(1)
    expect(dry.stderr).toContain(`${changed} files would change in orders; nothing did`)
  })
})
