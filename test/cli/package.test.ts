import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { temporaryFolder } from '../support/cli.js'

const work = temporaryFolder('package')
afterAll(() => fs.rmSync(work, { recursive: true, force: true }))

/** Bytes: a cold `npx` downloads this much. */
const largest = 840 * 1024

describe('the packed tarball', () => {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as [{ filename: string; size: number; files: { path: string }[] }]
  const tarball = path.join(work, packed.filename)

  test('is small and holds only what runs', () => {
    expect(packed.size).toBeLessThanOrEqual(largest)
    const strangers = packed.files
      .map((file) => file.path)
      .filter((file) => !/^(dist\/|package\.json$|README|LICENSE$)/.test(file))
    expect(strangers).toEqual([])
  })

  test('needs nothing at run time', () => {
    const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8')) as Record<string, unknown>
    expect(manifest['dependencies']).toBeUndefined()
    expect(manifest['scripts']).not.toHaveProperty('postinstall')
  })

  test.each([
    ['en', 'A Go service for Kubernetes'],
    ['zh', '面向 Kubernetes'],
  ])('works in an empty folder without a network, in %s', (language, words) => {
    const folder = path.join(work, language)
    fs.mkdirSync(folder)
    const flags = ['--yes', '--istio', '--workload-kind', 'statefulset', '--lang', language]
    const result = spawnSync(
      'npm',
      ['exec', '--yes', `--package=${tarball}`, '--', 'create-go-k8s-service', 'orders', ...flags],
      {
        cwd: folder,
        encoding: 'utf8',
        env: {
          ...process.env,
          NODE_OPTIONS: '',
          npm_config_offline: 'true',
          npm_config_cache: path.join(work, 'cache'),
          npm_config_registry: 'http://127.0.0.1:9/',
        },
      },
    )
    expect([result.status, result.stderr]).toEqual([0, expect.stringContaining('created')])
    expect(fs.existsSync(path.join(folder, 'orders/deploy/workload/statefulset.yaml'))).toBe(true)
    expect(fs.readFileSync(path.join(folder, 'orders/README.md'), 'utf8')).toContain(words)
  })
})
