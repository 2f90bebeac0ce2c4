import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { parse, parseAllDocuments } from 'yaml'
import { generate, recipe, workFolder } from '../support/project.js'
import { describeWith, type Outcome, run, succeed } from '../support/tools.js'
import { type Dialect, dialects, jobsOf } from './pipelines/jobs.js'

const never = '0'.repeat(40)

/** A repository that others push to as well, and a clone of it as a pipeline has one. */
class Repository {
  readonly origin: string
  readonly clone: string

  constructor(
    readonly folder: string,
    readonly project: string,
  ) {
    this.origin = path.join(folder, 'origin.git')
    this.clone = path.join(folder, 'clone')
    succeed('git', ['init', '-q', '--bare', '-b', 'main', this.origin])
    succeed('git', ['init', '-q', '-b', 'main'], { cwd: project })
    // What a server is asked for by a push option is nothing that git itself knows.
    succeed('git', ['config', 'receive.advertisePushOptions', 'true'], { cwd: this.origin })
    this.commitAll(project, 'first')
    succeed('git', ['push', '-q', this.origin, 'main'], { cwd: project })
    succeed('git', ['clone', '-q', this.origin, this.clone])
    for (const [key, value] of Object.entries({ 'user.name': 'pipeline', 'user.email': 'pipeline@example.com' })) {
      succeed('git', ['config', key, value], { cwd: this.clone })
    }
  }

  /** Somebody pushes a change of the program; its commit id. */
  change(text: string): string {
    succeed('git', ['pull', '-q', '--rebase', this.origin, 'main'], { cwd: this.project })
    fs.writeFileSync(path.join(this.project, 'change.txt'), text)
    this.commitAll(this.project, text)
    succeed('git', ['push', '-q', this.origin, 'main'], { cwd: this.project })
    succeed('git', ['pull', '-q', '--rebase', 'origin', 'main'], { cwd: this.clone })
    return succeed('git', ['rev-parse', 'HEAD'], { cwd: this.project }).trim()
  }

  /** Brings a commit to staging, and then to production. */
  release(commit: string): void {
    for (const environment of ['staging', 'production']) {
      expect(this.promote([environment, commit])).toMatchObject({ code: 0 })
    }
  }

  /** The same, and a person lets it go on until it is complete. */
  complete(commit: string): void {
    this.release(commit)
    for (const args of [
      ['--past', '10', 'production', commit],
      ['--close', 'production'],
    ]) {
      expect(this.promote(args, { CLOSE_AFTER: '0' })).toMatchObject({ code: 0 })
    }
  }

  promote(args: readonly string[], env: Record<string, string> = {}): Outcome {
    return run('sh', ['scripts/promote.sh', ...args], { cwd: this.clone, env })
  }

  /** The tags that an environment has at the origin, by image. */
  tags(environment: string): Record<string, string> {
    const file = `main:deploy/overlays/${environment}/kustomization.yaml`
    const { images } = parse(succeed('git', ['show', file], { cwd: this.origin }))
    return Object.fromEntries(images.map(({ name, newTag }: Record<string, string>) => [name, newTag]))
  }

  get newestSubject(): string {
    return succeed('git', ['log', '-1', '--format=%s', 'main'], { cwd: this.origin }).trim()
  }

  private commitAll(cwd: string, message: string): void {
    succeed('git', ['add', '-A'], { cwd })
    succeed('git', ['-c', 'user.name=dev', '-c', 'user.email=dev@example.com', 'commit', '-q', '-m', message], { cwd })
  }
}

describeWith(['git', 'kustomize'], 'scripts/promote.sh', () => {
  const work = workFolder()
  let count = 0
  let repository: Repository
  const fresh = (...flags: readonly string[]) => {
    count += 1
    const folder = path.join(work, `${count}`)
    fs.mkdirSync(folder)
    return new Repository(folder, generate(folder, recipe('promoted', ...flags)))
  }
  beforeEach(() => {
    repository = fresh('--preset=production')
  })

  test('writes a commit into the overlay and pushes it; environments that nobody waits for follow', () => {
    const commit = repository.change('one')
    expect(repository.promote(['staging', commit])).toMatchObject({
      code: 0,
      output: `deploy: staging from ${never} to ${commit}`,
    })
    expect(repository.tags('staging')).toEqual({ orders: commit })
    expect(repository.tags('dev')).toEqual({ orders: commit })
    expect(repository.tags('production')).toEqual({ orders: never })
    expect(repository.newestSubject).toBe(`deploy: staging to ${commit}`)

    expect(repository.promote(['production', commit]).code).toBe(0)
    expect(repository.tags('production')).toEqual({ orders: commit })
    expect(repository.promote(['production', commit]).output).toBe(`production already has ${commit}`)
  })

  test('an approval that comes late does not put an older release over a newer one', () => {
    const [older, newer] = [repository.change('one'), repository.change('two')]
    repository.promote(['staging', older])
    repository.release(newer)
    expect(repository.promote(['production', older])).toMatchObject({
      code: 1,
      output: expect.stringContaining(`production already has ${newer}, which is newer than ${older}`),
    })
    expect(repository.tags('production')).toEqual({ orders: newer })
  })

  test('somebody pushed meanwhile: both changes are there', () => {
    const commit = repository.change('one')
    const other = path.join(repository.folder, 'other')
    succeed('git', ['clone', '-q', repository.origin, other])
    fs.writeFileSync(path.join(other, 'other.txt'), 'other')
    succeed('git', ['add', '-A'], { cwd: other })
    succeed('git', ['-c', 'user.name=o', '-c', 'user.email=o@example.com', 'commit', '-qm', 'other'], { cwd: other })
    succeed('git', ['push', '-q', 'origin', 'main'], { cwd: other })
    expect(repository.promote(['staging', commit]).code).toBe(0)
    expect(repository.tags('staging')).toEqual({ orders: commit })
    expect(succeed('git', ['ls-tree', '--name-only', 'main'], { cwd: repository.origin })).toContain('other.txt')
  })

  test('a push that is refused is tried again, and then is a failure', () => {
    const commit = repository.change('one')
    const hook = path.join(repository.origin, 'hooks/pre-receive')
    fs.writeFileSync(hook, `#!/bin/sh\necho try >>${repository.folder}/tries\nexit 1\n`, { mode: 0o755 })
    expect(repository.promote(['staging', commit]).code).toBe(1)
    expect(fs.readFileSync(path.join(repository.folder, 'tries'), 'utf8')).toBe('try\n'.repeat(3))
    expect(repository.tags('staging')).toEqual({ orders: never })
  })

  test('--back: the newest older commit that the environment has had, each time', () => {
    const commits = ['one', 'two', 'three'].map((text) => {
      const commit = repository.change(text)
      repository.complete(commit)
      return commit
    })
    const unreleased = repository.change('four')
    expect(repository.promote(['--back', 'production']).code).toBe(0)
    expect(repository.tags('production')).toEqual({ orders: commits[1] })
    expect(repository.newestSubject).toBe(`rollback: production to ${commits[1]}`)
    repository.promote(['--back', 'production'])
    expect(repository.tags('production')).toEqual({ orders: commits[0] })
    expect(repository.promote(['--back', 'production'])).toMatchObject({
      code: 1,
      output: expect.stringContaining(`production has had nothing older than ${commits[0]}`),
    })
    expect(repository.promote(['--back', 'production', unreleased])).toMatchObject({
      code: 1,
      output: expect.stringContaining(`${unreleased} is not older than ${commits[0]}`),
    })
    expect(repository.promote(['production', commits[2] as string]).code).toBe(0)
    expect(repository.promote(['--back', 'production', commits[0] as string]).code).toBe(0)
    expect(repository.tags('production')).toEqual({ orders: commits[0] })
    // What goes back is one environment, and none that follows another.
    expect(repository.tags('staging')).toEqual({ orders: commits[2] })
  })

  test('--back: not to what got stuck on its way, but to what was complete before it, or was the first of all', () => {
    const [one, two, three] = ['one', 'two', 'three'].map((text) => repository.change(text)) as [string, string, string]
    // The first of all has no steps to go through.
    repository.release(one)
    repository.release(two)
    expect(repository.promote(['--back', 'production'])).toMatchObject({ code: 0 })
    expect(repository.tags('production')).toEqual({ orders: one })
    repository.complete(three)
    const stuck = repository.change('stuck')
    repository.release(stuck)
    const last = repository.change('last')
    repository.complete(last)
    expect(repository.promote(['--back', 'production'])).toMatchObject({ code: 0 })
    expect(repository.tags('production')).toEqual({ orders: three })
    // Where nothing waits, nothing gets stuck; and a person may say which.
    repository.promote(['--back', 'staging'])
    expect(repository.tags('staging')).toEqual({ orders: stuck })
    repository.complete(repository.change('again'))
    expect(repository.promote(['--back', 'production', stuck])).toMatchObject({ code: 0 })
    expect(repository.tags('production')).toEqual({ orders: stuck })
  })

  test('--back: where nobody can ask a release, complete is what a person let past the last gate', () => {
    repository = fresh('--preset=production', '--no-delivery-argocd')
    const commits = ['one', 'two', 'stuck', 'three'].map((text) => {
      const commit = repository.change(text)
      repository.release(commit)
      if (text === 'two') {
        expect(repository.promote(['--past', '10', 'production', commit])).toMatchObject({ code: 0 })
      }
      return commit
    })
    expect(repository.promote(['--back', 'production'])).toMatchObject({ code: 0 })
    expect(repository.tags('production')).toEqual({ orders: commits[1] })
  })

  test('--back: once more, after a failure on the way, goes no further, and over nothing newer', () => {
    const commits = ['one', 'two', 'three'].map((text) => {
      const commit = repository.change(text)
      repository.complete(commit)
      return commit
    }) as [string, string, string]
    const began = succeed('git', ['rev-parse', 'HEAD'], { cwd: repository.clone }).trim()
    for (const time of ['first', 'again']) {
      const leave = repository.promote(['--show', 'production', began]).stdout.trim()
      expect({ time, leave }).toEqual({ time, leave: commits[2] })
      expect(repository.promote(['--back', 'production'], { LEAVE: leave })).toMatchObject({ code: 0 })
      expect(repository.tags('production')).toEqual({ orders: commits[1] })
    }
    const newer = repository.change('four')
    repository.release(newer)
    expect(repository.promote(['--back', 'production'], { LEAVE: commits[2] })).toMatchObject({
      code: 1,
      output: expect.stringContaining(`production has ${newer} by now, and not ${commits[2]}`),
    })
    expect(repository.tags('production')).toEqual({ orders: newer })
    expect(repository.promote(['--back', 'production', commits[0]], { LEAVE: newer })).toMatchObject({ code: 0 })
    expect(repository.promote(['--back', 'production', commits[0]], { LEAVE: newer })).toMatchObject({ code: 0 })
    expect(repository.promote(['--back', 'production', commits[1]], { LEAVE: newer })).toMatchObject({ code: 1 })
    expect(repository.tags('production')).toEqual({ orders: commits[0] })
  })

  test('a commit by its short id is the whole one, as the image is tagged', () => {
    const commits = ['one', 'two'].map((text) => repository.change(text)) as [string, string]
    const short = commits.map((commit) => commit.slice(0, 7)) as [string, string]
    repository.release(short[0])
    repository.release(short[1])
    expect(repository.tags('production')).toEqual({ orders: commits[1] })
    expect(repository.promote(['--back', 'production', short[0]])).toMatchObject({ code: 0 })
    expect(repository.tags('production')).toEqual({ orders: commits[0] })
    const setImage = run('sh', ['scripts/set-image.sh', 'production', short[1]], { cwd: repository.clone })
    expect(setImage).toMatchObject({ code: 0, output: '' })
    const overlay = fs.readFileSync(
      path.join(repository.clone, 'deploy/overlays/production/kustomization.yaml'),
      'utf8',
    )
    expect(overlay).toContain(`newTag: "${commits[1]}" # orders`)
  })

  test('a commit that was never built, as the pipeline’s own are, comes to no environment by mistake', () => {
    const first = repository.change('one')
    repository.release(first)
    // At the tip is what the pipeline has written there.
    const tip = succeed('git', ['rev-parse', 'HEAD'], { cwd: repository.clone }).trim()
    const last = repository.change('two')
    expect(repository.promote(['production', tip])).toMatchObject({
      code: 1,
      output: expect.stringContaining(`staging has never had ${tip}, and comes before production`),
    })
    repository.release(last)
    expect(repository.promote(['--back', 'production', tip])).toMatchObject({
      code: 1,
      output: expect.stringContaining(`production has never had ${tip}`),
    })
    expect(repository.tags('production')).toEqual({ orders: last })
  })

  test('--past: only on, also from a gate to the one beside it', () => {
    const commit = repository.change('one')
    repository.release(commit)
    const gate = () => {
      const file = 'main:deploy/overlays/production/kustomization.yaml'
      return /components\/(.*) # gate$/m.exec(succeed('git', ['show', file], { cwd: repository.origin }))?.[1]
    }
    expect(repository.promote(['--past', '10', 'production', commit])).toMatchObject({ code: 0 })
    expect(repository.promote(['--past', '50', 'production', commit])).toMatchObject({ code: 0 })
    expect(repository.promote(['--past', '10', 'production', commit])).toMatchObject({
      code: 1,
      output: expect.stringContaining('production is past that gate already'),
    })
    expect(gate()).toBe('canary-past-50')
    expect(repository.promote(['--past', '5', 'production', commit])).toMatchObject({ code: 1 })
  })

  test('a clone without history can not tell which commit is older', () => {
    const commit = repository.change('one')
    const shallow = path.join(repository.folder, 'shallow')
    succeed('git', ['clone', '-q', '--depth=1', `file://${repository.origin}`, shallow])
    expect(run('sh', ['scripts/promote.sh', 'staging', commit], { cwd: shallow })).toMatchObject({
      code: 1,
      output: expect.stringContaining('git fetch --unshallow'),
    })
  })

  test.each([
    [[]],
    [['staging']],
    [['nowhere', '1'.repeat(40)]],
    [['staging', 'latest']],
    [['staging', 'abcdef1']],
    [['--back', 'staging', 'abcdef1']],
    [['--back']],
    [['--back', 'nowhere']],
    [['--back', 'staging', 'x', 'y']],
  ])('refuses %j', (args) => {
    expect(repository.promote(args).code).toBe(2)
    expect(repository.tags('staging')).toEqual({ orders: never })
  })

  test('two versions: commits go to the second; the first has the first of all', () => {
    repository = fresh('--preset=production', '--rollout-weights=80,20')
    const [first, second] = [repository.change('one'), repository.change('two')]
    repository.promote(['staging', first])
    expect(repository.tags('staging')).toEqual({ orders: first, 'orders-v2': first })
    expect(repository.tags('dev')).toEqual({ orders: first, 'orders-v2': first })
    repository.promote(['staging', second])
    expect(repository.tags('staging')).toEqual({ orders: first, 'orders-v2': second })
    repository.promote(['--back', 'staging'])
    expect(repository.tags('staging')).toEqual({ orders: first, 'orders-v2': first })
  })

  test.each([
    ['two versions', ['--rollout-weights=80,20'], 'orders-v2'],
    ['two colours', ['--rollout-strategy=blue-green', '--rollout-engine=none'], 'orders-green'],
    ['one version', ['--rollout-strategy=rolling'], 'orders'],
  ])('%s and a database: the schema is that of the newest commit', (_, flags, newest) => {
    repository = fresh('--preset=production', '--postgres', ...flags)
    const commits = ['one', 'two'].map((text) => {
      const commit = repository.change(text)
      repository.release(commit)
      return commit
    })
    const folder = path.join(repository.clone, 'deploy/overlays/production')
    const objects = parseAllDocuments(succeed('kustomize', ['build', folder])).map((one) => one.toJS())
    const tagOf = (kind: string, name: RegExp) => {
      const found = objects.find((one) => one.kind === kind && name.test(one.metadata.name))
      return found.spec.template.spec.containers[0].image.split(':').at(-1)
    }
    expect(tagOf('Job', /^orders-migrate/)).toBe(commits[1])
    expect(tagOf('Deployment', new RegExp(`^${newest}$`))).toBe(commits[1])
  })
})

describe('pipelines', () => {
  const work = workFolder()
  const projects = new Map<Dialect, string>()
  beforeAll(() => {
    for (const dialect of dialects) {
      projects.set(dialect, generate(work, recipe(dialect, '--preset=production', `--delivery-ci=${dialect}`)))
    }
  })
  const read = (dialect: Dialect, file: string) =>
    fs.readFileSync(path.join(projects.get(dialect) as string, file), 'utf8')

  const stagesOf = (dialect: Dialect) =>
    jobsOf(dialect, projects.get(dialect) as string).map(({ name, steps }) => ({
      name,
      commands: steps.map(({ commands }) => commands).join('\n'),
    }))

  test('have the same stages, by the same names, in the same order', () => {
    const names = [
      'Test',
      'Lint',
      'Manifests',
      'Image builds',
      'Build, push, sign',
      'Deploy to staging',
      'Deploy to production',
      'Promote production past 10 %',
      'Roll back',
    ]
    // What a dialect has a job of its own for, and another does within one.
    const own = ['Commit', 'Alerts', 'production asks somebody', 'Abort production at 10 %']
    for (const dialect of dialects) {
      const common = stagesOf(dialect).flatMap(({ name }) => (own.includes(name) ? [] : [name]))
      expect({ dialect, names: common }).toEqual({ dialect, names })
    }
  })

  test('a way back waits for no job that watches a release, and ends with the gate closed whatever happened', () => {
    const { jobs } = parse(read('github', '.github/workflows/rollback.yaml'))
    const release = parse(read('github', '.github/workflows/release.yaml')).jobs
    // GitHub queues it in the group of the deployments, where a job that runs is ended by it alone.
    expect(jobs.rollback.concurrency).toEqual({
      group: release['deploy-production'].concurrency.group.replace('production', '${{ inputs.environment }}'),
      'cancel-in-progress': true,
    })
    for (const name of ['deploy-staging', 'deploy-production', 'promote-production-10']) {
      expect({ name, ends: release[name].concurrency['cancel-in-progress'] }).toEqual({ name, ends: false })
    }
    // GitLab knows nothing but waiting.
    const gitlab = parse(read('gitlab', '.gitlab-ci.yml'))
    for (const name of ['Roll back', 'Abort production at 10 %']) {
      expect(gitlab[name]).not.toHaveProperty('resource_group')
    }
    expect(gitlab['Deploy to production']).toHaveProperty('resource_group')
    // Jenkins runs builds of one branch beside each other, unless it is told not to.
    expect(read('jenkins', 'Jenkinsfile')).not.toMatch(/disableConcurrentBuilds|\block\(/)

    for (const dialect of dialects) {
      for (const { name, steps } of jobsOf(dialect, projects.get(dialect) as string)) {
        if (/^(Roll back|Abort)/.test(name)) {
          const last = steps.filter(({ always }) => always).map(({ commands }) => commands)
          expect({ dialect, name, last }).toEqual({ dialect, name, last: [expect.stringContaining('--close')] })
        }
      }
    }
  })

  test('the README’s commands give every environment to one branch, before a secret is in it', () => {
    const [, commands = ''] = /```sh\n(for environment in registry[\s\S]*?)```/.exec(read('github', 'README.md')) ?? []
    const bin = path.join(work, 'bin')
    fs.mkdirSync(bin)
    for (const program of ['gh', 'ssh-keygen', 'rm']) {
      fs.writeFileSync(path.join(bin, program), '#!/bin/sh\necho "${0##*/} $*" >>"$LOG"\n', { mode: 0o755 })
    }
    fs.writeFileSync(path.join(work, 'deploy-key'), '')
    const env = { PATH: `${bin}:${process.env['PATH']}`, LOG: path.join(work, 'gh.log') }
    succeed('sh', ['-euc', commands], { cwd: work, env })
    const log = fs.readFileSync(env.LOG, 'utf8').split('\n')
    for (const environment of ['registry', 'dev', 'staging', 'production']) {
      const at = `repos/{owner}/{repo}/environments/${environment}`
      const made = log.findIndex((line) => line.startsWith(`gh api --method PUT ${at} `))
      const given = log.findIndex((line) => line.startsWith(`gh api --method POST ${at}/deployment-branch-policies `))
      const secret = log.findIndex((line) => line.startsWith('gh secret set') && line.includes(`--env ${environment}`))
      expect(log[made]).toContain('deployment_branch_policy[custom_branch_policies]=true')
      expect(log[given]).toContain('name=main')
      expect([made, given, secret]).toEqual([made, given, secret].toSorted((a, b) => a - b))
      expect(made).toBeGreaterThanOrEqual(0)
    }
  })

  test('check the same things', () => {
    for (const dialect of dialects) {
      const stages = stagesOf(dialect)
      const commands = (name: string) => stages.find((stage) => stage.name === name)?.commands ?? ''
      for (const check of ['go mod tidy -diff', 'go vet ./...', 'go test -race -shuffle=on ./...']) {
        expect({ dialect, test: commands('Test') }).toEqual({ dialect, test: expect.stringContaining(check) })
      }
      expect(commands('Manifests')).toContain('for overlay in deploy/overlays/*/')
      expect(commands(dialect === 'gitlab' ? 'Alerts' : 'Manifests')).toMatch(
        /make test-rules|sh scripts\/test-rules\.sh/,
      )
    }
  })

  test('sign what they have pushed, by its digest', () => {
    for (const dialect of dialects) {
      const { commands = '' } = stagesOf(dialect).find(({ name }) => name === 'Build, push, sign') ?? {}
      expect(commands).toMatch(
        /cosign(@\S+)?(\s+\\?\s*)sign --yes .*("registry\.example\.com\/orders@\$digest"|"\$IMAGE")/,
      )
    }
    expect(read('github', '.github/workflows/release.yaml')).toContain(
      'IMAGE: registry.example.com/orders@${{ steps.push.outputs.digest }}',
    )
    // What finds the digest in what BuildKit writes.
    const metadata =
      '{\n  "buildx.build.ref": "a/b",\n  "containerimage.digest": "sha256:0af1",\n  "image.name": "x"\n}\n'
    for (const dialect of ['gitlab', 'jenkins'] as const) {
      const { commands = '' } = stagesOf(dialect).find(({ name }) => name === 'Build, push, sign') ?? {}
      const line = commands.split('\n').find((each) => each.trim().startsWith('digest='))
      fs.writeFileSync(path.join(work, 'metadata.json'), metadata)
      expect(run('sh', ['-c', `${line}\necho "$digest"`], { cwd: work }).stdout).toBe('sha256:0af1\n')
    }
  })
})
