import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from '@jest/globals'
import { keys } from '../support/pty.js'
import { cwd, later, onTerminal, open, run, section, through, tree } from '../support/session.js'

const { enter, esc, interrupt } = keys

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
        [later('? Wait for dependencies in an entrypoint script?'), `y${enter}`],
        [later('? Dependencies to wait for'), esc],
        ['! entrypoint.enabled needs a shell'],
        [open.sections, keys.up.repeat(20) + enter],
        ['! entrypoint.enabled needs a shell'],
        [open.blocked, enter],
        [open.sections, enter],
        [later('? Base image'), `${keys.down.repeat(2)}${enter}`],
        [later('? Build with CGO?'), esc],
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
