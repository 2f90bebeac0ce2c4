import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
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

describeWith(['git'], 'scripts/promote.sh', () => {
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
      repository.release(commit)
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
