import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { generate, recipe, workFolder } from '../support/project.js'
import { run, succeed } from '../support/tools.js'
import { type Dialect, dialects, jobsOf } from './pipelines/jobs.js'

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

  test('a way back waits for no job that watches a release, and ends with the gate closed whatever happened', () => {
    const { jobs } = parse(read('github', '.github/workflows/rollback.yaml'))
    const release = parse(read('github', '.github/workflows/release.yaml')).jobs
    // GitHub queues it in the group of the deployments, where a job that runs is ended by it alone.
    expect(jobs.rollback.concurrency).toEqual({
      group: release['deploy-production'].concurrency.group.replace('production', '${{ inputs.environment }}'),
      'cancel-in-progress': true,
    })
    for (const name of ['deploy-staging', 'deploy-production', 'promote-production-10']) {
      expect({ name, ends: release[name].concurrency['cancel-in-progress'] }).toEqual({ name, ends: false })
    }
    // GitLab knows nothing but waiting.
    const gitlab = parse(read('gitlab', '.gitlab-ci.yml'))
    for (const name of ['Roll back', 'Abort production at 10 %']) {
      expect(gitlab[name]).not.toHaveProperty('resource_group')
    }
    expect(gitlab['Deploy to production']).toHaveProperty('resource_group')
    // Jenkins runs builds of one branch beside each other, unless it is told not to.
    expect(read('jenkins', 'Jenkinsfile')).not.toMatch(/disableConcurrentBuilds|\block\(/)

    for (const dialect of dialects) {
      for (const { name, steps } of jobsOf(dialect, projects.get(dialect) as string)) {
        if (/^(Roll back|Abort)/.test(name)) {
          const last = steps.filter(({ always }) => always).map(({ commands }) => commands)
          expect({ dialect, name, last }).toEqual({ dialect, name, last: [expect.stringContaining('--close')] })
        }
      }
    }
  })

  test('the README’s commands give every environment to one branch, before a secret is in it', () => {
    const [, commands = ''] = /```sh\n(for environment in registry[\s\S]*?)```/.exec(read('github', 'README.md')) ?? []
    const bin = path.join(work, 'bin')
    fs.mkdirSync(bin)
    for (const program of ['gh', 'ssh-keygen', 'rm']) {
      fs.writeFileSync(path.join(bin, program), '#!/bin/sh\necho "${0##*/} $*" >>"$LOG"\n', { mode: 0o755 })
    }
    fs.writeFileSync(path.join(work, 'deploy-key'), '')
    const env = { PATH: `${bin}:${process.env['PATH']}`, LOG: path.join(work, 'gh.log') }
    succeed('sh', ['-euc', commands], { cwd: work, env })
    const log = fs.readFileSync(env.LOG, 'utf8').split('\n')
    for (const environment of ['registry', 'dev', 'staging', 'production']) {
      const at = `repos/{owner}/{repo}/environments/${environment}`
      const made = log.findIndex((line) => line.startsWith(`gh api --method PUT ${at} `))
      const given = log.findIndex((line) => line.startsWith(`gh api --method POST ${at}/deployment-branch-policies `))
      const secret = log.findIndex((line) => line.startsWith('gh secret set') && line.includes(`--env ${environment}`))
      expect(log[made]).toContain('deployment_branch_policy[custom_branch_policies]=true')
      expect(log[given]).toContain('name=main')
      expect([made, given, secret]).toEqual([made, given, secret].toSorted((a, b) => a - b))
      expect(made).toBeGreaterThanOrEqual(0)
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
