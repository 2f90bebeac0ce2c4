import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { filesBelow, generate, recipe, workFolder } from '../../support/project.js'
import { describeWith, run, succeed } from '../../support/tools.js'
import { dialects, jobsOf } from './jobs.js'

const author = ['-c', 'user.name=dev', '-c', 'user.email=dev@example.com']
/** What changes production, but for the look at what it has. */
const changes = /\bsh scripts\/promote\.sh (?!--show)(?:--\S+ (?:\d+ )?)?("\$ENVIRONMENT"|"\$ROLLBACK"|production)/

/** A stage of a Jenkinsfile, as far as it decides who is asked. */
interface Stage {
  readonly name: string
  readonly conditions: readonly string[]
  readonly asks: boolean
  readonly changes: boolean
}

function stagesOf(jenkinsfile: string): Stage[] {
  const [, ...stages] = jenkinsfile.split(/^ {8}stage\('/m)
  return stages.map((text) => {
    const [, when = ''] = /^ {12}when \{\n([\s\S]*?)^ {12}\}/m.exec(text) ?? []
    const conditions = when.split('\n').map((line) => line.trim())
    return {
      name: text.slice(0, text.indexOf("'")),
      conditions: conditions.filter((line) => line !== '' && !/^(beforeAgent|\/\/)/.test(line)),
      asks: /\binput\b/.test(text),
      changes: changes.test(text),
    }
  })
}

/** Whether a stage runs, on the main branch, when somebody rolls an environment back; nothing has been built then. */
function runsBack(condition: string, environment: string): boolean {
  const known: Readonly<Record<string, boolean>> = {
    "branch 'main'": true,
    "environment name: 'DUE', value: 'true'": false,
    'expression { !params.ROLLBACK }': false,
    'expression { params.ROLLBACK }': true,
  }
  const [, named] = /^expression \{ params\.ROLLBACK == '(.*)' \}$/.exec(condition) ?? []
  const runs = named === undefined ? known[condition] : named === environment
  return runs ?? /^environment name: 'DECISION'/.test(condition)
}

describe('who is asked before production changes', () => {
  const work = workFolder()
  const projectOf = (dialect: string) =>
    generate(
      fs.mkdtempSync(path.join(work, `${dialect}-`)),
      recipe('orders', '--preset=production', `--delivery-ci=${dialect}`),
    )
  type Job = {
    environment?: string | { name: string }
    needs?: string[]
    steps?: { run?: string }[]
    rules?: { if?: string; when?: string; allow_failure?: boolean }[]
    script?: string[]
  }

  test('github: every job that changes it is in its environment, and the first waits for the look at its reviewers', () => {
    const project = projectOf('github')
    const jobs = ['release', 'rollback'].flatMap((file) =>
      Object.entries<Job>(parse(fs.readFileSync(path.join(project, `.github/workflows/${file}.yaml`), 'utf8')).jobs),
    )
    const found = jobs.filter(([, { steps = [] }]) => steps.some(({ run: commands = '' }) => changes.test(commands)))
    expect(found.map(([id, { environment }]) => [id, environment])).toEqual([
      ['deploy-production', 'production'],
      ['promote-production-10', 'production'],
      ['rollback', '${{ inputs.environment }}'],
    ])
    expect(Object.fromEntries(found)['deploy-production']?.needs).toContain('approval')
  })

  test('gitlab: every job that changes it is started by somebody, in its environment', () => {
    const all = Object.entries<Job>(parse(fs.readFileSync(path.join(projectOf('gitlab'), '.gitlab-ci.yml'), 'utf8')))
    const found = all.filter(([, { script = [] }]) => changes.test(script.join('\n')))
    const asked = found.map(([name, { rules = [], environment }]) => [
      name,
      rules.at(-1)?.when ?? rules.at(-1)?.if,
      typeof environment === 'object' ? environment.name : environment,
    ])
    expect(asked).toEqual([
      ['Deploy to production', 'manual', 'production'],
      ['Promote production past 10 %', 'manual', 'production'],
      ['Abort production at 10 %', 'manual', 'production'],
      // Whoever starts the pipeline says so; who may deploy to a protected environment is the server's business.
      ['Roll back', '$ROLLBACK && $CI_COMMIT_BRANCH == "main"', '$ROLLBACK'],
    ])
  })

  test('jenkins: a person stands before every stage that changes it, forward and back', () => {
    const stages = stagesOf(fs.readFileSync(path.join(projectOf('jenkins'), 'Jenkinsfile'), 'utf8'))
    const forward = stages.filter(({ conditions }) => !conditions.some((one) => one.includes('params.ROLLBACK')))
    const before = (list: readonly Stage[], at: number) =>
      list.slice(0, at).findLast((stage) => stage.asks || stage.changes)
    const unasked = forward.filter(
      (stage, at) =>
        stage.changes && !stage.conditions.some((one) => one.includes('DECISION')) && !before(forward, at)?.asks,
    )
    expect(unasked).toEqual([])
    const back = (environment: string) =>
      stages
        .filter(({ conditions }) => conditions.every((one) => runsBack(one, environment)))
        .map(({ name, asks }) => [name, asks])
    expect(back('production')).toEqual([
      ['Approve the rollback of production', true],
      ['Roll back', false],
    ])
    expect(back('staging')).toEqual([['Roll back', false]])
  })

  test.each(dialects)(
    '%s: the smoke test of a canary asks for the new version by the header of its routes',
    (dialect) => {
      const project = projectOf(dialect)
      const routes = fs.readFileSync(path.join(project, 'deploy/components/istio/virtualservice.yaml'), 'utf8')
      expect(routes).toMatch(/x-version:\n +exact: canary/)
      const jobs = jobsOf(dialect, project).filter(({ name }) => name === 'Deploy to production')
      const smokes = jobs.flatMap(({ steps }) => steps.filter(({ commands }) => commands.includes('smoke.sh')))
      expect(smokes.length).toBeGreaterThan(0)
      for (const { commands, env } of smokes) {
        expect(`${JSON.stringify(env)} ${commands}`).toMatch(/SMOKE_VERSION(":"|=)canary/)
      }
    },
  )
})

describeWith(['git'], 'a way back that is offered leads back', () => {
  const work = workFolder()

  test.each(
    dialects.flatMap((dialect) => [
      [dialect, 'blue-green', 'none'] as const,
      [dialect, 'blue-green', 'argo-rollouts'] as const,
      [dialect, 'rolling', 'none'] as const,
    ]),
  )('%s, %s by %s', (dialect, strategy, engine) => {
    const folder = fs.mkdtempSync(path.join(work, 'back-'))
    const flags = ['--preset=production', `--rollout-strategy=${strategy}`, `--rollout-engine=${engine}`]
    const project = generate(folder, recipe('orders', ...flags, `--delivery-ci=${dialect}`))
    const read = (file: string) => fs.readFileSync(path.join(project, file), 'utf8')
    const offered: readonly string[] = {
      github: () => parse(read('.github/workflows/rollback.yaml')).on.workflow_dispatch.inputs.environment.options,
      gitlab: () => parse(read('.gitlab-ci.yml')).variables.ROLLBACK.options.filter(Boolean),
      jenkins: () =>
        [...(/name: 'ROLLBACK', choices: \[(.*?)\]/.exec(read('Jenkinsfile'))?.[1] ?? '').matchAll(/'([^',]+)'/g)].map(
          ([, name = '']) => name,
        ),
    }[dialect]()
    // What documents and messages have people type is offered, too.
    const texts = filesBelow(
      project,
      /^(README\.md|docs\/runbook\.md|\.github\/.*\.yaml|\.gitlab-ci\.yml|Jenkinsfile)$/,
    )
    const typed = texts.flatMap((file) =>
      [...read(file).matchAll(/promote\.sh --back (\w+)/g)].map(([, name = '']) =>
        name === 'ENVIRONMENT' ? 'production' : name,
      ),
    )
    expect(offered).toContain('staging')

    const origin = path.join(folder, 'origin.git')
    const git = (...args: string[]) => succeed('git', [...author, ...args], { cwd: project }).trim()
    succeed('git', ['init', '-q', '--bare', '-b', 'main', origin])
    git('init', '-q', '-b', 'main')
    git('config', 'user.name', 'dev')
    git('config', 'user.email', 'dev@example.com')
    git('remote', 'add', 'origin', origin)
    const promote = (...args: string[]) => run('sh', ['scripts/promote.sh', ...args], { cwd: project })
    for (const text of ['one', 'two']) {
      fs.writeFileSync(path.join(project, 'change.txt'), text)
      git('add', '-A')
      git('commit', '-q', '-m', text)
      git('push', '-q', 'origin', 'main')
      const commit = git('rev-parse', 'HEAD')
      for (const environment of ['staging', 'production']) {
        expect(promote(environment, commit)).toMatchObject({ code: 0 })
      }
    }
    for (const environment of new Set([...offered, ...typed])) {
      expect({ environment, ...promote('--back', environment) }).toMatchObject({ environment, code: 0 })
    }
  })
})
