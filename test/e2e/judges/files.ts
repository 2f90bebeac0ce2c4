import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { filesBelow } from '../../support/project.js'
import { run } from '../../support/tools.js'
import { yamllintRules } from '../exemptions.js'
import { toolPath } from '../tools/table.mjs'
import { noteClean, type Read, strangers, unlessClean } from './clean.js'
import type { Judge, Judgement } from './judgement.js'

/** A linter that reads files, and the arguments before their names. */
interface FileLinter {
  readonly tool: string
  readonly files: RegExp
  readonly args: readonly string[]
}

const hadolint: FileLinter = {
  tool: 'hadolint',
  files: /(^|\/)Dockerfile$/,
  args: ['--failure-threshold=style', '--no-color'],
}
const shellcheck: FileLinter = {
  tool: 'shellcheck',
  files: /\.sh$/,
  args: ['--severity=style', '--format=gcc'],
}
const yamllint: FileLinter = {
  tool: 'yamllint',
  files: /\.ya?ml$/,
  args: ['--strict', '--format=parsable', '--config-data', JSON.stringify(yamllintRules)],
}

const mermaid: FileLinter = { tool: 'mermaid', files: /\.md$/, args: [path.resolve('test/e2e/judges/mermaid.mjs')] }

/** Linters to which no file is another one's business. */
const readAlone = [hadolint, shellcheck, yamllint, mermaid]

/** Linters that read files of the project as they are. Which files those are is read from its tree. */
export const fileJudges: readonly Judge[] = [
  {
    tool: 'hadolint',
    needs: ['hadolint'],
    group: 'containers',
    unit: 'Dockerfiles',
    judge: ({ folder }) => lint(hadolint, folder),
  },
  {
    tool: 'shellcheck',
    needs: ['shellcheck'],
    group: 'scripts',
    unit: 'scripts',
    judge: ({ folder }) => {
      const judgement = lint(shellcheck, folder)
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
      lint(
        {
          tool: 'actionlint',
          files: /^\.github\/workflows\//,
          args: ['-oneline', '-shellcheck', toolPath('shellcheck') ?? ''],
        },
        folder,
      ),
  },
  {
    tool: 'zizmor',
    needs: ['zizmor'],
    group: 'workflows',
    unit: 'workflows',
    judge: ({ folder }) =>
      lint(
        {
          tool: 'zizmor',
          files: /^\.github\/(workflows\/.*|dependabot\.yml|.*\/action\.ya?ml)$/,
          args: ['--offline', '--quiet', '--format=github'],
        },
        folder,
      ),
  },
  {
    tool: 'gitlab-ci-local',
    needs: ['gitlab-ci-local', 'git'],
    group: 'workflows',
    unit: 'pipelines',
    judge: ({ folder }) => pipeline('gitlab-ci-local', folder, filesBelow(folder, /^[a-z]*\.gitlab-ci\.yml$/), gitlab),
  },
  {
    tool: 'codenarc',
    needs: ['codenarc', 'java'],
    group: 'workflows',
    unit: 'pipelines',
    judge: ({ folder }) => pipeline('codenarc', folder, filesBelow(folder, /^Jenkinsfile$/), jenkins),
  },
  {
    tool: 'yamllint',
    needs: ['yamllint'],
    group: 'yaml',
    unit: 'files',
    judge: ({ folder }) => lint(yamllint, folder),
  },
  {
    tool: 'mermaid',
    needs: ['mermaid'],
    group: 'documents',
    unit: 'files',
    judge: ({ folder }) => lint(mermaid, folder),
  },
]

/**
 * Asks the linters that start slowly about the files of many projects at once. What they find clean they are not asked
 * about again; anything else is left for the judgement of its project, which names it.
 */
export function vet(folders: readonly string[]): void {
  for (const linter of readAlone) {
    const unknown = strangers(folders.flatMap((folder) => readsOf(linter, folder)))
    const files = unknown.flatMap(({ folder, files }) => files.map((file) => path.join(folder, file)))
    if (files.length > 0 && complain(linter.tool, [...linter.args, ...files], os.tmpdir()).length === 0) {
      unknown.forEach(noteClean)
    }
  }
  const pipelines = folders
    .filter((folder) => fs.existsSync(path.join(folder, 'Jenkinsfile')))
    .map((folder) => ({ by: 'codenarc', folder, files: ['Jenkinsfile'] }))
  const together = fs.mkdtempSync(path.join(os.tmpdir(), 'jenkins-'))
  try {
    const unknown = strangers(pipelines)
    for (const [at, { folder }] of unknown.entries()) {
      fs.mkdirSync(path.join(together, `${at}`))
      fs.copyFileSync(path.join(folder, 'Jenkinsfile'), path.join(together, `${at}`, 'Jenkinsfile'))
    }
    if (unknown.length > 0 && jenkins(together).length === 0) {
      unknown.forEach(noteClean)
    }
  } finally {
    fs.rmSync(together, { recursive: true, force: true })
  }
}

/** A pipeline, and what starts it. */
function pipeline(
  tool: string,
  folder: string,
  files: readonly string[],
  judge: (folder: string) => string[],
): Judgement {
  return files.length > 0
    ? { judged: 1, findings: unlessClean({ by: tool, folder, files }, () => judge(folder)), exempted: [] }
    : { judged: 0, findings: [], exempted: [] }
}

/** GitLab's schema, and what its parser says of stages, jobs and rules; it wants a clone of the branch. */
function gitlab(folder: string): string[] {
  const cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'gitlab-'))
  try {
    const own = path.join(cwd, placeOf(folder))
    fs.mkdirSync(own, { recursive: true })
    for (const file of filesBelow(folder, /^[a-z]*\.gitlab-ci\.yml$/)) {
      fs.copyFileSync(path.join(folder, file), path.join(file === '.gitlab-ci.yml' ? cwd : own, file))
    }
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
    // Where others have the root already, the child is all there is.
    return ['.gitlab-ci.yml', path.join(placeOf(folder), 'pipeline.gitlab-ci.yml')]
      .filter((file) => fs.existsSync(path.join(cwd, file)))
      .flatMap((file) => complain('gitlab-ci-local', ['--list', '--file', file], cwd))
  } finally {
    fs.rmSync(cwd, { recursive: true, force: true })
  }
}

/** The folder of a repository that a project says it lies in, which the root's pipeline starts a child in. */
function placeOf(folder: string): string {
  const start = path.join(folder, 'start.gitlab-ci.yml')
  const text = fs.existsSync(start) ? fs.readFileSync(start, 'utf8') : ''
  return /- local: (.*)\/pipeline\.gitlab-ci\.yml/.exec(text)?.[1] ?? '.'
}

const codenarcRules = 'test/e2e/judges/codenarc.groovy'

/** Groovy's own compiler, and the rules for Jenkins, over every Jenkinsfile below a folder. */
function jenkins(folder: string): string[] {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'jenkins-read-'))
  try {
    const files = filesBelow(folder, /(^|\/)Jenkinsfile$/)
    for (const file of files) {
      fs.mkdirSync(path.dirname(path.join(copy, file)), { recursive: true })
      fs.writeFileSync(path.join(copy, file), atTheRoot(fs.readFileSync(path.join(folder, file), 'utf8')))
    }
    return complaintsOfCodenarc(copy, files.length)
  } finally {
    fs.rmSync(copy, { recursive: true, force: true })
  }
}

/**
 * The same pipeline outside of its folder. Two blocks that open in one line keep the steps of both forms at one depth,
 * for who compares them; the rules for formatting want a line and a depth for each.
 */
function atTheRoot(text: string): string {
  return text.replaceAll(/^( *)(steps|always) \{ dir\('[^'\n]+'\) \{$/gm, '$1$2 {').replaceAll(/^( *)\} \}$/gm, '$1}')
}

function complaintsOfCodenarc(folder: string, files: number): string[] {
  const { code, output } = run('codenarc', [
    `-basedir=${folder}`,
    '-includes=**/Jenkinsfile',
    `-rulesetfiles=file:${path.resolve(codenarcRules)}`,
    '-report=console',
    '-failOnError=true',
  ])
  const lines = output.split('\n')
  const clean = lines.some((line) => line.startsWith(`Summary: TotalFiles=${files} FilesWithViolations=0 `))
  const findings = lines.filter((line) => /^\s*Violation:|Compilation failed/.test(line))
  return code === 0 && clean && findings.length === 0 ? [] : [...findings, `exit code ${code}`]
}

/** One run over the files of a project that match; none match, and there is nothing to say. */
function lint(linter: FileLinter, folder: string): Judgement {
  const reads = readsOf(linter, folder)
  const judged = filesBelow(folder, linter.files).length
  const unknown = strangers(reads)
  const files = unknown.flatMap((read) => read.files)
  const findings = files.length === 0 ? [] : complain(linter.tool, [...linter.args, ...files], folder)
  if (findings.length === 0) {
    unknown.forEach(noteClean)
  }
  return { judged, findings, exempted: [] }
}

/** What the linter's verdict depends on, each file by itself where it reads them so. */
function readsOf(linter: FileLinter, folder: string): Read[] {
  const by = [linter.tool, ...linter.args].join('\0')
  const files = filesBelow(folder, linter.files)
  const groups = readAlone.includes(linter) ? files.map((file) => [file]) : files.length === 0 ? [] : [files]
  return groups.map((group) => ({ by, folder, files: group }))
}

/** What a program prints when it is not content, line by line. */
export function complain(tool: string, args: readonly string[], cwd: string): string[] {
  const { code, output } = run(tool, args, { cwd })
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  return code === 0 ? [] : lines.length > 0 ? lines : [`exit code ${code}`]
}
