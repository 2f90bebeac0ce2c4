import { beforeEach, expect, test } from '@jest/globals'
import { workFolder } from '../support/project.js'
import { describeWith, succeed } from '../support/tools.js'
import { type Repository, repositoryOf } from './pipelines/repository.js'

describeWith(['git'], 'scripts/promote.sh --back', () => {
  const work = workFolder()
  let repository: Repository
  beforeEach(() => {
    repository = repositoryOf(work, '--preset=production')
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
    repository = repositoryOf(work, '--preset=production', '--no-delivery-argocd')
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
})
