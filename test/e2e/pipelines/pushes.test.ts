import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { generate, recipe, workFolder } from '../../support/project.js'
import { describeWith, succeed } from '../../support/tools.js'
import { dialects } from './jobs.js'

/** Files of a push, and whether it is a release: anything but overlays and documents makes one. */
const pushes: readonly (readonly [files: readonly string[], isRelease: boolean])[] = [
  [['deploy/overlays/production/kustomization.yaml'], false],
  [['README.md', 'docs/runbook.md', '.md', 'deploy/base/notes.md', 'deploy/notes.md', 'deploy/overlays/x'], false],
  [['deploy/overlays/staging/config.yaml', 'internal/app/app.go'], true],
  ...['go.mod', '.gitlab-ci.yml', 'd', 'md', 'cmd', 'a.cmd', 'build.amd', 'x/md', 'dep/x', 'deploy/x', '中文.go'].map(
    (file) => [[file], true] as const,
  ),
  ...['deploys/overlays/x', 'deploy/overlay/x', 'deploy/overlays2/x', 'deploy/base/deep/x.yaml', 'docs/a.png'].map(
    (file) => [[file], true] as const,
  ),
  [['internal/deploy/overlays/x'], true],
]

/** As GitLab asks: https://docs.gitlab.com/ci/yaml/#ruleschanges */
const asksFnmatch = `
require 'json'
patterns, paths = JSON.parse(STDIN.read)
how = File::FNM_PATHNAME | File::FNM_DOTMATCH | File::FNM_EXTGLOB
puts JSON.generate(paths.select { |path| patterns.any? { |pattern| File.fnmatch?(pattern, path, how) } })
`

describeWith(['git', 'ruby'], 'pushes of people', () => {
  const work = workFolder()

  test('are releases in every dialect or in none, and none is that changes overlays or documents alone', () => {
    const [github, gitlab, jenkins] = dialects.map((dialect) =>
      generate(work, recipe(dialect, '--preset=production', `--delivery-ci=${dialect}`)),
    ) as [string, string, string]
    const read = (project: string, file: string) => fs.readFileSync(path.join(project, file), 'utf8')

    const ignored = parse(read(github, '.github/workflows/release.yaml')).on.push['paths-ignore']
    expect(ignored).toEqual(['deploy/overlays/**', '**.md'])

    const patterns = parse(read(gitlab, '.gitlab-ci.yml')).workflow.rules.flatMap(
      ({ changes = [] }: { changes?: string[] }) => changes,
    )
    const input = JSON.stringify([patterns, pushes.flatMap(([files]) => files)])
    const matched = new Set(JSON.parse(succeed('ruby', ['-e', asksFnmatch], { input })))

    const [, what = ''] = /git log -1 --format=%H -- (\..*?)"/.exec(read(jenkins, 'Jenkinsfile')) ?? []
    const repository = path.join(work, 'pushes')
    const git = (...args: string[]) =>
      succeed('git', ['-c', 'user.name=d', '-c', 'user.email=d@example.com', ...args], { cwd: repository }).trim()
    fs.mkdirSync(repository)
    git('init', '-q')
    for (const [files, isRelease] of pushes) {
      // Of these names some are a folder in one push and a file in another.
      for (const name of fs.readdirSync(repository).filter((name) => name !== '.git')) {
        fs.rmSync(path.join(repository, name), { recursive: true })
      }
      git('add', '-A')
      git('commit', '-q', '--allow-empty', '-m', 'nothing')
      const base = git('rev-parse', 'HEAD')
      for (const file of files) {
        fs.mkdirSync(path.dirname(path.join(repository, file)), { recursive: true })
        fs.writeFileSync(path.join(repository, file), 'new')
      }
      git('add', '-A')
      git('commit', '-q', '-m', 'a push')
      const newest = succeed('sh', ['-c', `git log -1 --format=%H ${base}.. -- ${what}`], { cwd: repository }).trim()
      expect({
        files,
        github: files.some((file) => !file.startsWith('deploy/overlays/') && !file.endsWith('.md')),
        gitlab: files.some((file) => matched.has(file)),
        jenkins: newest === git('rev-parse', 'HEAD'),
      }).toEqual({ files, github: isRelease, gitlab: isRelease, jenkins: isRelease })
    }
  })
})
