import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { generate, recipe, workFolder } from '../../support/project.js'
import { Service } from '../../support/service.js'
import { describeWith, type Outcome, run, succeed } from '../../support/tools.js'
import { jobImages } from './images.js'
import { dialects, type Job, jobsOf } from './jobs.js'
import { Runner } from './runner.js'

const minutes = 60_000

describeWith(['git', 'go', 'kustomize', 'promtool', 'make'], 'pipelines, each job with the tools of its image', () => {
  const work = workFolder()

  test('every image of the table says where that is written, and every tool is one of this machine or a stand-in', () => {
    for (const { source, tools } of jobImages) {
      expect(source).toMatch(/\w+\/\w+/)
      expect(tools).toContain('sh')
    }
  })

  describe.each(dialects)('%s', (dialect) => {
    let world: string
    let origin: string
    let project: string
    let runner: Runner
    let jobs: readonly Job[]
    let cluster: ChildProcess
    let address = ''
    const services: Service[] = []
    const known: { ports: Record<string, number>; broken: string[] } = { ports: {}, broken: [] }

    beforeAll(async () => {
      world = path.join(work, dialect)
      origin = path.join(world, 'origin.git')
      fs.mkdirSync(world)
      project = generate(world, recipe('orders', '--preset=production', '--no-tracing', `--delivery-ci=${dialect}`))
      jobs = jobsOf(dialect, project)
      succeed('git', ['init', '-q', '--bare', '-b', 'main', origin])
      succeed('git', ['config', 'receive.advertisePushOptions', 'true'], { cwd: origin })
      succeed('git', ['init', '-q', '-b', 'main'], { cwd: project })
      runner = new Runner(world, origin, dialect)
      fs.writeFileSync(path.join(world, 'world.json'), JSON.stringify(known))
      const script = path.resolve('test/e2e/pipelines/cluster.mjs')
      cluster = spawn(process.execPath, [script, JSON.stringify({ origin, folder: world, header: true })], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      while (!fs.existsSync(path.join(world, 'port'))) {
        await sleep(50)
      }
      address = `http://127.0.0.1:${fs.readFileSync(path.join(world, 'port'), 'utf8')}`
    }, 2 * minutes)
    afterAll(() => {
      cluster?.kill()
      for (const { process } of services) {
        process.kill('SIGKILL')
      }
    })

    /** Somebody pushes a change, and the program of it runs. */
    async function change(text: string): Promise<string> {
      if (services.length > 0) {
        succeed('git', ['pull', '-q', '--rebase', origin, 'main'], { cwd: project })
      }
      fs.writeFileSync(path.join(project, 'change.txt'), text)
      succeed('git', ['add', '-A'], { cwd: project })
      succeed('git', ['-c', 'user.name=dev', '-c', 'user.email=dev@example.com', 'commit', '-q', '-m', text], {
        cwd: project,
      })
      succeed('git', ['push', '-q', origin, 'main'], { cwd: project })
      const commit = succeed('git', ['rev-parse', 'HEAD'], { cwd: project }).trim()
      const program = path.join(world, `orders-${commit}`)
      const flags = `-X example.com/orders/internal/buildinfo.version=${text} -X example.com/orders/internal/buildinfo.commit=${commit}`
      succeed('go', ['build', '-ldflags', flags, '-o', program, './cmd/orders'], { cwd: project })
      const credentials = path.join(world, 'service-credentials')
      fs.mkdirSync(credentials, { recursive: true })
      fs.writeFileSync(path.join(credentials, 'admin-token'), 'x'.repeat(64))
      const service = await Service.start([program], { env: { CREDENTIALS_DIR: credentials, LOG_LEVEL: 'error' } })
      services.push(service)
      await service.ready()
      known.ports[commit] = service.port
      fs.writeFileSync(path.join(world, 'world.json'), JSON.stringify(known))
      return commit
    }
    const breaks = (...commits: string[]) => {
      known.broken = commits
      fs.writeFileSync(path.join(world, 'world.json'), JSON.stringify(known))
    }
    const named = (name: string): Job => {
      const job = jobs.find((one) => one.name === name)
      if (job === undefined) {
        throw new Error(`${dialect} has no job ${name}`)
      }
      return job
    }
    /** A way back that somebody starts now, or again as it was started then. */
    const back = (environment: string, started = tip()): Outcome =>
      perform('Roll back', started, { rollback: environment })
    const tip = () => succeed('git', ['rev-parse', 'main'], { cwd: origin }).trim()
    const perform = (name: string, commit: string, given: Record<string, unknown> = {}): Outcome =>
      runner.job(quick(named(name)), { commit, baseUrl: (environment) => `${address}/${environment}`, ...given })
    /** The patience of a smoke test, a quarter of an hour for one, is too much for what fails; a busy machine takes some. */
    const quick = ({ name, steps }: Job): Job => ({
      name,
      steps: steps.map((step) => ({
        ...step,
        commands: step.commands.replaceAll(/(\bsmoke\.sh .*) \d+$/gm, '$1 12'),
      })),
    })
    const overlay = (environment: string) =>
      succeed('git', ['show', `main:deploy/overlays/${environment}/kustomization.yaml`], { cwd: origin })
    const has = (environment: string) => /newTag: "(.*)" # orders$/m.exec(overlay(environment))?.[1]
    const gate = () => /components\/(.*) # gate$/m.exec(overlay('production'))?.[1]
    /** The newest commit of the branch, whichever tests have run before. */
    const head = async (): Promise<string> =>
      services.length === 0 ? change('head') : succeed('git', ['rev-parse', 'main'], { cwd: origin }).trim()
    /** The commit that production has; somebody releases one where there is none. */
    const serving = async (): Promise<string> => {
      const commit = await head()
      if (/^0+$/.test(has('production') ?? '')) {
        expect(perform('Deploy to production', commit)).toMatchObject({ code: 0 })
      }
      return has('production') as string
    }
    const version = (environment: string): string =>
      JSON.parse(succeed('curl', ['-fsS', '--max-time', '5', `${address}/${environment}/version`])).commit

    test(
      'checks, image, staging, approval, a share of production, all of it, and back',
      async () => {
        const first = await change('first')
        const checks =
          dialect === 'github' ? ['Manifests'] : dialect === 'gitlab' ? ['Manifests', 'Alerts'] : ['Manifests']
        for (const name of ['Test', 'Lint', ...checks, 'Image builds', 'Build, push, sign']) {
          if (!(dialect === 'github' && name === 'Lint')) {
            expect({ name, ...perform(name, first) }).toMatchObject({ name, code: 0 })
          }
        }
        expect(fs.readdirSync(path.join(world, 'registry'))).toEqual([first])
        expect(fs.readFileSync(path.join(world, 'signed'), 'utf8')).toContain('registry.example.com/orders@sha256:0af1')
        if (dialect === 'github') {
          expect(perform('production asks somebody', first)).toMatchObject({ code: 0 })
        }
        expect(perform('Deploy to staging', first)).toMatchObject({ code: 0 })
        expect(perform('Deploy to production', first)).toMatchObject({ code: 0 })
        expect(version('production')).toBe(first)

        const second = await change('second')
        expect(perform('Promote production past 10 %', second)).toMatchObject({ code: 1 })
        expect(perform('Deploy to staging', second)).toMatchObject({ code: 0 })
        expect([has('dev'), has('staging'), has('production')]).toEqual([second, second, first])
        expect(perform('Deploy to production', second)).toMatchObject({ code: 0 })
        expect([has('production'), gate()]).toEqual([second, 'canary'])
        expect(perform('Promote production past 10 %', second)).toMatchObject({ code: 0 })
        // Complete, and the next release waits again.
        expect(gate()).toBe('canary')
        const versions = new Set(Array.from({ length: 30 }, () => version('production')))
        expect([...versions]).toEqual([second])

        const started = tip()
        for (let time = 0; time < 2; time += 1) {
          expect(back('production', started)).toMatchObject({ code: 0 })
          expect([has('production'), gate(), version('production')]).toEqual([first, 'canary', first])
        }
        expect(back('staging')).toMatchObject({ code: 0 })
        expect(version('staging')).toBe(first)
      },
      6 * minutes,
    )

    test(
      'a canary that answers 500 never passes, is not promoted, and is aborted',
      async () => {
        const before = await serving()
        const bad = await change('bad')
        expect(perform('Deploy to staging', bad)).toMatchObject({ code: 0 })
        breaks(bad)
        for (let run = 0; run < 5; run += 1) {
          const outcome = perform('Deploy to production', bad)
          expect(outcome.code).not.toBe(0)
          expect(outcome.output).toContain('want 200, got 500')
        }
        expect(perform('Promote production past 10 %', bad).code).not.toBe(0)
        expect(gate()).toBe('canary')
        const abort = dialect === 'github' ? 'Roll back' : 'Abort production at 10 %'
        const started = tip()
        for (let time = 0; time < 2; time += 1) {
          const outcome = dialect === 'github' ? back('production', started) : perform(abort, bad)
          expect(outcome).toMatchObject({ code: 0 })
          expect([has('production'), gate(), version('production')]).toEqual([before, 'canary', before])
        }
        breaks()
      },
      6 * minutes,
    )

    test(
      'a way back smokes too: an older version that is broken as well is a failure',
      async () => {
        await serving()
        const newest = await change('newest')
        for (const name of ['Deploy to staging', 'Deploy to production', 'Promote production past 10 %']) {
          expect(perform(name, newest)).toMatchObject({ code: 0 })
        }
        const older = back('production')
        expect(older).toMatchObject({ code: 0 })
        const target = has('production') as string
        breaks(target)
        expect(perform('Deploy to production', newest).code).toBe(0)
        expect(perform('Promote production past 10 %', newest).code).toBe(0)
        const started = tip()
        expect(back('production', started).code).not.toBe(0)
        // And yet the next release waits, and the same once more goes no further back.
        expect([has('production'), gate()]).toEqual([target, 'canary'])
        breaks()
        expect(back('production', started)).toMatchObject({ code: 0 })
        expect([has('production'), gate()]).toEqual([target, 'canary'])
      },
      6 * minutes,
    )

    if (dialect === 'github') {
      test('without required reviewers, or where they can’t be read, nothing goes to production', async () => {
        const commit = await head()
        for (const reviewers of ['0\n', '']) {
          fs.writeFileSync(path.join(world, 'reviewers'), reviewers)
          const outcomes = [
            perform('production asks somebody', commit),
            perform('Roll back', commit, { rollback: 'production' }),
          ]
          for (const { code, output } of outcomes) {
            expect(code).not.toBe(0)
            expect(output).toContain('has no required reviewers')
          }
        }
        fs.writeFileSync(path.join(world, 'reviewers'), '1\n')
      })
      test('where another branch may use an environment, or nobody can tell, nothing goes to production', async () => {
        const commit = await head()
        for (const branches of ['', 'branch:main branch:*\n', 'branch:*\n', 'tag:main\n']) {
          fs.writeFileSync(path.join(world, 'branches'), branches)
          for (const { code, output } of [perform('production asks somebody', commit), back('production')]) {
            expect({ branches, code }).not.toEqual({ branches, code: 0 })
            expect(output).toContain('may use the environment')
          }
        }
        fs.writeFileSync(path.join(world, 'branches'), 'branch:main\n')
        expect(perform('production asks somebody', commit)).toMatchObject({ code: 0 })
      })
      test('without a key to push with it says so', async () => {
        const outcome = perform('Deploy to staging', await head(), { secrets: { DEPLOY_KEY: '' } })
        expect(outcome).toMatchObject({ code: 1, output: expect.stringContaining('DEPLOY_KEY') })
      })
    }
  })

  test(
    'where pods alone divide the traffic, a smoke test judges the new version’s answers, and none are a failure',
    () => {
      const project = generate(work, recipe('shares', '--rollout-strategy=canary'))
      const [commit, other] = ['1'.repeat(40), '2'.repeat(40)]
      const bin = path.join(work, 'shares-bin')
      fs.mkdirSync(bin)
      // Of ten requests one meets the new version.
      const curl = `#!/bin/sh
n=$(($(cat ${bin}/count 2>/dev/null || echo 0) + 1)); echo "$n" >${bin}/count
by=${other}; status=200
if [ "$((n % 10))" = 0 ] && [ -z "\${NEVER-}" ]; then by=${commit}; status="\${NEW-200}"; fi
for url; do :; done
case "$url" in
  */version) printf '{"commit":"%s"}' "\${SERVES-$by}" ;;
  *limit=0) printf 'HTTP/1.1 400 Bad Request\\r\\nX-Commit: %s\\r\\n' "$by" ;;
  */no-such-path) printf 'HTTP/1.1 404 Not Found\\r\\nX-Commit: %s\\r\\n' "$by" ;;
  *) printf 'HTTP/1.1 %s OK\\r\\nX-Commit: %s\\r\\n' "$status" "$by" ;;
esac`
      fs.writeFileSync(path.join(bin, 'curl'), `${curl}\n`, { mode: 0o755 })
      fs.writeFileSync(path.join(bin, 'sleep'), '#!/bin/sh\n', { mode: 0o755 })
      const smoke = (env: Record<string, string>) =>
        run('sh', ['scripts/smoke.sh', 'http://orders.test', commit, '60'], {
          cwd: project,
          env: { PATH: `${bin}:${process.env['PATH']}`, SMOKE_IN_A_ROW: '1', ...env },
        })
      expect(smoke({})).toMatchObject({ code: 0 })
      for (let time = 0; time < 3; time += 1) {
        expect(smoke({ NEW: '500' })).toMatchObject({ code: 1, output: expect.stringContaining('want 200, got 500') })
      }
      expect(smoke({ NEVER: 'yes', SERVES: commit })).toMatchObject({
        code: 1,
        output: expect.stringContaining('not met'),
      })
    },
    5 * minutes,
  )
})
