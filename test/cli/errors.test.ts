import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { bin, run, temporaryFolder } from '../support/cli.js'

const work = temporaryFolder('errors')
afterAll(() => fs.rmSync(work, { recursive: true, force: true }))

let counter = 0
function folder(): string {
  const made = path.join(work, `e${counter++}`)
  fs.mkdirSync(made)
  return made
}

const filesOf = (root: string, pattern: RegExp): string[] =>
  fs
    .readdirSync(root, { recursive: true })
    .map(String)
    .filter((file) => pattern.test(file))
    .map((file) => path.join(root, file))

test('each code of an error or a warning is named by a test', () => {
  const codes = filesOf('src', /\.ts$/).flatMap((file) =>
    [...fs.readFileSync(file, 'utf8').matchAll(/(?:new UserError\(\s*|\bcode: )'([a-z][a-z0-9-]+)'/g)].map(
      ([, code = '']) => code,
    ),
  )
  const tests = filesOf('test', /\.ts$/)
    .map((file) => fs.readFileSync(file, 'utf8'))
    .join('\n')
  expect(codes.length).toBeGreaterThan(50)
  expect([...new Set(codes)].filter((code) => !tests.includes(`'${code}'`) && !tests.includes(`"${code}"`))).toEqual([])
})

describe('what goes wrong, told by its code', () => {
  test('a word too many', () => {
    const { code, stdout } = run(['orders', 'again', '--yes', '--json'], folder())
    expect([code, JSON.parse(stdout).error.code]).toEqual([2, 'extra-argument'])
  })

  test('a folder that may not be written to', () => {
    const cwd = folder()
    fs.mkdirSync(path.join(cwd, 'locked'), { mode: 0o555 })
    // Root may write anywhere, so somebody else has to try; the program lies where all may read it.
    const own = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    for (let dir = cwd; dir !== path.dirname(work); dir = path.dirname(dir)) {
      fs.chmodSync(dir, 0o755)
    }
    const copy = path.join(cwd, 'dist')
    fs.cpSync(path.dirname(bin), copy, { recursive: true })
    fs.writeFileSync(path.join(cwd, 'package.json'), '{"type": "module"}')
    const { status, stdout } = spawnSync(
      process.execPath,
      [path.join(copy, 'bin.js'), 'locked/orders', '--yes', '--json'],
      { cwd, encoding: 'utf8', ...own },
    )
    expect([status, JSON.parse(stdout).error.code]).toEqual([3, 'not-writable'])
    expect(fs.readdirSync(path.join(cwd, 'locked'))).toEqual([])
  })

  test('several wrong answers at once', () => {
    const { code, stdout } = run(['orders', '--http-port=1', '--grpc-port=2', '--yes', '--json'], folder())
    const { error } = JSON.parse(stdout)
    expect([code, error.code, error.findings.length]).toEqual([2, 'invalid-spec', 2])
  })

  test('a folder of a repository that is not the one that delivery.path names', () => {
    const cwd = folder()
    spawnSync('git', ['init', '--quiet'], { cwd })
    const { code, stdout } = run(['services/orders', '--delivery-path=services/other', '--yes', '--json'], cwd)
    expect([code, JSON.parse(stdout).error.code]).toEqual([2, 'not-in-its-folder'])
    expect(fs.existsSync(path.join(cwd, 'services'))).toBe(false)
  })

  const warningsOf = (stdout: string) => JSON.parse(stdout).warnings.map(({ code }: { code: string }) => code)

  test('a folder inside a repository is not made one', () => {
    const cwd = folder()
    spawnSync('git', ['init', '--quiet'], { cwd })
    const { code, stdout } = run(['orders', '--yes', '--git', '--json'], cwd)
    expect([code, warningsOf(stdout)]).toEqual([0, expect.arrayContaining(['git-inside'])])
    expect(fs.existsSync(path.join(cwd, 'orders/.git'))).toBe(false)
  })

  test('a commit that git refuses leaves the project, and says so', () => {
    const cwd = folder()
    const env = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_AUTHOR_DATE: 'never' }
    const { code, stdout } = run(['orders', '--yes', '--git', '--json'], cwd, { env })
    expect([code, warningsOf(stdout)]).toEqual([0, expect.arrayContaining(['git-failed'])])
    expect(fs.existsSync(path.join(cwd, 'orders/go.mod'))).toBe(true)
  })

  test('volumes of another size, over a project that may be deployed', () => {
    const cwd = folder()
    const args = ['orders', '--yes', '--workload-kind=statefulset']
    run(args, cwd)
    const before = fs.readFileSync(path.join(cwd, 'orders/deploy/workload/statefulset.yaml'), 'utf8')
    const larger = [...args, '--workload-volume-size=20Gi', '--force', '--json']
    const { code, stdout } = run(larger, cwd)
    const { error } = JSON.parse(stdout)
    expect([code, error.code]).toEqual([2, 'immutable-field'])
    expect(error.message).toContain('deploy/workload/statefulset.yaml: spec.volumeClaimTemplates')
    expect(error.hint).toContain('Larger volumes')
    expect(fs.readFileSync(path.join(cwd, 'orders/deploy/workload/statefulset.yaml'), 'utf8')).toBe(before)
    expect(run([...larger, '--recreate'], cwd).code).toBe(0)
    expect(fs.readFileSync(path.join(cwd, 'orders/README.md'), 'utf8')).toContain('Larger volumes')
  })
})
