import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { filesBelow, generate, recipe, workFolder } from '../support/project.js'
import { describeWith, run, succeed } from '../support/tools.js'

const flags = ['--preset=production', '--grpc', '--postgres', '--entrypoint', '--image-base=debian']
const author = ['-c', 'user.name=dev', '-c', 'user.email=dev@example.com']

/** What others write, and tools of theirs name like what is built here. */
const sources = [
  'vendor/example.com/cover/coverage.go',
  'vendor/example.com/cover/coverage.html',
  'vendor/example.com/bin/bin.go',
  'vendor/example.com/credentials/credentials.go',
  'vendor/example.com/certs/root.pem',
  'vendor/example.com/certs/api.key',
  'internal/report/coverage.go',
  'internal/report/testdata/golden.out',
  'internal/report/testdata/suite.test',
  'internal/report/testdata/cpu.prof',
  'internal/bin/bin.go',
  'internal/credentials/credentials.go',
]
/** What is built, and what is secret. */
const products = [
  'bin/orders',
  'coverage.out',
  'orders.test',
  'cpu.prof',
  '.env',
  '.env.production',
  'credentials/token',
]

describeWith(['git', 'make', 'bash'], 'a project in other people’s checkouts', () => {
  const work = workFolder()
  let project: string
  beforeAll(() => {
    project = generate(work, recipe('orders', ...flags))
    for (const file of [...sources, ...products]) {
      fs.mkdirSync(path.join(project, path.dirname(file)), { recursive: true })
      fs.writeFileSync(path.join(project, file), 'content\n')
    }
    succeed('git', ['init', '-q', '-b', 'main'], { cwd: project })
    succeed('git', ['add', '-A'], { cwd: project })
    succeed('git', [...author, 'commit', '-q', '-m', 'first'], { cwd: project })
  })

  test('git takes every source, and nothing that was built or is secret', () => {
    const tracked = succeed('git', ['ls-files'], { cwd: project }).trim().split('\n')
    expect(sources.filter((file) => !tracked.includes(file))).toEqual([])
    expect(products.filter((file) => tracked.includes(file))).toEqual([])
    const generated = filesBelow(project, /^(?!\.git\/)/).filter((file) => !products.includes(file))
    expect(tracked.sort()).toEqual(generated.sort())
  })

  describe.each(['true', 'input', 'false'])('core.autocrlf=%s', (autocrlf) => {
    let clone: string
    beforeAll(() => {
      clone = path.join(work, `clone-${autocrlf}`)
      succeed('git', ['clone', '-q', '-c', `core.autocrlf=${autocrlf}`, '-c', 'core.eol=crlf', project, clone])
    })
    test('every file is the byte for byte the same, the records too', () => {
      const files = filesBelow(clone, /^(?!\.git\/)/)
      const differ = files.filter(
        (file) => !fs.readFileSync(path.join(clone, file)).equals(fs.readFileSync(path.join(project, file))),
      )
      expect(files.length).toBeGreaterThan(100)
      expect(differ).toEqual([])
      expect(succeed('git', ['status', '--porcelain'], { cwd: clone })).toBe('')
    })
    test('scripts, the entry point and make start', () => {
      for (const script of filesBelow(clone, /^scripts\/.*\.sh$/)) {
        // The kernel reads the first line, so it is run as a program.
        const { code, output } = run(
          path.join(clone, script),
          /entrypoint/.test(script) ? ['true'] : ['--no-such-flag', 'x', 'x', 'x', 'x'],
          {
            cwd: clone,
            env: { WAIT_FOR: '', PATH: process.env['PATH'] as string },
          },
        )
        expect({ script, output }).not.toEqual({
          script,
          output: expect.stringMatching(/\r|not found|bad interpreter/),
        })
        expect({ script, known: code !== 126 }).toEqual({ script, known: true })
      }
      expect(succeed('make', ['help'], { cwd: clone })).toContain('test')
    })
  })

  test('what the generator keeps for itself is no part of a reviewer’s difference', () => {
    const [attribute = ''] = succeed('git', ['check-attr', 'linguist-generated', '.go-k8s-service/lock.json'], {
      cwd: project,
    }).split('\n')
    expect(attribute).toMatch(/: set$/)
  })
})

describeWith(['root', 'buildah'], 'what the image is built from', () => {
  const work = workFolder()
  test('all that others wrote, and no secret of one’s own', () => {
    const project = generate(work, recipe('orders', ...flags))
    const secrets = ['.env', '.env.production', 'credentials/token', 'internal/tls.key', 'server.pem']
    for (const file of [...sources, ...secrets]) {
      fs.mkdirSync(path.join(project, path.dirname(file)), { recursive: true })
      fs.writeFileSync(path.join(project, file), 'content\n')
    }
    const store = ['--root', path.join(work, 's'), '--runroot', path.join(work, 'r'), '--storage-driver', 'vfs']
    const buildah = (...args: string[]) => succeed('buildah', [...store, ...args], { cwd: project }).trim()
    const container = buildah('from', 'scratch')
    buildah('copy', '--ignorefile', '.dockerignore', '--contextdir', project, container, project, '/')
    const context = filesBelow(buildah('mount', container))
    buildah('umount', container)
    buildah('rm', container)
    const needed = sources.filter((file) => /^vendor\/|\.go$/.test(file))
    expect(needed.filter((file) => !context.includes(file))).toEqual([])
    expect(secrets.filter((file) => context.includes(file))).toEqual([])
    expect(context).toContain('cmd/orders/main.go')
  })
})
