import fs from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import Ajv2020 from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { run, temporaryFolder } from '../support/cli.js'

const work = temporaryFolder('json')
afterAll(() => fs.rmSync(work, { recursive: true, force: true }))

/** Standard output as the one JSON document it must be. */
function documentOf(args: readonly string[], code: number) {
  const result = run(args, work)
  expect([result.code, result.stderr]).toEqual([code, ''])
  return JSON.parse(result.stdout)
}

describe('one JSON document', () => {
  test('create --dry-run, then create', () => {
    const planned = documentOf(['orders', '--yes', '--dry-run', '--json'], 0)
    expect(fs.existsSync(path.join(work, 'orders'))).toBe(false)
    const created = documentOf(['orders', '--yes', '--json'], 0)
    expect(created).toEqual(planned)
    expect(created).toMatchObject({
      command: 'create',
      dir: 'orders',
      conflicts: [],
      warnings: [],
      next: ['cd orders', 'make test', 'make run'],
    })
    for (const { path: file, action, policy } of created.actions) {
      expect([file, action, ['merge', 'once', 'generated'].includes(policy)]).toEqual([file, 'create', true])
      expect(fs.existsSync(path.join(work, 'orders', file))).toBe(true)
    }
  })
  test('create again keeps everything', () => {
    const again = documentOf(['orders', '--yes', '--json'], 0)
    expect(new Set(again.actions.map(({ action }: { action: string }) => action))).toEqual(new Set(['keep']))
  })
  test('list, explain, version', () => {
    expect(documentOf(['list', '--json'], 0).options.length).toBeGreaterThan(80)
    const explained = documentOf(['explain', '--json', '--istio'], 0)
    expect(explained.computed.map(({ name }: { name: string }) => name)).toContain('VirtualService timeout')
    expect(explained.values).toContainEqual({ key: 'istio.enabled', value: true, layer: 'flag', where: '--istio' })
    expect(documentOf(['explain', 'shutdown.drain', '--json'], 0).computed[0].name).toBe(
      'terminationGracePeriodSeconds',
    )
    expect(documentOf(['--version', '--json'], 0)).toHaveProperty('version')
  })
  test.each([
    [['orders2', '--yes', '--htp-port', '1', '--json'], 'unknown-flag'],
    [['orders2', '--yes', '--http-port', '1', '--json'], 'invalid-value'],
    [['--json'], 'missing-name'],
    [['orders2', '--yes', '--http-timeout', '1m', '--json'], 'invariant-2'],
    [['update', '--json'], 'not-in-this-version'],
    [['explain', 'nothing', '--json'], 'unknown-key'],
    [['orders2', '--config', 'missing.yaml', '--json'], 'cannot-read'],
  ])('the error of %j', (args, code) => {
    expect(documentOf(args, 2).error).toMatchObject({ code, message: expect.any(String) })
  })
})

describe('schema', () => {
  const schema = documentOf(['schema'], 0)
  const validate = new Ajv2020.default({ strict: false }).compile(schema)
  test.each(fs.readdirSync('examples'))('takes examples/%s, before and after', (name) => {
    for (const file of ['service.yaml', 'output/service.yaml']) {
      const document = parse(fs.readFileSync(path.join('examples', name, file), 'utf8'))
      expect([file, validate(document), validate.errors]).toEqual([file, true, null])
    }
  })
  test('refuses a misspelt key', () => {
    const document = parse(fs.readFileSync('examples/standard/service.yaml', 'utf8'))
    expect(validate({ ...document, ownr: 'shop' })).toBe(false)
    expect(validate({ ...document, image: { repositry: 'a/b' } })).toBe(false)
  })
})
