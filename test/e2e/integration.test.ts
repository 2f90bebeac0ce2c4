import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { parse, parseAllDocuments } from 'yaml'
import { Postgres } from '../support/postgres.js'
import { generate, recipe, workFolder } from '../support/project.js'
import { Redis } from '../support/redis.js'
import { describeWith, run } from '../support/tools.js'

const minutes = 60_000
const flags = ['--preset=production', '--postgres', '--mysql', '--redis', '--nats', '--kafka']
const password = 'only-for-this-job'

/** Pipelines run what the stores add, against the servers that compose.yaml has, and a test that is skipped is a failure. */
describe('tests that need servers, in pipelines', () => {
  const work = workFolder()
  /** A project of a dialect, generated once. */
  const projectOf = (dialect: string): string =>
    fs.existsSync(path.join(work, dialect))
      ? path.join(work, dialect)
      : generate(work, recipe(dialect, ...flags, `--delivery-ci=${dialect}`))

  test.each(['github', 'gitlab', 'jenkins'])(
    '%s has the servers of compose.yaml beside a job that skips nothing',
    (dialect) => {
      const project = projectOf(dialect)
      const read = (file: string) => fs.readFileSync(path.join(project, file), 'utf8')
      const wanted = Object.values<{ image: string }>(parse(read('compose.yaml')).services).map(({ image }) => image)
      expect(wanted).toHaveLength(5)
      if (dialect === 'github') {
        const { steps } = parse(read('.github/workflows/ci.yaml')).jobs.integration
        const scripts = steps.map(({ run: script }: { run?: string }) => script ?? '')
        // The containers of compose.yaml itself.
        expect(scripts.slice(-2)).toEqual(['cp .env.example .env && make deps', 'make test-integration'])
      } else if (dialect === 'gitlab') {
        const { Integration: job } = parse(read('.gitlab-ci.yml'))
        expect(job.services.map(({ name }: { name: string }) => name)).toEqual(wanted)
        expect(job.script.at(-1)).toBe('make test-integration')
        // Beside a GitLab job a server is known by its alias, and nobody is on localhost.
        const aliases = job.services.map(({ alias }: { alias: string }) => alias)
        for (const [name, value] of Object.entries(job.variables).filter(([key]) => /HOST|URL|BROKERS/.test(key))) {
          expect([name, aliases.some((alias: string) => `${value}`.includes(alias))]).toEqual([name, true])
        }
      } else {
        const [pod] = parseAllDocuments(read('ci/agent.yaml')).map((document) => document.toJS())
        const images = pod.spec.containers.map(({ image }: { image: string }) => image)
        expect(wanted.filter((image) => !images.includes(image))).toEqual([])
        expect(read('Jenkinsfile')).toMatch(/stage\('Integration'\)[\s\S]*CI = 'true'[\s\S]*make test-integration/)
      }
    },
  )

  test.each([
    ['passes', '--- PASS: TestA (0.00s)', '0', 'true', 0],
    ['skips, in a pipeline', '    --- SKIP: TestA/b (0.00s)', '0', 'true', 1],
    ['skips, on a machine', '    --- SKIP: TestA/b (0.00s)', '0', '', 0],
    ['fails', '--- FAIL: TestA (0.00s)', '1', '', 1],
  ])('a test that %s', (name, line, exit, CI, code) => {
    const project = projectOf('github')
    const bin = fs.mkdtempSync(path.join(work, 'bin-'))
    fs.writeFileSync(path.join(bin, 'go'), `#!/bin/sh\necho '${line}'\nexit ${exit}\n`, { mode: 0o755 })
    const outcome = run('sh', ['scripts/test-integration.sh'], {
      cwd: project,
      env: { PATH: `${bin}:${process.env['PATH']}`, CI },
    })
    expect([name, outcome.code]).toEqual([name, code])
    // What passed is counted by package alone.
    expect(outcome.output.includes(line.trim())).toBe(!line.includes('PASS'))
  })
})

describeWith(['go', 'make', 'postgres', 'redis-server'], 'make test-integration, as a pipeline runs it', () => {
  const work = workFolder()
  let project: string
  let env: Record<string, string>

  beforeAll(async () => {
    const postgres = await Postgres.start()
    await postgres.sql(`CREATE ROLE orders LOGIN PASSWORD '${password}'`)
    await postgres.sql('CREATE DATABASE orders OWNER orders')
    const redis = await Redis.start(password)
    project = generate(work, recipe('orders', '--postgres', '--redis', '--no-tracing'))
    fs.mkdirSync(path.join(project, 'credentials'))
    for (const name of ['postgres', 'redis']) {
      fs.writeFileSync(path.join(project, `credentials/${name}-password`), password)
    }
    env = {
      ...{ CI: 'true', CGO_ENABLED: '0', POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: `${postgres.port}` },
      ...{ POSTGRES_TLS: 'disable', REDIS_HOST: '127.0.0.1', REDIS_PORT: `${redis.port}`, REDIS_TLS: 'disable' },
    }
  })

  test(
    'passes with the servers, and skips nothing',
    () => {
      const { code, output } = run('make', ['test-integration'], { cwd: project, env })
      expect([code, output]).toEqual([0, expect.stringMatching(/^ok\s+\S+\/internal\/greeting\/inpostgres\s/m)])
      expect(output).not.toContain('SKIP')
    },
    10 * minutes,
  )
})
