import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from '@jest/globals'
import { examples, generate, recipe, workFolder } from '../support/project.js'
import { describeWith, missingTools, run, succeed, withoutDownloads } from '../support/tools.js'
import { readOf, verdictsOf } from '../support/verdicts.js'

/** What the Go sources depend on, each of it off once, and a project whose every name and number is unusual. */
const extras = [
  recipe('no-metrics', '--no-metrics'),
  recipe('no-tracing', '--no-tracing'),
  recipe('both', '--grpc'),
  recipe('bare-calls', '--preset=minimal', '--grpc', '--no-http', '--config-source=env', '--no-config-reload'),
  recipe('no-reload', '--no-config-reload'),
  recipe('bare', '--preset=minimal', '--config-source=env', '--no-config-reload'),
  {
    id: 'odd',
    args: [
      '--name=a',
      '--module=github.com/Acme/pay-ments.v2',
      '--description=*/ `"; {{ 7*7 }}\n订单',
      '--http-port=18181',
      '--http-admin-port=18282',
      '--http-timeout=800ms',
      '--shutdown-timeout=1',
      '--shutdown-drain=0',
      '--probes-readiness-path=/r/ready',
      '--probes-liveness-path=/healthz',
      '--probes-readiness-timeout=1',
      '--slo-latency-p99=5s',
      '--config-values=greeting={{7*7}}',
    ],
  },
]

/** The race detector needs a C compiler. */
const race = missingTools(['gcc']).length === 0 ? ['-race'] : []

/** Without the folder in what is compiled: projects share what they have in common, and so do runs. */
const env = { GOFLAGS: '-trimpath' }

describeWith(['go', 'gofmt', 'golangci-lint'], 'Go', () => {
  const work = workFolder()

  const version = succeed('go', ['version'], { cwd: work })
  const verdicts = verdictsOf(version, ['test/e2e/go.test.ts', 'test/e2e/tools/table.mjs'])

  test.each([...examples, ...extras])('$id: formatted, tidy, builds, vetted, linted, tested', (entry) => {
    const cwd = generate(work, entry)
    const judge = () => {
      expect(succeed('gofmt', ['-l', '.'], { cwd })).toBe('')
      const tidy = run('go', ['mod', 'tidy', '-diff'], { cwd })
      expect([tidy.code, withoutDownloads(tidy.output)]).toEqual([0, ''])
      succeed('go', ['build', '-mod=readonly', './...'], { cwd, env })
      succeed('go', ['vet', './...'], { cwd, env })
      // One linter run at a time is golangci-lint's own rule; another project's may be under way.
      succeed('golangci-lint', ['run', '--allow-parallel-runners', '--timeout=20m'], { cwd, env })
      succeed('go', ['test', ...race, './...'], { cwd, env })
      return true
    }
    verdicts.of(readOf(cwd), judge, (isClean) => isClean)
  })
})

describeWith(['go', 'gcc'], 'cgo', () => {
  const work = workFolder()

  test('a project with cgo builds with it', () => {
    const cwd = generate(work, recipe('cgo', '--image-cgo'))
    succeed('go', ['build', '-o', 'bin/', './...'], { cwd, env: { CGO_ENABLED: '1' } })
    expect(succeed('go', ['version', '-m', 'bin/orders'], { cwd })).toContain('CGO_ENABLED=1')
  })
})

describeWith(['go', 'make', 'git'], 'make', () => {
  const work = workFolder()

  test('build gives a static program that knows its commit', () => {
    const cwd = generate(work, recipe('make'))
    const git = (...args: string[]) =>
      succeed('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd })
    git('init', '--quiet')
    git('add', '.')
    git('commit', '--quiet', '--message=first')
    succeed('make', ['build'], { cwd })
    expect(succeed('./bin/orders', ['--version'], { cwd })).toContain(git('rev-parse', 'HEAD').trim().slice(0, 7))
    expect(git('status', '--porcelain')).toBe('')
    expect(succeed('go', ['version', '-m', 'bin/orders'], { cwd })).toContain('CGO_ENABLED=0')
  })
  test('every edit is an image with a tag of its own, also before the first commit and without git', () => {
    const cwd = generate(work, recipe('tags'))
    const git = (...args: string[]) =>
      succeed('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd })
    const tags: string[] = []
    const tag = () => {
      const [, built = ''] = /-t '[^']+:([^']+)'/.exec(succeed('make', ['-n', 'image'], { cwd })) ?? []
      expect(built).toMatch(/^[\w][\w.-]{0,127}$/)
      tags.push(built)
      return built
    }
    const edit = (file: string, text: string) => fs.appendFileSync(path.join(cwd, file), text)
    tag()
    edit('README.md', 'one\n')
    tag()
    git('init', '--quiet')
    edit('README.md', 'two\n')
    tag()
    git('add', '.')
    git('commit', '--quiet', '--message=first')
    expect(tag()).toBe(git('rev-parse', '--short', 'HEAD').trim())
    edit('README.md', 'three\n')
    tag()
    edit('README.md', 'four\n')
    tag()
    edit('new.go', 'package main\n')
    tag()
    git('add', '.')
    git('commit', '--quiet', '--message=second')
    // What Git allows in a tag and an image's tag, or a shell, does not.
    git('tag', 'release/v1+$(touch${IFS}ran)')
    tag()
    expect(new Set(tags).size).toBe(tags.length)
    succeed('make', ['build'], { cwd })
    expect(fs.existsSync(path.join(cwd, 'ran'))).toBe(false)
  })
  test('help lists every target', () => {
    const cwd = generate(work, recipe('help'))
    const help = succeed('make', ['help'], { cwd })
    for (const target of ['build', 'run', 'test', 'lint', 'image', 'deploy-dev']) {
      expect(help).toMatch(new RegExp(`^  ${target} +\\S`, 'm'))
    }
  })
})
