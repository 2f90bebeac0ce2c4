import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { run, temporaryFolder } from '../support/cli.js'
import { filesBelow } from '../support/project.js'

const work = temporaryFolder('placeholders')
afterAll(() => fs.rmSync(work, { recursive: true, force: true }))

/** A repository with a remote, or none. */
function repository(id: string, origin?: string): string {
  const folder = path.join(work, id)
  fs.mkdirSync(path.join(folder, '.git'), { recursive: true })
  const remote = origin === undefined ? '' : `[remote "origin"]\n\turl = ${origin}\n\tfetch = +refs/heads/*:refs/x/*\n`
  fs.writeFileSync(path.join(folder, '.git/config'), `[core]\n\tbare = false\n[remote "up"]\n\turl = u\n${remote}[x]\n`)
  return folder
}

const answersOf = (folder: string) => parse(fs.readFileSync(path.join(folder, 'service.yaml'), 'utf8'))

interface Set {
  readonly flag: string
  readonly value: string
}

describe('a module, an image and a repository are guessed from the remote', () => {
  test.each([
    ['git@github.com:Acme/Orders.git', 'github.com/Acme/Orders', 'ghcr.io/acme/orders', undefined],
    ['https://github.com/acme/orders', 'github.com/acme/orders', 'ghcr.io/acme/orders', undefined],
    ['ssh://git@github.com:22/acme/orders.git', 'github.com/acme/orders', 'ghcr.io/acme/orders', undefined],
    [
      'https://me:word@gitlab.com/group/sub/orders.git',
      'gitlab.com/group/sub/orders',
      'registry.gitlab.com/group/sub/orders',
      'https://gitlab.com/group/sub/orders.git',
    ],
    ['https://git.acme.io:8443/team/orders.git', 'git.acme.io/team/orders', undefined, undefined],
    ['git@git.acme.io:team/orders.git', 'git.acme.io/team/orders', undefined, undefined],
    // No address of a server, so nobody could import it from there.
    ['../orders.git', undefined, undefined, undefined],
    ['/srv/git/orders.git', undefined, undefined, undefined],
  ])('%s', (origin, module, image, repo) => {
    const folder = repository(origin.replaceAll(/\W/g, '-'), origin)
    const { code, stderr } = run(['.', '--yes', '--name=orders', '--preset=minimal'], folder)
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const answers = answersOf(folder)
    expect({ module: answers.module, image: answers.image?.repository }).toEqual({
      module: module ?? 'example.com/orders',
      image,
    })
    const argo = run(['.', '--yes', '--name=orders', '--force'], folder)
    expect(argo.code).toBe(0)
    expect(answersOf(folder).delivery?.argocd?.repo).toBe(module === undefined ? undefined : (repo ?? origin))
    expect(fs.readFileSync(path.join(folder, 'go.mod'), 'utf8')).toContain(`module ${module ?? 'example.com/orders'}\n`)
  })

  test('in a folder of the repository, by that folder; in a work tree, from where its files are', () => {
    const root = repository('many', 'git@github.com:acme/shop.git')
    expect(run(['services/pay', '--yes', '--preset=minimal'], root).code).toBe(0)
    expect(answersOf(path.join(root, 'services/pay'))).toMatchObject({
      module: 'github.com/acme/shop/services/pay',
      image: { repository: 'ghcr.io/acme/pay' },
    })
    const tree = path.join(work, 'tree')
    fs.mkdirSync(tree)
    fs.mkdirSync(path.join(root, '.git/worktrees/tree'), { recursive: true })
    fs.writeFileSync(path.join(root, '.git/worktrees/tree/commondir'), '../..\n')
    fs.writeFileSync(path.join(tree, '.git'), `gitdir: ${root}/.git/worktrees/tree\n`)
    expect(run(['.', '--yes', '--name=pay', '--preset=minimal'], tree).code).toBe(0)
    expect(answersOf(tree).module).toBe('github.com/acme/shop')
  })

  test('a flag, and a service.yaml, say it better; without a remote nothing is guessed', () => {
    const root = repository('said', 'git@github.com:acme/shop.git')
    run(['flag', '--yes', '--preset=minimal', '--module=corp.io/flag'], root)
    expect(answersOf(path.join(root, 'flag')).module).toBe('corp.io/flag')
    fs.writeFileSync(path.join(root, 'old.yaml'), 'version: 1\nname: old\npreset: minimal\n')
    run(['old', '--yes', '--config=old.yaml'], root)
    expect(answersOf(path.join(root, 'old')).module).toBe('example.com/old')
    const bare = repository('bare')
    run(['.', '--yes', '--name=orders', '--preset=minimal'], bare)
    expect(answersOf(bare).module).toBe('example.com/orders')
  })
})

describe('what is still to be set', () => {
  test.each([
    ['standard', []],
    ['production', []],
    ['standard', ['--gateway-api', '--delivery-ci=gitlab']],
    ['production', ['--config-source=consul', '--postgres', '--alerts-receiver=none', '--delivery-ci=jenkins']],
    ['production', ['--config-source=nacos', '--mysql', '--redis', '--kafka', '--secrets-provider=external-secrets']],
    ['production', ['--nats', '--alerts-receiver=wecom', '--alerts-wecom-corp-id=ww0123456789abcdef']],
  ])(
    '%s %j: one list on the terminal, in JSON and in the README; with all of it given, no example is left',
    (preset, flags) => {
      const args = ['orders', '--yes', `--preset=${preset}`, ...flags]
      const first = path.join(work, `first-${preset}-${flags.length}`)
      fs.mkdirSync(first)
      const document = JSON.parse(run([...args, '--json'], first).stdout)
      const list: Set[] = document.placeholders
      expect(list.map(({ flag }) => flag)).toContain('--module')
      const readme = fs.readFileSync(path.join(first, 'orders/README.md'), 'utf8')
      const said = run([...args, '--force'], first).stderr
      for (const { flag, value } of list) {
        expect(readme).toContain(`| \`${flag}\` | \`${value}\` |`)
        expect(said).toMatch(new RegExp(`${flag} +${value.replaceAll('.', '\\.')}`))
      }

      const second = path.join(work, `second-${preset}-${flags.length}`)
      fs.mkdirSync(second)
      const own = (value: string) =>
        value
          .replaceAll('example.com', 'acme.io')
          .replaceAll('.cluster.local', '.acme.io')
          .replace(/^cluster-secrets$/, 'team-secrets')
          .replace(/^1000002$/, '1000009')
      const real = list.map(({ flag, value }) => `${flag}=${own(value)}`)
      const { stdout } = run([...args, ...real, '--json'], second)
      expect(JSON.parse(stdout).placeholders).toBeUndefined()
      const project = path.join(second, 'orders')
      expect(fs.readFileSync(path.join(project, 'README.md'), 'utf8')).not.toContain('Before you deploy')
      // Tests may say what they like, and so may the example of another's Secret.
      const files = filesBelow(project, /^(?!\.go-k8s-service\/|.*_test\.)/)
      const left = files.flatMap((file) =>
        fs
          .readFileSync(path.join(project, file), 'utf8')
          .split('\n')
          .filter(
            (line) =>
              /[\w/.@-]*example\.(com|org|net)|\.(data|messaging|consul|nacos)\.svc\.cluster\.local|cluster-secrets|1000002/.test(
                line,
              ) && !/^\s*(#|\/\/|description:)| as in /.test(line),
          )
          .map((line) => `${file}: ${line.trim()}`),
      )
      expect(left).toEqual([])
    },
  )
})

test('no address with a question mark is left for a shell to expand', () => {
  const folder = path.join(work, 'shell')
  fs.mkdirSync(folder)
  run(['orders', '--yes', '--preset=production', '--grpc', '--postgres', '--redis', '--nats'], folder)
  const project = path.join(folder, 'orders')
  const bare = filesBelow(project, /\.(md|sh|ya?ml|hbs)$|Makefile$/).flatMap((file) =>
    fs
      .readFileSync(path.join(project, file), 'utf8')
      .split('\n')
      .filter((line) => /\b(curl|wget)\b[^'"`]* [^\s'"`]*[?*[]/.test(line))
      .map((line) => `${file}: ${line}`),
  )
  expect(bare).toEqual([])
  expect(spawnSync('sh', ['-n', path.join(project, 'scripts/smoke.sh')]).status).toBe(0)
})
