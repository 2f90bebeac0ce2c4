import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { parse, parseAllDocuments } from 'yaml'
import { run as create } from '../support/cli.js'
import { filesBelow, workFolder } from '../support/project.js'
import { describeWith, run, succeed } from '../support/tools.js'

const author = ['-c', 'user.name=dev', '-c', 'user.email=dev@example.com']
const never = '0'.repeat(40)

describeWith(['git', 'kustomize', 'actionlint'], 'services in folders of one repository', () => {
  const work = workFolder()
  const services = ['orders', 'pay']
  let origin: string
  let repository: string
  beforeAll(() => {
    origin = path.join(work, 'shop.git')
    repository = path.join(work, 'shop')
    succeed('git', ['init', '-q', '--bare', '-b', 'main', origin])
    succeed('git', ['init', '-q', '-b', 'main', repository])
    for (const name of services) {
      const { code, stderr } = create([`services/${name}`, '--yes', '--preset=production'], repository)
      expect({ code, stderr }).toMatchObject({ code: 0 })
    }
    succeed('git', ['add', '-A'], { cwd: repository })
    succeed('git', [...author, 'commit', '-q', '-m', 'first'], { cwd: repository })
    succeed('git', ['remote', 'add', 'origin', origin], { cwd: repository })
    succeed('git', ['push', '-q', 'origin', 'main'], { cwd: repository })
  })
  const workflows = (name: string) =>
    ['ci', 'release', 'rollback'].map((one) => {
      const file = `.github/workflows/${name}-${one}.yaml`
      return { file, content: parse(fs.readFileSync(path.join(repository, file), 'utf8')) }
    })

  test('workflows are where GitHub looks for them, one set a service, and nowhere else', () => {
    expect(filesBelow(path.join(repository, '.github'))).toEqual([
      'dependabot.yml',
      ...services.flatMap((name) => ['ci', 'release', 'rollback'].map((one) => `workflows/${name}-${one}.yaml`)),
    ])
    expect(filesBelow(repository, /services\/.*\.github\/workflows/)).toEqual([])
    succeed('actionlint', ['-shellcheck=', '-pyflakes='], { cwd: repository })
    const names = services.flatMap((name) => workflows(name).map(({ content }) => content.name))
    expect(new Set(names).size).toBe(names.length)
  })

  test('each runs in its folder, for changes there, under groups of its own', () => {
    const groups = services.map((name) => {
      const own = workflows(name)
      for (const { file, content } of own) {
        expect({ file, folder: content.defaults.run['working-directory'] }).toEqual({
          file,
          folder: `services/${name}`,
        })
      }
      const [ci, release] = own.map(({ content }) => content)
      expect(ci.on.pull_request.paths).toContain(`services/${name}/**`)
      expect(release.on.push.paths).toEqual(
        expect.arrayContaining([`services/${name}/**`, `!services/${name}/deploy/overlays/**`]),
      )
      expect(release.jobs.test.uses).toBe(`./.github/workflows/${name}-ci.yaml`)
      type Job = { steps?: { uses?: string; with?: { context?: string } }[]; concurrency?: { group: string } }
      const jobs = Object.values(release.jobs as Record<string, Job>)
      const contexts = jobs.flatMap(({ steps = [] }) => steps.flatMap((step) => step.with?.context ?? []))
      expect(new Set(contexts)).toEqual(new Set([`services/${name}`]))
      return jobs.flatMap(({ concurrency }) => concurrency?.group ?? [])
    })
    expect(groups[0]?.filter((group) => groups[1]?.includes(group))).toEqual([])
  })

  test('a step before the checkout starts in a folder that is there', () => {
    for (const { file, content } of services.flatMap(workflows)) {
      type Job = { steps?: { uses?: string; run?: string; 'working-directory'?: string }[] }
      for (const { steps = [] } of Object.values(content.jobs as Record<string, Job>)) {
        const checkout = steps.findIndex(({ uses }) => uses?.startsWith('actions/checkout@'))
        const early = steps.slice(0, checkout === -1 ? steps.length : checkout).filter((step) => step.run !== undefined)
        for (const step of early) {
          expect({ file, folder: step['working-directory'] }).toEqual({ file, folder: '.' })
        }
      }
    }
  })

  test('what Argo CD is pointed at renders', () => {
    for (const name of services) {
      const files = filesBelow(path.join(repository, 'services', name), /^deploy\/argocd\/application-.*\.yaml$/)
      expect(files).toHaveLength(3)
      for (const file of files) {
        const text = fs.readFileSync(path.join(repository, 'services', name, file), 'utf8')
        const [application] = parseAllDocuments(text).map((document) => document.toJS())
        expect(succeed('kustomize', ['build', path.join(repository, application.spec.source.path)])).toContain(
          `name: ${name}`,
        )
      }
    }
  })

  test('a release of one leaves the other alone, and a way back finds its own', () => {
    const clone = path.join(work, 'clone')
    succeed('git', ['clone', '-q', origin, clone])
    for (const [key, value] of [
      ['user.name', 'pipeline'],
      ['user.email', 'pipeline@example.com'],
    ] as const) {
      succeed('git', ['config', key, value], { cwd: clone })
    }
    const promote = (name: string, ...args: string[]) =>
      run('sh', ['scripts/promote.sh', ...args], { cwd: path.join(clone, 'services', name) })
    const head = () => succeed('git', ['rev-parse', 'HEAD'], { cwd: clone }).trim()
    const show = (name: string) => promote(name, '--show', 'production').stdout.trim()
    const commits = ['one', 'two'].map((text) => {
      fs.writeFileSync(path.join(clone, 'services/orders/change.txt'), text)
      succeed('git', ['add', '-A'], { cwd: clone })
      succeed('git', ['commit', '-q', '-m', text], { cwd: clone })
      succeed('git', ['push', '-q', 'origin', 'main'], { cwd: clone })
      const commit = head()
      for (const environment of ['staging', 'production']) {
        expect(promote('orders', environment, commit)).toMatchObject({ code: 0 })
      }
      return commit
    })
    expect([show('orders'), show('pay')]).toEqual([commits[1], never])
    expect(promote('orders', '--back', 'production')).toMatchObject({ code: 0 })
    expect([show('orders'), show('pay')]).toEqual([commits[0], never])
  })

  test('service.yaml says where it lies, so the same is written again; elsewhere it is refused', () => {
    const again = create(
      ['services/pay', '--config=services/pay/service.yaml', '--yes', '--force', '--dry-run', '--json'],
      repository,
    )
    const actions: { action: string }[] = JSON.parse(again.stdout).actions
    expect(new Set(actions.map(({ action }) => action))).toEqual(new Set(['keep']))
    const elsewhere = path.join(work, 'elsewhere')
    fs.mkdirSync(elsewhere)
    const { code, stderr } = create(
      ['pay', `--config=${path.join(repository, 'services/pay/service.yaml')}`, '--yes'],
      elsewhere,
    )
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('delivery.path is services/pay') })
    expect(fs.readdirSync(elsewhere)).toEqual([])
  })
})
