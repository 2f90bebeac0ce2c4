import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { filesBelow } from '../../support/project.js'
import { run } from '../../support/tools.js'
import { yamllintRules } from '../exemptions.js'
import { toolPath } from '../tools/table.mjs'
import type { Judge, Judgement } from './judgement.js'

/** Linters that read files of the project as they are. Which files those are is read from its tree. */
export const fileJudges: readonly Judge[] = [
  {
    tool: 'hadolint',
    needs: ['hadolint'],
    group: 'containers',
    unit: 'Dockerfiles',
    judge: ({ folder }) => lint('hadolint', folder, /(^|\/)Dockerfile$/, ['--failure-threshold=style', '--no-color']),
  },
  {
    tool: 'shellcheck',
    needs: ['shellcheck'],
    group: 'scripts',
    unit: 'scripts',
    judge: ({ folder }) => {
      const judgement = lint('shellcheck', folder, /\.sh$/, ['--severity=style', '--format=gcc'])
      const locked = filesBelow(folder, /\.sh$/).filter(
        (file) => (fs.statSync(path.join(folder, file)).mode & 0o111) === 0,
      )
      return { ...judgement, findings: [...judgement.findings, ...locked.map((file) => `${file} is not executable`)] }
    },
  },
  {
    tool: 'actionlint',
    needs: ['actionlint', 'shellcheck'],
    group: 'workflows',
    unit: 'workflows',
    judge: ({ folder }) =>
      lint('actionlint', folder, /^\.github\/workflows\//, ['-oneline', '-shellcheck', toolPath('shellcheck') ?? '']),
  },
  {
    tool: 'zizmor',
    needs: ['zizmor'],
    group: 'workflows',
    unit: 'workflows',
    judge: ({ folder }) =>
      lint('zizmor', folder, /^\.github\/(workflows\/.*|dependabot\.yml|.*\/action\.ya?ml)$/, [
        '--offline',
        '--quiet',
        '--format=github',
      ]),
  },
  {
    tool: 'gitlab-ci-local',
    needs: ['gitlab-ci-local', 'git'],
    group: 'workflows',
    unit: 'pipelines',
    judge: ({ folder }) => gitlab(folder),
  },
  {
    tool: 'codenarc',
    needs: ['codenarc', 'java'],
    group: 'workflows',
    unit: 'pipelines',
    judge: ({ folder }) => jenkins(folder),
  },
  {
    tool: 'yamllint',
    needs: ['yamllint'],
    group: 'yaml',
    unit: 'files',
    judge: ({ folder }) =>
      lint('yamllint', folder, /\.ya?ml$/, [
        '--strict',
        '--format=parsable',
        '--config-data',
        JSON.stringify(yamllintRules),
      ]),
  },
]

/** GitLab's schema, and what its parser says of stages, jobs and rules; it wants a clone of the branch. */
function gitlab(folder: string): Judgement {
  const file = path.join(folder, '.gitlab-ci.yml')
  if (!fs.existsSync(file)) {
    return { judged: 0, findings: [], exempted: [] }
  }
  const cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'gitlab-'))
  try {
    fs.copyFileSync(file, path.join(cwd, '.gitlab-ci.yml'))
    for (const args of [
      ['init', '-q', '-b', 'main'],
      ['remote', 'add', 'origin', 'https://gitlab.example.com/team/orders.git'],
      ['add', '.'],
      ['-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '-qm', 'all'],
      ['update-ref', 'refs/remotes/origin/main', 'main'],
      ['symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main'],
    ]) {
      run('git', args, { cwd })
    }
    return { judged: 1, findings: complain('gitlab-ci-local', ['--list'], cwd), exempted: [] }
  } finally {
    fs.rmSync(cwd, { recursive: true, force: true })
  }
}

const codenarcRules = 'test/e2e/judges/codenarc.groovy'

/** Groovy's own compiler, and the rules for Jenkins. */
function jenkins(folder: string): Judgement {
  if (!fs.existsSync(path.join(folder, 'Jenkinsfile'))) {
    return { judged: 0, findings: [], exempted: [] }
  }
  const { code, output } = run('codenarc', [
    `-basedir=${folder}`,
    '-includes=Jenkinsfile',
    `-rulesetfiles=file:${path.resolve(codenarcRules)}`,
    '-report=console',
    '-failOnError=true',
  ])
  const lines = output.split('\n')
  const clean = lines.some((line) => line.startsWith('Summary: TotalFiles=1 FilesWithViolations=0 '))
  const findings = lines.filter((line) => /^\s*Violation:|Compilation failed/.test(line))
  return {
    judged: 1,
    findings: code === 0 && clean && findings.length === 0 ? [] : [...findings, `exit code ${code}`],
    exempted: [],
  }
}

/** One run over the files of a project that match; none match, and there is nothing to say. */
function lint(tool: string, cwd: string, pattern: RegExp, args: readonly string[]): Judgement {
  const files = filesBelow(cwd, pattern)
  return {
    judged: files.length,
    findings: files.length === 0 ? [] : complain(tool, [...args, ...files], cwd),
    exempted: [],
  }
}

/** What a program prints when it is not content, line by line. */
export function complain(tool: string, args: readonly string[], cwd: string): string[] {
  const { code, output } = run(tool, args, { cwd })
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  return code === 0 ? [] : lines.length > 0 ? lines : [`exit code ${code}`]
}
