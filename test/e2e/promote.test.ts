import fs from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, test } from '@jest/globals'
import { parseAllDocuments } from 'yaml'
import { workFolder } from '../support/project.js'
import { describeWith, run, succeed } from '../support/tools.js'
import { never, type Repository, repositoryOf } from './pipelines/repository.js'

describeWith(['git', 'kustomize'], 'scripts/promote.sh', () => {
  const work = workFolder()
  let repository: Repository
  beforeEach(() => {
    repository = repositoryOf(work, '--preset=production')
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
    repository = repositoryOf(work, '--preset=production', '--rollout-weights=80,20')
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
    repository = repositoryOf(work, '--preset=production', '--postgres', ...flags)
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
