import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { bin, run, temporaryFolder } from '../support/cli.js'
import { readTree } from '../support/tree.js'

const work = temporaryFolder('determinism')
afterAll(() => fs.rmSync(work, { recursive: true, force: true }))

const flags = [
  '--module=example.com/shop/orders',
  '--preset=production',
  '--http-port=8081',
  '--http-timeout=10s',
  '--owner=付款 team',
  '--description=a "quoted" $(thing)',
  '--image-base',
  'debian',
  '--entrypoint',
  '--entrypoint-wait-for=db.data:5432',
  '--entrypoint-wait-for=queue:4222',
  '--no-metrics',
  '--rollout-weights',
  '80/20',
  '--config-values',
  'b=2',
  '--config-values=a=x=y',
  '--target-istio=1.31',
]
const file = `
config: {values: {a: x=y, b: "2"}}
target:
  istio: 1.31
rollout.weights: [80, 20]
metrics: {enabled: false}
entrypoint:
  enabled: true
  waitFor: [db.data:5432, queue:4222]
image: {base: debian}
description: 'a "quoted" $(thing)'
owner: 付款 team
http: {timeout: 10s, port: 8081}
preset: production
module: example.com/shop/orders
`

function create(name: string, args: readonly string[], options?: Parameters<typeof run>[2], cwd = work) {
  const target = path.join(work, name, 'orders')
  const result = run([target, '--yes', ...args], cwd, options)
  expect([result.code, result.stdout]).toEqual([0, ''])
  return readTree(target)
}

describe('the same answers', () => {
  const reference = create('flags', flags)

  test('from a file', () => {
    fs.writeFileSync(path.join(work, 'answers.yaml'), file)
    expect(create('file', ['--config', 'answers.yaml'])).toEqual(reference)
  })
  test('from standard input', () => {
    expect(create('stdin', ['--config', '-'], { input: file })).toEqual(reference)
  })
  test('from the service.yaml of the result', () => {
    expect(create('again', ['--config', path.join(work, 'flags/orders/service.yaml')])).toEqual(reference)
  })
  test('half from a file, half from flags, in another order', () => {
    expect(create('mixed', ['--config', 'answers.yaml', ...[...flags].slice(0, 4).reverse()])).toEqual(reference)
  })
  test('from another folder', () => {
    expect(create('elsewhere', flags, undefined, '/')).toEqual(reference)
  })
  test('with -C', () => {
    const result = run(['-C', work, 'relative/orders', '--yes', ...flags], '/')
    expect([result.code, readTree(path.join(work, 'relative/orders'))]).toEqual([0, reference])
  })
  test('in another locale and time zone', () => {
    expect(create('locale', flags, { env: { LANG: 'C', LC_ALL: 'C', TZ: 'Asia/Shanghai' } })).toEqual(reference)
    expect(
      create('turkish', flags, { env: { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', TZ: 'America/St_Johns' } }),
    ).toEqual(reference)
  })
  test('under a umask of 077, and into a folder that exists', () => {
    const target = path.join(work, 'umask/orders')
    fs.mkdirSync(target, { recursive: true })
    const { status } = spawnSync(
      'sh',
      ['-c', 'umask 077; exec "$@"', 'sh', process.execPath, bin, target, '--yes', ...flags],
      { cwd: work },
    )
    expect([status, readTree(target)]).toEqual([0, reference])
    expect((fs.statSync(path.join(target, 'deploy/base')).mode & 0o777).toString(8)).toBe('755')
  })
  test('modes: scripts run, nothing else does', () => {
    const executable = Object.entries(reference)
      .filter(([, { mode }]) => mode === '755')
      .map(([name]) => name)
    expect(executable.every((name) => name.startsWith('scripts/') && name.endsWith('.sh'))).toBe(true)
    expect(new Set(Object.values(reference).map(({ mode }) => mode))).toEqual(new Set(['644', '755']))
  })
})
