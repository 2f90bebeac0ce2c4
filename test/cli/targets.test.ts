import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { run, temporaryFolder } from '../support/cli.js'
import { readTree } from '../support/tree.js'

const work = temporaryFolder('targets')
afterAll(() => fs.rmSync(work, { recursive: true, force: true }))

const isRoot = process.getuid?.() === 0

let counter = 0
/** A new empty folder to run in. */
function folder(): string {
  const made = path.join(work, `t${counter++}`)
  fs.mkdirSync(made)
  return made
}

/** Names in a folder, all levels. */
const names = (dir: string) => fs.readdirSync(dir, { recursive: true }).map(String).sort()

describe('taken', () => {
  test.each([
    ['an empty folder', (dir: string) => fs.mkdirSync(path.join(dir, 'orders')), 'orders'],
    ['the folder itself', () => {}, '.'],
    ['a new path with parents', () => {}, 'a/b/orders'],
    ['a folder beside', (dir: string) => fs.mkdirSync(path.join(dir, 'inner')), './inner/../orders'],
    ['umlauts, CJK and spaces', () => {}, 'ü 订单/orders'],
  ])('%s', (_, prepare, dir) => {
    const cwd = folder()
    prepare(cwd)
    expect(run([dir, '--name', 'orders', '--yes'], cwd)).toMatchObject({ code: 0, stdout: '' })
    expect(fs.existsSync(path.join(cwd, dir, 'go.mod'))).toBe(true)
    expect(names(cwd).filter((name) => name.includes('.new-'))).toEqual([])
  })

  test('a folder with .git, LICENSE and README: they stay', () => {
    const cwd = folder()
    fs.mkdirSync(path.join(cwd, '.git'))
    fs.writeFileSync(path.join(cwd, 'LICENSE'), 'ours')
    fs.writeFileSync(path.join(cwd, 'README.md'), 'ours too')
    const { code, stdout } = run(['.', '--name', 'orders', '--yes', '--json'], cwd)
    expect(code).toBe(0)
    expect(JSON.parse(stdout).warnings).toMatchObject([{ code: 'kept' }])
    expect(fs.readFileSync(path.join(cwd, 'README.md'), 'utf8')).toBe('ours too')
    expect(fs.existsSync(path.join(cwd, 'go.mod'))).toBe(true)
  })

  test('a folder with files that are not in the way', () => {
    const cwd = folder()
    fs.writeFileSync(path.join(cwd, 'notes.txt'), 'keep')
    expect(run(['.', '--name', 'orders', '--yes'], cwd).code).toBe(0)
    expect(fs.readFileSync(path.join(cwd, 'notes.txt'), 'utf8')).toBe('keep')
  })

  test('--force replaces what differs, and nothing else', () => {
    const cwd = folder()
    fs.writeFileSync(path.join(cwd, 'go.mod'), 'mine')
    fs.writeFileSync(path.join(cwd, 'notes.txt'), 'keep')
    const { code, stdout } = run(['.', '--name', 'orders', '--yes', '--force', '--json'], cwd)
    expect(code).toBe(0)
    const replaced = JSON.parse(stdout).actions.filter(({ action }: { action: string }) => action === 'update')
    expect(replaced).toEqual([{ path: 'go.mod', action: 'update', policy: 'merge' }])
    expect(fs.readFileSync(path.join(cwd, 'notes.txt'), 'utf8')).toBe('keep')
  })
})

describe('refused with exit 3, nothing written', () => {
  const cases: [string, (dir: string) => void, string, string][] = [
    [
      'files in the way',
      (dir) => {
        fs.mkdirSync(path.join(dir, 'orders'))
        fs.writeFileSync(path.join(dir, 'orders/go.mod'), 'x')
        fs.writeFileSync(path.join(dir, 'orders/Makefile'), 'x')
      },
      'orders',
      'occupied',
    ],
    [
      'a folder where a file goes',
      (dir) => fs.mkdirSync(path.join(dir, 'orders/go.mod'), { recursive: true }),
      'orders',
      'occupied',
    ],
    [
      'a link where a folder goes',
      (dir) => {
        fs.mkdirSync(path.join(dir, 'orders'))
        fs.mkdirSync(path.join(dir, 'elsewhere'))
        fs.symlinkSync('../elsewhere', path.join(dir, 'orders/deploy'))
      },
      'orders',
      'occupied',
    ],
    [
      'a link where the records go',
      (dir) => {
        fs.mkdirSync(path.join(dir, 'orders'))
        fs.mkdirSync(path.join(dir, 'elsewhere'))
        fs.symlinkSync('../elsewhere', path.join(dir, 'orders/.go-k8s-service'))
      },
      'orders',
      'occupied',
    ],
    ['a file', (dir) => fs.writeFileSync(path.join(dir, 'orders'), 'x'), 'orders', 'target-is-file'],
    ['a folder below a file', (dir) => fs.writeFileSync(path.join(dir, 'file'), 'x'), 'file/orders', 'target-is-file'],
    [
      'a link',
      (dir) => {
        fs.mkdirSync(path.join(dir, 'real'))
        fs.symlinkSync('real', path.join(dir, 'orders'))
      },
      'orders',
      'target-is-link',
    ],
    ['a link to nothing', (dir) => fs.symlinkSync('nothing', path.join(dir, 'orders')), 'orders', 'target-is-link'],
    ['the folder above', () => {}, '..', 'target-around-cwd'],
    ['the root', () => {}, '/', 'target-around-cwd'],
    // Only root may write to every folder, and so gets as far as trying.
    ['a place where no folder can be made', () => {}, '/proc/orders', isRoot ? 'cannot-write' : 'not-writable'],
    ['a path that is far too long', () => {}, `${'a'.repeat(300)}/orders`, 'cannot-write'],
  ]
  test.each(cases)('%s', (_, prepare, dir, code) => {
    const cwd = folder()
    prepare(cwd)
    const before = names(cwd)
    for (const extra of [[], ['--force']]) {
      if (code === 'occupied' && extra.length > 0 && _ === 'files in the way') {
        continue
      }
      const result = run([dir, '--name', 'orders', '--yes', '--json', ...extra], cwd)
      expect([result.code, JSON.parse(result.stdout).error.code]).toEqual([3, code])
      expect(names(cwd)).toEqual(before)
    }
  })

  test('all the files in the way are listed', () => {
    const cwd = folder()
    fs.writeFileSync(path.join(cwd, 'go.mod'), 'x')
    fs.writeFileSync(path.join(cwd, 'Dockerfile'), 'x')
    const { stderr } = run(['.', '--name', 'orders', '--yes'], cwd)
    expect(stderr).toMatch(/- Dockerfile\n.*- go\.mod\n/s)
  })

  const unwritable = isRoot ? test.skip : test
  unwritable('a folder without write permission (skipped as root, whom nothing stops)', () => {
    const cwd = folder()
    fs.chmodSync(cwd, 0o555)
    expect(run(['orders', '--yes'], cwd).code).toBe(3)
    fs.chmodSync(cwd, 0o755)
  })

  const mounts = isRoot && spawnSync('mount', ['--version']).status === 0
  const fullDisk = mounts ? test : test.skip
  fullDisk('a full disk (needs root, for a small file system)', () => {
    const cwd = folder()
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', cwd]).status).toBe(0)
    try {
      fs.mkdirSync(path.join(cwd, 'exists'))
      fs.writeFileSync(path.join(cwd, 'exists/notes.txt'), 'keep')
      for (const dir of ['orders', 'exists']) {
        const before = names(cwd)
        const result = run([dir, '--name', 'orders', '--yes', '--json'], cwd)
        expect([result.code, JSON.parse(result.stdout).error.message]).toEqual([3, expect.stringContaining('ENOSPC')])
        expect(names(cwd)).toEqual(before)
      }
      expect(readTree(path.join(cwd, 'exists'))['notes.txt']?.content).toBe('keep')
    } finally {
      spawnSync('umount', [cwd])
    }
  })
})

describe('git', () => {
  const env = {
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.com',
  }
  const hasGit = spawnSync('git', ['--version']).status === 0
  const withGit = hasGit ? test : test.skip
  withGit('--git commits the render', () => {
    const cwd = folder()
    expect(run(['orders', '--yes', '--git'], cwd, { env }).code).toBe(0)
    const log = spawnSync('git', ['-C', path.join(cwd, 'orders'), 'log', '--format=%s'], { encoding: 'utf8' })
    const status = spawnSync('git', ['-C', path.join(cwd, 'orders'), 'status', '--porcelain'], { encoding: 'utf8' })
    expect([log.stdout, status.stdout]).toEqual(['Generate the service\n', ''])
  })
  test('a missing git is a warning', () => {
    const cwd = folder()
    const { code, stdout } = run(['orders', '--yes', '--git', '--json'], cwd, { env: { PATH: '/nonexistent' } })
    expect([code, JSON.parse(stdout).warnings[0].code]).toEqual([0, 'git-missing'])
  })
  test('without --git there is no repository', () => {
    const cwd = folder()
    run(['orders', '--yes'], cwd)
    expect(fs.existsSync(path.join(cwd, 'orders/.git'))).toBe(false)
  })
})

test('--diff is a patch that git applies to the same tree', () => {
  const cwd = folder()
  const patch = run(['orders', '--yes', '--diff'], cwd).stdout
  expect(names(cwd)).toEqual([])
  run(['orders', '--yes'], cwd)
  const applied = path.join(cwd, 'applied')
  fs.mkdirSync(applied)
  spawnSync('git', ['init', '--quiet'], { cwd: applied })
  expect(spawnSync('git', ['apply'], { cwd: applied, input: patch, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  })
  fs.rmSync(path.join(applied, '.git'), { recursive: true })
  const {
    '.go-k8s-service/lock.json': _lock,
    '.go-k8s-service/baseline.br': _baseline,
    ...created
  } = readTree(path.join(cwd, 'orders'))
  expect(readTree(applied)).toEqual(created)
})
