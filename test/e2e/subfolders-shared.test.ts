import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { run as create } from '../support/cli.js'
import { filesBelow, workFolder } from '../support/project.js'
import { describeWith, succeed } from '../support/tools.js'

interface Shared {
  readonly path: string
  readonly lines: readonly string[]
}

/** A repository with two services, and what each `create` said is to be added to the files of others. */
function monorepo(folder: string, dialect: string, theirs: Readonly<Record<string, string>> = {}) {
  fs.mkdirSync(folder, { recursive: true })
  succeed('git', ['init', '-q', '-b', 'main'], { cwd: folder })
  for (const [file, text] of Object.entries(theirs)) {
    fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true })
    fs.writeFileSync(path.join(folder, file), text)
  }
  return ['orders', 'pay'].map((name) => {
    const args = [`services/${name}`, '--yes', '--json', '--preset=production', `--delivery-ci=${dialect}`]
    const { code, stdout } = create(args, folder)
    expect({ code, stdout }).toMatchObject({ code: 0 })
    return (JSON.parse(stdout).additions ?? []) as Shared[]
  })
}

/** Takes lines into a file as a person would: what begins an entry of a list goes below the list. */
function take(folder: string, { path: file, lines }: Shared): void {
  fs.appendFileSync(path.join(folder, file), `${lines.join('\n')}\n`)
}

/** How GitLab finds the files of a local include: Repository#search_files_by_wildcard_path in its source. */
function included(folder: string, pattern: string): string[] {
  const parts = pattern.split(/(\*\*|\*)/).map((part) => {
    const literal = part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return part === '**' ? '.*?' : part === '*' ? '[^/]*?' : literal
  })
  return filesBelow(folder, new RegExp(`^${parts.join('')}$`)).filter((file) => !file.startsWith('.git/'))
}

describe('files at the root of a repository, which are everybody’s', () => {
  const work = workFolder()
  const read = (folder: string, file: string) => fs.readFileSync(path.join(folder, file), 'utf8')

  describe.each([
    ['github', ['CODEOWNERS', '.github/dependabot.yml']],
    ['gitlab', ['CODEOWNERS', '.gitlab-ci.yml']],
    ['jenkins', ['CODEOWNERS']],
  ])('%s', (dialect, own) => {
    test('are created where there are none, and the next service says what it adds', () => {
      const folder = path.join(work, `${dialect}-none`)
      const [first, second] = monorepo(folder, dialect)
      expect(first).toEqual([])
      expect(own.filter((file) => !fs.existsSync(path.join(folder, file)))).toEqual([])
      expect(filesBelow(folder, /services\/.*(CODEOWNERS|dependabot|\/\.gitlab-ci\.yml)/)).toEqual([])
      // The pipeline's root is the same for all, and needs nothing.
      expect(second?.map(({ path: file }) => file)).toEqual(own.filter((file) => file !== '.gitlab-ci.yml'))
      const lock = JSON.parse(read(folder, 'services/orders/.go-k8s-service/lock.json'))
      expect(Object.keys(lock.files).filter((file) => own.includes(file))).toEqual([])
    })

    test('are left alone where somebody has them, even by force, and say nothing once the lines are in', () => {
      const folder = path.join(work, `${dialect}-theirs`)
      const theirs = {
        CODEOWNERS: '* @everybody\n',
        '.github/dependabot.yml': 'version: 2\nupdates:\n',
        '.gitlab-ci.yml': 'Theirs:\n  script: [make]\n\n',
      }
      const said = monorepo(folder, dialect, theirs)
      for (const [file, text] of Object.entries(theirs)) {
        expect(read(folder, file)).toBe(text)
      }
      for (const [at, name] of ['orders', 'pay'].entries()) {
        expect(said[at]?.map(({ path: file }) => file).sort()).toEqual([...own].sort())
        for (const { lines } of said[at] ?? []) {
          expect(read(folder, `services/${name}/README.md`)).toContain(lines.join('\n'))
        }
      }
      const again = (...args: string[]) =>
        create(
          ['services/orders', '--config=services/orders/service.yaml', '--yes', '--force', '--dry-run', ...args],
          folder,
        )
      expect(JSON.parse(again('--json').stdout).additions).toEqual(said[0])
      for (const addition of said.flat()) {
        if (!read(folder, addition.path).includes(addition.lines.join('\n'))) {
          take(folder, addition)
        }
      }
      const { additions, actions } = JSON.parse(again('--json').stdout)
      expect(additions).toBeUndefined()
      expect(actions.filter(({ action }: { action: string }) => action !== 'keep')).toEqual([])
      for (const file of own.filter((one) => one.endsWith('.yml'))) {
        expect(() => parse(read(folder, file))).not.toThrow()
      }
    })
  })

  test('a name that begins like another is not taken for it, and the home that counts is the one that is asked for', () => {
    const folder = path.join(work, 'alike')
    const [first, second] = monorepo(folder, 'github', {
      '.github/CODEOWNERS': '/services/orders-v2/ @x\n/services/pay @y\n',
    })
    expect(first?.map(({ path: file }) => file)).toEqual(['.github/CODEOWNERS'])
    expect(second?.map(({ path: file }) => file)).toEqual(['.github/dependabot.yml'])
    expect(fs.existsSync(path.join(folder, 'CODEOWNERS'))).toBe(false)
  })

  test('people are told on the terminal', () => {
    const folder = path.join(work, 'told')
    fs.mkdirSync(folder)
    succeed('git', ['init', '-q', '-b', 'main'], { cwd: folder })
    fs.writeFileSync(path.join(folder, '.gitlab-ci.yml'), 'Theirs:\n  script: [make]\n')
    const { stderr } = create(['services/orders', '--yes', '--delivery-ci=gitlab'], folder)
    expect(stderr).toContain('.gitlab-ci.yml is there already and stays as it is')
    expect(stderr).toContain('  include:\n    - local: "**/start.gitlab-ci.yml"\n')
  })
})

describeWith(['git', 'gitlab-ci-local'], 'pipelines of GitLab in folders of one repository', () => {
  const work = workFolder()
  const commit = (folder: string) => {
    for (const args of [
      ['remote', 'add', 'origin', 'https://gitlab.example.com/team/shop.git'],
      ['add', '-A'],
      ['-c', 'user.name=d', '-c', 'user.email=d@example.com', 'commit', '-q', '-m', 'all'],
      ['update-ref', 'refs/remotes/origin/main', 'main'],
      ['symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main'],
    ]) {
      succeed('git', args, { cwd: folder })
    }
  }
  const shop = path.join(work, 'shop')
  const names = ['orders', 'pay']
  const start = (name: string) =>
    parse(fs.readFileSync(path.join(shop, `services/${name}/start.gitlab-ci.yml`), 'utf8'))
  beforeAll(() => {
    monorepo(shop, 'gitlab')
    commit(shop)
  })

  test('the root finds each service’s start, and that starts the service’s pipeline', () => {
    const root = parse(fs.readFileSync(path.join(shop, '.gitlab-ci.yml'), 'utf8'))
    expect(included(shop, root.include[0].local)).toEqual(names.map((name) => `services/${name}/start.gitlab-ci.yml`))
    for (const name of names) {
      const job = start(name)[`Pipeline of ${name}`]
      const [{ local }] = job.trigger.include
      expect(fs.existsSync(path.join(shop, local))).toBe(true)
      const patterns: string[] = job.rules.flatMap(({ changes = [] }) => changes)
      expect(patterns.filter((pattern) => !pattern.startsWith(`services/${name}/`))).toEqual([])
    }
    const listed = succeed('gitlab-ci-local', ['--list-all'], { cwd: shop })
    expect(names.filter((name) => !listed.includes(`Pipeline of ${name}`))).toEqual([])
  })

  test('a child asks for nothing that it can’t know, and shares no lock and no environment', () => {
    const children = names.map((name) =>
      fs.readFileSync(path.join(shop, `services/${name}/pipeline.gitlab-ci.yml`), 'utf8'),
    )
    for (const text of children) {
      // A child's source is always its parent: doc/ci/pipelines/downstream_pipelines.md.
      expect(text).not.toContain('CI_PIPELINE_SOURCE')
      const { workflow } = parse(text)
      expect(workflow.rules.at(-1).auto_cancel).toEqual({ on_new_commit: 'none' })
    }
    for (const key of ['resource_group', 'environment']) {
      const [orders = [], pay = []] = children.map((text) =>
        Object.values(parse(text) as Record<string, Record<string, { name?: string }>>).flatMap((job) =>
          job?.[key] === undefined ? [] : [JSON.stringify(job[key])],
        ),
      )
      expect(orders.length).toBeGreaterThan(2)
      expect(orders.filter((one) => pay.includes(one))).toEqual([])
    }
  })

  test('GitLab’s schema and parser take all of them, beside what somebody else has there', () => {
    const theirs = path.join(work, 'theirs')
    const own =
      'workflow:\n  rules:\n    - when: always\nstages: [build, test]\nTheirs:\n  stage: build\n  script: [make]\n\n'
    const [[addition] = []] = monorepo(theirs, 'gitlab', { '.gitlab-ci.yml': own })
    take(theirs, addition as Shared)
    commit(theirs)
    const listed = succeed('gitlab-ci-local', ['--list-all'], { cwd: theirs })
    expect(['Theirs', 'Pipeline of orders', 'Pipeline of pay'].filter((job) => !listed.includes(job))).toEqual([])
    for (const name of names) {
      const child = succeed('gitlab-ci-local', ['--list-all', '--file', `services/${name}/pipeline.gitlab-ci.yml`], {
        cwd: theirs,
      })
      expect(child).toContain('Deploy to production')
    }
  })
})
