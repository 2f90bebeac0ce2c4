import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { run, temporaryFolder } from '../support/cli.js'
import { readTree } from '../support/tree.js'

const work = temporaryFolder('again')
afterAll(() => fs.rmSync(work, { recursive: true, force: true }))

let counter = 0
function folder(): string {
  const made = path.join(work, `a${counter++}`)
  fs.mkdirSync(made)
  return made
}

describe('--force over an earlier project', () => {
  test('equals a fresh create, and leaves no folder behind', () => {
    const cwd = folder()
    run(['orders', '--yes', '--pprof', '--preset', 'production'], cwd)
    expect(run(['orders', '--yes', '--force', '--preset', 'minimal'], cwd).code).toBe(0)
    run(['fresh', '--name', 'orders', '--yes', '--preset', 'minimal'], cwd)
    expect(readTree(path.join(cwd, 'orders'))).toEqual(readTree(path.join(cwd, 'fresh')))
    expect(fs.existsSync(path.join(cwd, 'orders/.github'))).toBe(false)
  })

  test('keeps what was edited and what is the user’s own, and says so', () => {
    const cwd = folder()
    run(['orders', '--yes'], cwd)
    fs.appendFileSync(path.join(cwd, 'orders/.github/dependabot.yml'), '# mine\n')
    fs.writeFileSync(path.join(cwd, 'orders/deploy/argocd/mine.yaml'), 'mine\n')
    const { stdout } = run(['orders', '--yes', '--force', '--preset', 'minimal', '--json'], cwd)
    expect(JSON.parse(stdout).warnings).toEqual([
      { code: 'stale', message: expect.stringContaining('.github/dependabot.yml') },
    ])
    expect(fs.readdirSync(path.join(cwd, 'orders/deploy/argocd'))).toEqual(['mine.yaml'])
    expect(fs.existsSync(path.join(cwd, 'orders/.github/dependabot.yml'))).toBe(true)
  })

  test('what was sealed stays sealed, and a placeholder is replaced', () => {
    const cwd = folder()
    run(['orders', '--yes', '--secrets-provider', 'sealed-secrets'], cwd)
    const file = (environment: string) =>
      path.join(cwd, `orders/deploy/overlays/${environment}/sealed-credentials.yaml`)
    const empty = fs.readFileSync(file('dev'), 'utf8')
    const sealed = empty.replace('encryptedData: {}', 'encryptedData:\n    admin-token: AgBy3i4OJSWK')
    fs.writeFileSync(file('production'), sealed)
    fs.writeFileSync(file('dev'), `${empty}# a comment\n`)
    const args = ['orders', '--yes', '--secrets-provider', 'sealed-secrets', '--postgres', '--force', '--json']
    const { stdout } = run(args, cwd)
    expect(fs.readFileSync(file('production'), 'utf8')).toBe(sealed)
    expect(fs.readFileSync(file('dev'), 'utf8')).toBe(empty)
    expect(JSON.parse(stdout).warnings).toEqual([
      { code: 'kept', message: 'deploy/overlays/production/sealed-credentials.yaml was there and stays as it is' },
    ])
  })

  test('--diff shows it first, and git applies that', () => {
    const cwd = folder()
    run(['orders', '--yes'], cwd)
    const root = path.join(cwd, 'orders')
    const patch = run(['orders', '--yes', '--force', '--preset', 'minimal', '--diff'], cwd).stdout
    spawnSync('git', ['init', '--quiet'], { cwd: root })
    expect(spawnSync('git', ['apply'], { cwd: root, input: patch, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    })
    fs.rmSync(path.join(root, '.git'), { recursive: true })
    run(['fresh', '--name', 'orders', '--yes', '--preset', 'minimal'], cwd)
    const withoutRecords = ({
      '.go-k8s-service/lock.json': _a,
      '.go-k8s-service/baseline.br': _b,
      ...rest
    }: ReturnType<typeof readTree>) => rest
    expect(withoutRecords(readTree(root))).toEqual(withoutRecords(readTree(path.join(cwd, 'fresh'))))
  })

  test('a lock that names paths outside is not followed', () => {
    const cwd = folder()
    run(['orders', '--yes'], cwd)
    fs.writeFileSync(path.join(cwd, 'victim'), '')
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    const lock = path.join(cwd, 'orders/.go-k8s-service/lock.json')
    fs.writeFileSync(
      lock,
      JSON.stringify({ files: { '../victim': { sha256: empty }, '/etc/hosts': { sha256: empty } } }),
    )
    expect(run(['orders', '--yes', '--force'], cwd).code).toBe(0)
    expect(fs.existsSync(path.join(cwd, 'victim'))).toBe(true)
  })

  test('twice the same changes nothing, and says so', () => {
    const cwd = folder()
    run(['orders', '--yes'], cwd)
    expect(run(['orders', '--yes'], cwd)).toMatchObject({ code: 0, stderr: expect.stringContaining('unchanged') })
  })
})

describe('words for the user', () => {
  test('the next command is quoted, and right from where the user is', () => {
    const cwd = folder()
    fs.mkdirSync(path.join(cwd, 'sub'))
    expect(run(["a b/x'$(id)", '--name', 'orders', '--yes'], cwd).stderr).toContain(`cd 'a b/x'\\''$(id)'`)
    expect(run(['-C', 'sub', 'orders', '--yes'], cwd).stderr).toContain('cd sub/orders')
    expect(JSON.parse(run(['~', '--name', 'orders', '--yes', '--json', '--dry-run'], cwd).stdout).next[0]).toBe(
      "cd '~'",
    )
    expect(JSON.parse(run(['.', '--name', 'orders', '--yes', '--json', '--dry-run'], cwd).stdout).next).toEqual([
      'make test',
      'make run',
    ])
  })

  test.each([
    [['--workload-replicas', '5'], 'workload.replicas'],
    [['--workload-volume-size', '5Gi'], 'workload.volume.size'],
    [['--istio-retries', '1'], 'istio.retries'],
    [['--no-autoscaling', '--autoscaling-max', '5'], 'autoscaling.max'],
    [['--config-source', 'env', '--no-config-reload'], 'config.reload'],
    [['--secrets-store', 'vault'], 'secrets.store'],
    [['--secrets-provider', 'sealed-secrets', '--secrets-path', 'a'], 'secrets.path'],
  ])('%j: an answer without effect is a warning', (flags, key) => {
    const { code, stdout } = run(['orders', '--yes', '--json', '--dry-run', ...flags], folder())
    expect([code, JSON.parse(stdout).warnings]).toEqual([
      0,
      [{ code: 'no-effect', message: expect.stringContaining(key) }],
    ])
  })

  test('--diff --json is one document', () => {
    const { stdout } = run(['orders', '--yes', '--diff', '--json'], folder())
    expect(JSON.parse(stdout).diff).toContain('+++ b/go.mod')
  })

  test('--dry-run prints the plan on standard output', () => {
    expect(run(['orders', '--yes', '--dry-run'], folder()).stdout).toContain('create go.mod\n')
  })

  test('a file of answers can not reach the terminal', () => {
    const { code, stderr } = run(['--yes', '--config', '-'], folder(), { input: '"\\e[31mred\\nline": 1\n' })
    expect(code).toBe(2)
    expect(stderr).not.toContain('\u001b')
    expect(stderr).toContain('\\u001b[31mred\\u000aline')
  })
})

describe('refused', () => {
  test.each([
    [[''], 2, 'missing-value'],
    [['default', '--yes'], 2, 'invalid-value'],
    [['con', '--yes'], 2, 'invalid-value'],
    [['vendor', '--yes'], 2, 'invalid-value'],
    [['orders', '--yes', '--namespace', 'kube', '--delivery-environments', 'system,prod'], 2, 'invariant-19'],
    [['orders', '--yes', '--module', 'go.opentelemetry.io/otel'], 2, 'module-taken'],
    [['orders', '--yes', '--git', '--no-git'], 2, 'repeated-flag'],
    [['orders', '--yes', '--config-values', 'a'], 2, 'missing-value'],
    [['-C', 'nowhere', 'orders', '--yes'], 3, 'no-such-folder'],
  ])('%j', (args, code, error) => {
    const cwd = folder()
    const result = run([...args, '--json'], cwd)
    expect([result.code, JSON.parse(result.stdout).error.code, fs.readdirSync(cwd)]).toEqual([code, error, []])
  })

  test('a working directory that is gone', () => {
    const cwd = folder()
    const { status, stderr } = spawnSync(
      'sh',
      [
        '-c',
        `mkdir gone && cd gone && rmdir ../gone && "${process.execPath}" "${path.resolve('dist/bin.js')}" orders --yes`,
      ],
      { cwd, encoding: 'utf8' },
    )
    expect([status, stderr]).toEqual([3, expect.not.stringContaining(' at ')])
  })

  const hasFull = fs.existsSync('/dev/full')
  const onLinux = hasFull ? test : test.skip
  onLinux('a standard output that is full (needs /dev/full)', () => {
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', `"${process.execPath}" "${path.resolve('dist/bin.js')}" schema >/dev/full`],
      { encoding: 'utf8' },
    )
    expect([status, stderr]).toEqual([3, 'error cannot write to standard output (ENOSPC)\n'])
  })
})
