import fs from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { generate, recipe, workFolder } from '../support/project.js'
import { describeWith, run, succeed } from '../support/tools.js'

/** Answers as a cluster in which both colours are whole; a file keeps which one serves, and what was before. */
const kubectl = `#!/bin/sh
case "$*" in
  *"get service/orders "*previous-colour*) cat "$CLUSTER/previous" ;;
  *"get service/orders "*) cat "$CLUSTER/live" ;;
  *"get deployment/"*image*) echo registry.example.com/orders:unreleased ;;
  *"get deployment/"*) echo 3 ;;
  *"patch service orders "*)
    cp "$CLUSTER/live" "$CLUSTER/previous"
    echo "$*" | sed 's/.*"version":"\\([a-z]*\\)".*/\\1/' >"$CLUSTER/live"
    ;;
esac
`

describeWith(['git', 'dash'], 'a switch of colours, where a pipeline releases from Git', () => {
  const work = workFolder()
  const overlay = 'deploy/overlays/production/kustomization.yaml'
  let clone: string
  let remote: string
  let cluster: string
  let count = 0

  const git = (cwd: string, ...args: string[]) =>
    succeed('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd }).trim()
  const script = (words: string) =>
    run('dash', ['scripts/blue-green.sh', ...words.split(' ')], {
      cwd: clone,
      env: {
        PATH: `${cluster}:${process.env['PATH']}`,
        CLUSTER: cluster,
        GIT_AUTHOR_NAME: 't',
        GIT_AUTHOR_EMAIL: 't@example.com',
        GIT_COMMITTER_NAME: 't',
        GIT_COMMITTER_EMAIL: 't@example.com',
      },
    })
  const live = () => fs.readFileSync(path.join(cluster, 'live'), 'utf8').trim()
  const inGit = () => /value: (\w+) # serves/.exec(git(remote, 'show', `main:${overlay}`))?.[1]
  /** As a branch that only the pipeline may push to. */
  const protect = () => fs.writeFileSync(path.join(remote, 'hooks/update'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })

  beforeEach(() => {
    const folder = path.join(work, `${count++}`)
    cluster = path.join(folder, 'cluster')
    remote = path.join(folder, 'remote.git')
    fs.mkdirSync(cluster, { recursive: true })
    fs.writeFileSync(path.join(cluster, 'kubectl'), kubectl, { mode: 0o755 })
    fs.writeFileSync(path.join(cluster, 'live'), 'blue\n')
    fs.writeFileSync(path.join(cluster, 'previous'), '')
    clone = generate(
      folder,
      recipe('clone', '--preset=production', '--rollout-strategy=blue-green', '--rollout-engine=none'),
    )
    const tags = fs.readFileSync(path.join(clone, overlay), 'utf8')
    fs.writeFileSync(path.join(clone, overlay), tags.replaceAll(/newTag: "[^"]*"/g, 'newTag: "unreleased"'))
    git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', remote)
    git(clone, 'init', '--quiet', '--initial-branch=main')
    git(clone, 'add', '.')
    git(clone, 'commit', '--quiet', '--message=first')
    git(clone, 'remote', 'add', 'origin', remote)
    git(clone, 'push', '--quiet', '--set-upstream', 'origin', 'main')
  })

  test('Git says it before the Service turns, in a commit of that line alone', () => {
    fs.appendFileSync(path.join(clone, 'README.md'), 'mine\n')
    expect(script('switch production green')).toMatchObject({ code: 0 })
    expect([live(), inGit()]).toEqual(['green', 'green'])
    expect(git(remote, 'show', '--name-only', '--format=', 'main')).toBe(overlay)
    expect(git(clone, 'status', '--porcelain')).toBe('M README.md')
    // The next release goes to the colour that waits.
    const commit = git(clone, 'rev-parse', 'HEAD')
    expect(script('switch production green')).toMatchObject({ code: 0 })
    expect(git(clone, 'rev-parse', 'HEAD')).toBe(commit)
  })
  test('without the right to push, or behind a release, nothing is switched and nothing is left behind', () => {
    protect()
    expect(script('switch production green')).toMatchObject({
      code: 1,
      output: expect.stringContaining('not switched'),
    })
    expect([live(), inGit()]).toEqual(['blue', 'blue'])
    expect(git(clone, 'status', '--porcelain', '--branch')).toBe('## main...origin/main')
    fs.rmSync(path.join(remote, 'hooks/update'))

    const other = path.join(path.dirname(clone), 'other')
    git(path.dirname(clone), 'clone', '--quiet', remote, other)
    fs.appendFileSync(path.join(other, 'README.md'), 'another\n')
    git(other, 'commit', '--quiet', '--all', '--message=another')
    git(other, 'push', '--quiet')
    expect(script('switch production green')).toMatchObject({ code: 1, output: expect.stringContaining('pull') })
    expect([live(), inGit()]).toEqual(['blue', 'blue'])
  })
  test('a rollback waits for nobody, and says that Git has yet to know', () => {
    expect(script('switch production green')).toMatchObject({ code: 0 })
    protect()
    expect(script('rollback production')).toMatchObject({
      code: 0,
      output: expect.stringContaining('push that before anybody releases'),
    })
    expect([live(), inGit()]).toEqual(['blue', 'green'])
    fs.rmSync(path.join(remote, 'hooks/update'))
    git(clone, 'commit', '--quiet', '--all', '--message=rollback')
    git(clone, 'push', '--quiet')
    expect(inGit()).toBe('blue')
  })
  describe('outside of a repository', () => {
    test('the line is written, and its commit asked for', () => {
      fs.rmSync(path.join(clone, '.git'), { recursive: true })
      expect(script('switch production green')).toMatchObject({ code: 0, output: expect.stringContaining('Commit ') })
      expect(fs.readFileSync(path.join(clone, overlay), 'utf8')).toContain('value: green # serves')
    })
  })
})
