import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { groups } from '../../src/spec/table.js'
import { hasPty, keys, Pty } from '../support/pty.js'
import { readTree, type TreeEntry } from '../support/tree.js'

const bin = path.resolve('dist/bin.js')
const open = {
  name: '? Name of the service',
  module: '? Go module path',
  preset: '? Preset',
  sections: '? Sections',
  git: '? Make it a git repository',
  create: '? Create it?',
  blocked: '? This cannot be created yet',
}

/** Keys that open a section while the cursor is on "Continue". */
const section = (title: string) => keys.down.repeat(groups.findIndex((group) => group.title === title) + 1) + keys.enter

let cwd: string
beforeEach(() => {
  cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'wizard-'))
})
afterEach(() => {
  fs.rmSync(cwd, { recursive: true, force: true })
})

/** Starts the wizard, answers in order and gives the exit code. An array of one element waits only. */
async function run(
  args: readonly string[],
  script: readonly (readonly [shown: string, pressed?: string])[],
  options: { columns?: number; env?: Record<string, string> } = {},
) {
  const pty = new Pty([process.execPath, bin, ...args], { cwd, ...options })
  for (const [shown, pressed] of script) {
    await pty.waitFor(shown)
    if (pressed !== undefined) {
      pty.send(pressed)
    }
  }
  const code = await pty.exit()
  return { code, text: pty.text, raw: pty.raw }
}

/** Runs without a terminal. */
function plain(...args: string[]) {
  return spawnSync(process.execPath, [bin, ...args], { cwd, encoding: 'utf8', input: '' })
}

function tree(folder: string): Record<string, TreeEntry> {
  const entries = Object.entries(readTree(path.join(cwd, folder)))
  return Object.fromEntries(entries.filter(([file]) => !file.startsWith('.git/')))
}

/** Puts the project aside and runs the command that was printed, in the same place. */
function again(text: string): Record<string, TreeEntry> {
  const printed = /questions:\n([\s\S]*?)\n\n/.exec(text)?.[1] ?? ''
  fs.renameSync(path.join(cwd, 'orders'), path.join(cwd, 'first'))
  const line = printed.replace('npx create-go-k8s-service', '"$0" "$1"')
  const { status, stdout } = spawnSync('sh', ['-c', line, process.execPath, bin], { cwd, encoding: 'utf8' })
  expect([status, stdout]).toEqual([0, ''])
  return tree('orders')
}

const { enter, esc, interrupt } = keys
const through = [
  [open.module, enter],
  [open.preset, enter],
  [open.sections, enter],
  [open.git, enter],
  [open.create, enter],
] as const

// Without util-linux's `script` there is no terminal to ask on; the report then shows these tests as skipped.
const onTerminal = hasPty ? describe : describe.skip

onTerminal('the wizard writes what flags and a file write', () => {
  test('Enter through everything is --yes', async () => {
    const { code } = await run(['asked/orders'], through)
    expect(code).toBe(0)
    expect(plain('flags/orders', '--yes').status).toBe(0)
    expect(tree('asked/orders')).toEqual(tree('flags/orders'))
  })
  test('answers in two sections are the same flags and the same file', async () => {
    const { code } = await run(
      ['asked/orders'],
      [
        [open.module, `example.org/team/orders${enter}`],
        [open.preset, keys.down + enter],
        [open.sections, section('Service')],
        ['? HTTP port', `9000${enter}`],
        ['? Admin port', esc],
        [open.sections, section('Delivery')],
        ['? Environments', `staging, production${enter}`],
        ['? Deliver with Argo CD?', `n${enter}`],
        ['? Pipeline', enter],
        [open.sections, enter],
        [open.git, enter],
        [open.create, enter],
      ],
    )
    const flags = ['--module', 'example.org/team/orders', '--preset', 'production', '--http-port', '9000']
    const more = ['--delivery-environments', 'staging,production', '--no-delivery-argocd', '--yes']
    expect([code, plain('flags/orders', ...flags, ...more).status]).toEqual([0, 0])
    expect(plain('file/orders', '--config', 'flags/orders/service.yaml', '--yes').status).toBe(0)
    expect(tree('asked/orders')).toEqual(tree('flags/orders'))
    expect(tree('file/orders')).toEqual(tree('flags/orders'))
  })
  test('the printed command reproduces the tree', async () => {
    const { text } = await run(
      [],
      [
        [open.name, `orders${enter}`],
        [open.module, enter],
        [open.preset, keys.down + enter],
        [open.sections, section('Service')],
        ['? HTTP port', `9000${enter}`],
        ['? Admin port', `9100${enter}`],
        ['? Handler time-out', `5s${enter}`],
        ['? Drain delay', esc],
        [open.sections, enter],
        [open.git, keys.down + enter],
        [open.create, enter],
      ],
    )
    expect(again(text)).toEqual(tree('first'))
    const yaml = fs.readFileSync(path.join(cwd, 'first/service.yaml'), 'utf8')
    const answers = yaml.split('\n').filter((text) => text !== '' && !text.startsWith('#'))
    expect(text).toContain(answers.map((text) => `  ${text}`).join('\n'))
  })
  test('the printed command keeps a file that extends another', async () => {
    fs.writeFileSync(path.join(cwd, 'company.yaml'), 'http:\n  port: 9500\nowner: payments\n')
    fs.writeFileSync(path.join(cwd, 'my answers.yaml'), 'extends: company.yaml\nname: orders\npreset: minimal\n')
    const { text } = await run(
      ['--config', 'my answers.yaml', '--no-git'],
      [
        [open.module, enter],
        [open.sections, section('Service')],
        ['? HTTP port (9500)', `8080${enter}`],
        ['? Admin port', esc],
        [open.sections, enter],
        [open.create, enter],
      ],
    )
    expect(text).toContain("orders --config 'my answers.yaml' \\\n    --http-port 8080 --yes")
    expect(again(text)).toEqual(tree('first'))
  })
})

onTerminal('questions', () => {
  test('a wrong answer is shown while it is typed, refused on Enter, and corrected in place', async () => {
    const { code } = await run(
      ['orders', '--preset', 'minimal', '--no-git'],
      [
        [open.module, 'Orders'],
        ['! "Orders" is not a Go module path', enter],
        ['! "Orders" is not a Go module path', `${'\u007f'.repeat(6)}example.org/orders${enter}`],
        ['✔ Go module path example.org/orders'],
        [open.sections, enter],
        [open.create, enter],
      ],
    )
    expect([code, tree('orders')['go.mod']?.content.split('\n')[0]]).toEqual([0, 'module example.org/orders'])
  })
  test('Tab takes the default to edit it', async () => {
    const { text } = await run(
      ['orders', '--preset', 'minimal', '--no-git'],
      [
        [open.module, '\t-api'],
        ['› example.com/orders-api', enter],
        ['✔ Go module path example.com/orders-api', interrupt],
      ],
    )
    expect(text).toContain(open.sections)
  })
  test('what flags and a file answered is not asked', async () => {
    fs.writeFileSync(path.join(cwd, 'answers.yaml'), 'name: orders\nmodule: example.org/orders\n')
    const { code, text } = await run(
      ['--config', 'answers.yaml', '--preset', 'minimal', '--git'],
      [
        [open.sections, section('Project')],
        ['? Name of the service (orders)', esc],
        [open.sections, enter],
        [open.create, enter],
      ],
    )
    expect([code, text.includes(open.git), fs.existsSync(path.join(cwd, 'orders/.git'))]).toEqual([0, false, true])
  })
  test('Esc leads back to the question before, also past the first', async () => {
    const { code } = await run(
      [],
      [
        [open.name, esc],
        [open.name, `orders${enter}`],
        [open.module, enter],
        [open.preset, esc],
        [open.module, esc],
        [`${open.name} (orders)`, interrupt],
      ],
    )
    expect(code).toBe(130)
  })
  test('a conflict is shown, cannot be created, and is repaired', async () => {
    const { code } = await run(
      ['orders', '--preset', 'minimal', '--module', 'example.org/orders', '--no-git'],
      [
        [open.sections, section('Image')],
        ['? Image repository', enter],
        ['? Base image', enter],
        ['? Build with CGO?', enter],
        ['? Wait for dependencies in an entrypoint script?', `y${enter}`],
        ['? Dependencies to wait for', esc],
        ['! entrypoint.enabled needs a shell'],
        [open.sections, keys.up.repeat(20) + enter],
        ['! entrypoint.enabled needs a shell'],
        [open.blocked, enter],
        [open.sections, enter],
        ['? Image repository', enter],
        ['? Base image', `${keys.down.repeat(2)}${enter}`],
        ['? Build with CGO?', esc],
        [open.sections, keys.up.repeat(20) + enter],
        [open.create, enter],
      ],
    )
    expect(code).toBe(0)
    expect(Object.keys(tree('orders'))).toContain('scripts/entrypoint.sh')
  })
  test.each([80, 40, 20])('%d columns hold the questions and the summary', async (columns) => {
    const { code, text } = await run(
      ['orders', '--preset', 'minimal'],
      [
        ['? Go', enter],
        ['✔ Go', ''],
        ['? Sections', keys.down + enter],
        ['? Name', esc],
        ['? Sections', enter],
        ['? Make', enter],
        ['? Create', enter],
      ],
      { columns },
    )
    const kubernetes = text.split('\n').filter((line) => line.startsWith('  Kubernetes '))
    expect([code, kubernetes.map((line) => line.length <= columns)]).toEqual([0, [true]])
  })
  test.each([
    ['NO_COLOR', [], { NO_COLOR: '1' }],
    ['--no-color', ['--no-color'], {}],
  ])('%s leaves no colour', async (_, flags, env) => {
    const { raw } = await run(
      ['orders', ...flags],
      [
        [open.module, 'X'],
        ['! "X"', interrupt],
      ],
      { env },
    )
    expect(raw).not.toMatch(/\u001b\[[0-9;]*m/)
  })
})

onTerminal('git', () => {
  const commits = () =>
    spawnSync('git', ['log', '--format=%s'], { cwd: path.join(cwd, 'orders'), encoding: 'utf8' }).stdout

  test('yes makes a repository with one commit', async () => {
    // A commit needs an author, whatever the machine's own configuration.
    const env = {
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@example.com',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@example.com',
    }
    const { code } = await run(['orders'], through, { env })
    expect([code, commits().split('\n').length]).toEqual([0, 2])
  })
  test('no makes none', async () => {
    const { code } = await run(
      ['orders'],
      [...through.slice(0, 3), [open.git, keys.down + enter], [open.create, enter]],
    )
    expect([code, fs.existsSync(path.join(cwd, 'orders/.git'))]).toEqual([0, false])
  })
  test('is not offered inside a repository', async () => {
    spawnSync('git', ['init', '--quiet'], { cwd })
    const { code, text } = await run(['orders'], [...through.slice(0, 3), [open.create, enter]])
    expect([code, text.includes(open.git), fs.existsSync(path.join(cwd, 'orders/.git'))]).toEqual([0, false, false])
  })
})

onTerminal('leaving', () => {
  test.each([
    ['Ctrl-C at the first question', [[open.module, interrupt]]],
    [
      'Ctrl-C in a section',
      [...through.slice(0, 2), [open.sections, section('Probes')], ['? Emit the liveness', interrupt]],
    ],
    [
      'Ctrl-C in a list',
      [
        [open.module, enter],
        [open.preset, interrupt],
      ],
    ],
    ['Ctrl-C at the summary', [...through.slice(0, 4), [open.create, interrupt]]],
    ['the end of the input', [[open.module, keys.end]]],
    ['quit', [...through.slice(0, 4), [open.create, keys.down.repeat(2) + enter]]],
  ] as const)('%s: exit 130, nothing written', async (_, script) => {
    const { code, text, raw } = await run(['orders'], script)
    expect([code, fs.readdirSync(cwd)]).toEqual([130, []])
    expect(text).toContain('nothing was written')
    // The cursor that a list hides is back.
    expect(raw.lastIndexOf('\u001b[?25h')).toBeGreaterThan(raw.lastIndexOf('\u001b[?25l'))
  })
  test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    '%s: exit 130, nothing written, the terminal as before',
    async (signal) => {
      const inner = `sh -c 'echo pid $$.; exec "$0" "$@"' "$0" "$@"; code=$?; stty -a; exit $code`
      const pty = new Pty(['sh', '-c', inner, process.execPath, bin, 'orders'], { cwd })
      await pty.answer(open.module, enter)
      await pty.waitFor(open.preset)
      process.kill(Number(/pid (\d+)\./.exec(pty.text)?.[1]), signal)
      expect([await pty.exit(), fs.readdirSync(cwd)]).toEqual([130, []])
      expect(pty.text).toContain('cancelled, nothing was written')
      expect(pty.text).toMatch(/[^-]icanon.*[^-]echo /s)
    },
  )
})

describe('without a terminal nothing is asked', () => {
  test('a missing name is exit 2 and named', () => {
    const { status, stdout, stderr } = plain()
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/--name/)
  })
  test('defaults stand for every other answer', () => {
    const { status, stderr } = plain('orders')
    expect([status, stderr.includes('?')]).toEqual([0, false])
  })
})
