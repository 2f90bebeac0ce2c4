import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { run as create } from '../../support/cli.js'
import { workFolder } from '../../support/project.js'
import { Service } from '../../support/service.js'
import { describeWith, succeed } from '../../support/tools.js'
import { dialects, type Job, jobsOf } from './jobs.js'
import { Runner } from './runner.js'

const minutes = 60_000
const names = ['orders', 'pay'] as const
type Name = (typeof names)[number]
const never = '0'.repeat(40)

/** Two services beside each other: every job starts in a checkout of the repository, and leaves the other service alone. */
describeWith(
  ['git', 'go', 'kustomize', 'promtool', 'make'],
  'pipelines of services in folders of one repository',
  () => {
    const work = workFolder()
    describe.each(dialects)('%s', (dialect) => {
      const world = path.join(work, dialect)
      const repository = path.join(world, 'repository')
      const origin = path.join(world, 'origin.git')
      const clusters: ChildProcess[] = []
      const services: Service[] = []
      const jobs = {} as Record<Name, readonly Job[]>
      const addresses = {} as Record<Name, string>
      const known = { orders: { ports: {}, broken: [] }, pay: { ports: {}, broken: [] } } as Record<
        Name,
        { ports: Record<string, number>; broken: string[] }
      >
      let runner: Runner

      beforeAll(async () => {
        fs.mkdirSync(repository, { recursive: true })
        succeed('git', ['init', '-q', '--bare', '-b', 'main', origin])
        succeed('git', ['config', 'receive.advertisePushOptions', 'true'], { cwd: origin })
        succeed('git', ['init', '-q', '-b', 'main'], { cwd: repository })
        for (const name of names) {
          const flags = ['--yes', '--preset=production', '--no-tracing', `--delivery-ci=${dialect}`]
          expect(create([`services/${name}`, ...flags], repository)).toMatchObject({ code: 0 })
          jobs[name] = jobsOf(dialect, repository, { folder: `services/${name}`, name })
          const folder = path.join(world, name)
          fs.mkdirSync(folder)
          fs.writeFileSync(path.join(folder, 'world.json'), JSON.stringify(known[name]))
          const what = { origin, folder, header: true, prefix: `services/${name}/`, name }
          const script = path.resolve('test/e2e/pipelines/cluster.mjs')
          clusters.push(
            spawn(process.execPath, [script, JSON.stringify(what)], { stdio: ['ignore', 'ignore', 'inherit'] }),
          )
          while (!fs.existsSync(path.join(folder, 'port'))) {
            await sleep(50)
          }
          addresses[name] = `http://127.0.0.1:${fs.readFileSync(path.join(folder, 'port'), 'utf8')}`
        }
        runner = new Runner(world, origin, dialect)
      }, 2 * minutes)
      afterAll(() => {
        for (const process of [...clusters, ...services.map((service) => service.process)]) {
          process.kill('SIGKILL')
        }
      })

      /** Somebody pushes a change, and the programs of it run. */
      async function change(text: string, ...changed: readonly Name[]): Promise<string> {
        if (services.length > 0) {
          succeed('git', ['pull', '-q', '--rebase', origin, 'main'], { cwd: repository })
        }
        for (const name of changed) {
          fs.writeFileSync(path.join(repository, 'services', name, 'change.txt'), text)
        }
        succeed('git', ['add', '-A'], { cwd: repository })
        const author = ['-c', 'user.name=dev', '-c', 'user.email=dev@example.com']
        succeed('git', [...author, 'commit', '-q', '-m', text], { cwd: repository })
        succeed('git', ['push', '-q', origin, 'main'], { cwd: repository })
        const commit = succeed('git', ['rev-parse', 'HEAD'], { cwd: repository }).trim()
        for (const name of changed) {
          const program = path.join(world, `${name}-${commit}`)
          const flags = `-X example.com/${name}/internal/buildinfo.commit=${commit}`
          const cwd = path.join(repository, 'services', name)
          succeed('go', ['build', '-ldflags', flags, '-o', program, `./cmd/${name}`], { cwd })
          const credentials = path.join(world, 'service-credentials')
          fs.mkdirSync(credentials, { recursive: true })
          fs.writeFileSync(path.join(credentials, 'admin-token'), 'x'.repeat(64))
          const service = await Service.start([program], { env: { CREDENTIALS_DIR: credentials, LOG_LEVEL: 'error' } })
          services.push(service)
          await service.ready()
          known[name].ports[commit] = service.port
          fs.writeFileSync(path.join(world, name, 'world.json'), JSON.stringify(known[name]))
        }
        return commit
      }
      const perform = (name: Name, title: string, commit: string, given: Record<string, unknown> = {}) => {
        const job = jobs[name].find((one) => one.name === title)
        if (job === undefined) {
          throw new Error(`${dialect} has no job ${title}: ${jobs[name].map((one) => one.name)}`)
        }
        const baseUrl = (environment: string) => `${addresses[name]}/${environment}`
        const { code, output } = runner.job(job, { commit, baseUrl, own: `${name.toUpperCase()}_`, ...given })
        return { name, title, code, output }
      }
      const well = (name: Name, title: string, commit: string, given: Record<string, unknown> = {}) =>
        expect(perform(name, title, commit, given)).toMatchObject({ name, title, code: 0 })
      const has = (name: Name, environment: string) => {
        const file = `main:services/${name}/deploy/overlays/${environment}/kustomization.yaml`
        return new RegExp(`newTag: "(.*)" # ${name}$`, 'm').exec(succeed('git', ['show', file], { cwd: origin }))?.[1]
      }

      test(
        'every job finds its service from the root of the checkout, and no other',
        async () => {
          const first = await change('first', 'orders', 'pay')
          const checks = {
            github: ['Test', 'Lint', 'Manifests', 'Image builds', 'Build, push, sign', 'production asks somebody'],
            gitlab: ['Test', 'Lint', 'Manifests', 'Alerts', 'Image builds', 'Build, push, sign'],
            jenkins: ['Commit', 'Test', 'Lint', 'Manifests', 'Image builds', 'Build, push, sign'],
          }[dialect]
          for (const name of names) {
            for (const title of checks) {
              if (title !== 'Commit') {
                well(name, title, first)
              }
            }
            expect(fs.readFileSync(path.join(world, 'signed'), 'utf8')).toContain(
              `registry.example.com/${name}@sha256:0af1`,
            )
          }
          well('orders', 'Deploy to staging', first)
          expect([has('orders', 'staging'), has('pay', 'staging')]).toEqual([first, never])
          well('orders', 'Deploy to production', first)
          well('pay', 'Deploy to staging', first)
          well('pay', 'Deploy to production', first)

          const second = await change('second', 'orders')
          well('orders', 'Deploy to staging', second)
          well('orders', 'Deploy to production', second)
          well('orders', 'Promote production past 10 %', second)
          expect([has('orders', 'production'), has('pay', 'production')]).toEqual([second, first])
          const tip = () => succeed('git', ['rev-parse', 'main'], { cwd: origin }).trim()
          well('orders', 'Roll back', tip(), { rollback: 'production' })
          expect([has('orders', 'production'), has('pay', 'production')]).toEqual([first, first])

          const third = await change('third', 'pay')
          well('pay', 'Deploy to staging', third)
          well('pay', 'Deploy to production', third)
          const abort = dialect === 'github' ? 'Roll back' : 'Abort production at 10 %'
          well(
            'pay',
            abort,
            dialect === 'github' ? tip() : third,
            dialect === 'github' ? { rollback: 'production' } : {},
          )
          expect([has('orders', 'production'), has('pay', 'production')]).toEqual([first, first])
        },
        6 * minutes,
      )

      if (dialect === 'jenkins') {
        test('what is released is the newest commit of the folder; what concerns others alone is not due', () => {
          const [commands = []] = jobs.orders.flatMap(({ name, steps }) => (name === 'Commit' ? [steps] : []))
          const [released, known, others] = commands.map((step) => step.commands)
          const clone = path.join(world, 'commit')
          succeed('git', ['clone', '-q', origin, clone])
          const cwd = path.join(clone, 'services/orders')
          const sh = (script = '', env: Record<string, string> = {}) =>
            succeed('sh', ['-c', `${script}; echo "code $?"`], {
              cwd,
              env: { PATH: process.env['PATH'] ?? '', ...env },
            })
          const [release = ''] = sh(released).split('\n')
          expect(succeed('git', ['log', '-1', '--format=%s', release], { cwd }).trim()).toBe('second')
          expect(sh(known, { RELEASE: release })).toContain('code 0')
          const tip = succeed('git', ['rev-parse', 'HEAD'], { cwd }).trim()
          expect(sh(known, { RELEASE: tip })).toContain('code 1')
          const branch = (file: string) => {
            succeed('git', ['switch', '-q', '--force-create', 'topic', 'origin/main'], { cwd })
            fs.writeFileSync(path.join(clone, file), 'topic')
            succeed('git', ['add', '-A'], { cwd })
            succeed('git', ['-c', 'user.name=d', '-c', 'user.email=d@e', 'commit', '-q', '-m', 'topic'], { cwd })
            return sh(others)
          }
          expect(branch('services/pay/topic.txt')).toContain('code 0')
          expect(branch('services/orders/topic.txt')).toContain('code 1')
          succeed('git', ['remote', 'set-url', 'origin', '/nowhere'], { cwd })
          expect(sh(others)).not.toContain('code 0')
        })
      }
    })
  },
)
