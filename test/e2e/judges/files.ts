import fs from 'node:fs'
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
