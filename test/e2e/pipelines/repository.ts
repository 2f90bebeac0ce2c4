import fs from 'node:fs'
import path from 'node:path'
import { expect } from '@jest/globals'
import { parse } from 'yaml'
import { generate, recipe } from '../../support/project.js'
import { type Outcome, run, succeed } from '../../support/tools.js'

/** The tag of an image that no release has set. */
export const never = '0'.repeat(40)

/** A service of these flags in a new repository below `work`. */
export function repositoryOf(work: string, ...flags: readonly string[]): Repository {
  const folder = fs.mkdtempSync(path.join(work, 'repository-'))
  return new Repository(folder, generate(folder, recipe('promoted', ...flags)))
}

/** A repository that others push to as well, and a clone of it as a pipeline has one. */
export class Repository {
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
