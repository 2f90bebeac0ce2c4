import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readArguments } from '../../src/cli/arguments.js'
import { commandOf } from '../../src/cli/wizard/reproduce.js'
import { type Layer, layerOf, merge } from '../../src/spec/resolve.js'

const flags = (answers: Record<string, unknown>) => layerOf('flag', answers, (key) => `--${key}`)

/** The command for answers in a folder, and the words that a POSIX shell makes of it. */
function command(dir: string, layers: readonly Layer[], rest: Partial<Parameters<typeof commandOf>[3]> = {}) {
  const root = path.resolve('/work', dir)
  const { spec } = merge(layers, path.basename(root))
  const text = commandOf(dir, root, spec, { cwd: undefined, config: undefined, git: false, ...rest })
  const shell = spawnSync('sh', ['-c', text.replace('npx create-go-k8s-service', "printf '%s\\0'")], {
    encoding: 'utf8',
  })
  return { text, spec, root, words: shell.stdout.split('\0').slice(0, -1) }
}

async function specOf(words: readonly string[], root: string, below: readonly Layer[] = []) {
  const { answers } = await readArguments(words)
  return merge([...below, answers], path.basename(root)).spec
}

describe('the command that reproduces a project', () => {
  test('names the folder, and what differs from the preset', () => {
    const { words } = command('orders', [flags({ preset: 'production', 'http.port': 9000, 'autoscaling.min': 3 })])
    expect(words).toEqual(['orders', '--preset', 'production', '--http-port', '9000', '--yes'])
  })
  test.each([
    ['--git, when it was chosen', 'orders', {}, { git: true }, ['orders', '--yes', '--git']],
    ['the folder of -C', 'orders', {}, { cwd: '../my work' }, ['-C', '../my work', 'orders', '--yes']],
    [
      'a name that the folder does not give',
      './Orders',
      { name: 'orders' },
      {},
      ['./Orders', '--name', 'orders', '--yes'],
    ],
    ['a folder that reads like a command', 'list', {}, {}, ['./list', '--yes']],
    ['a folder that reads like a flag', '-x', { name: 'x' }, {}, ['./-x', '--name', 'x', '--yes']],
    ['a switch that is off', 'orders', { 'pdb.enabled': false }, {}, ['orders', '--no-pdb', '--yes']],
  ])('has %s', (_, dir, answers, rest, expected) => {
    expect(command(dir, [flags(answers)], rest).words).toEqual(expected)
  })
  test('keeps --config where the file extends another, and says what differs from it', async () => {
    const file = flags({ 'http.port': 9000, owner: 'team', preset: 'minimal' })
    const config = { file: 'my answers.yaml', layers: [file] }
    const { words, spec, root } = command('orders', [file, flags({ 'http.port': 8080, preset: 'standard' })], {
      config,
    })
    expect(words).toEqual([
      'orders',
      '--config',
      'my answers.yaml',
      '--preset',
      'standard',
      '--http-port',
      '8080',
      '--yes',
    ])
    expect(await specOf(words, root, [file])).toEqual(spec)
  })
  test('fits its lines to the terminal where it can', () => {
    const { text, words } = command('orders', [
      flags({
        preset: 'production',
        'http.port': 9000,
        'http.timeout': '10s',
        'image.repository': 'ghcr.io/acme/orders',
      }),
    ])
    const lines = text.split('\n')
    expect([lines.length > 1, lines.filter((line) => line.length > 78)]).toEqual([true, []])
    expect(words).not.toContain('')
  })
  test('survives any text', async () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !text.includes('\0'))
    await fc.assert(
      fc.asyncProperty(word, word, fc.stringMatching(/^[a-z]{1,8}$/), async (description, value, key) => {
        const { words, spec, root } = command('orders', [flags({ description, 'config.values': { [key]: value } })])
        expect(await specOf(words, root)).toEqual(spec)
      }),
      { numRuns: 60 },
    )
  })
})
