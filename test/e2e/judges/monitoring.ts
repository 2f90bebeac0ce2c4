import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseAllDocuments, stringify } from 'yaml'
import type { Manifest } from '../../support/manifests.js'
import { filesBelow } from '../../support/project.js'
import { alertmanagerOf } from '../monitoring/alertmanager.js'
import { unlessClean } from './clean.js'
import { complain } from './files.js'
import type { Judge, Judgement } from './judgement.js'
import { testRules } from './rule-tests.js'

/** What a file below deploy/monitoring is, by what it holds: names are the template's business. */
const shapes: Readonly<Record<'rules' | 'tests' | 'alertmanager', (content: Manifest) => boolean>> = {
  rules: ({ groups }) => groups !== undefined,
  tests: ({ tests }) => tests !== undefined,
  alertmanager: ({ route, receivers }) => route !== undefined && receivers !== undefined,
}

export const monitoringJudges: readonly Judge[] = [
  {
    tool: 'promtool',
    needs: ['promtool'],
    group: 'manifests',
    unit: 'rule files',
    judge: ({ folder }) =>
      inPlainFiles(folder, (cwd, files) => [
        ...each(files.rules, (file) =>
          unlessClean({ by: 'promtool check', folder: cwd, files: [file] }, () =>
            complain('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', file], cwd),
          ),
        ),
        ...each(files.tests, (file) => testRules(cwd, file)),
      ]),
  },
  {
    tool: 'amtool',
    needs: ['amtool'],
    group: 'manifests',
    unit: 'Alertmanager configurations',
    judge: ({ folder }) =>
      inPlainFiles(folder, (cwd, files) =>
        each(files.alertmanager, (file) => complain('amtool', ['check-config', file], cwd)),
      ),
  },
]

type Files = Readonly<Record<keyof typeof shapes, readonly string[]>>

/** A list for every file that was judged. */
function each(files: readonly string[], judge: (file: string) => readonly string[]): (readonly string[])[] {
  return files.map(judge)
}

/**
 * Judges a copy of deploy/monitoring in which a PrometheusRule is the rule file that it holds, and an AlertmanagerConfig
 * what the operator makes of it: promtool and amtool read no Kubernetes objects, and tests of rules name rule files.
 */
function inPlainFiles(project: string, judge: (folder: string, files: Files) => (readonly string[])[]): Judgement {
  const source = path.join(project, 'deploy/monitoring')
  if (!fs.existsSync(source)) {
    return { judged: 0, findings: [], exempted: [] }
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'create-go-k8s-service-monitoring-'))
  try {
    const found: Record<keyof typeof shapes, string[]> = { rules: [], tests: [], alertmanager: [] }
    for (const file of filesBelow(source, /\.ya?ml$/)) {
      const text = fs.readFileSync(path.join(source, file), 'utf8')
      const [document] = parseAllDocuments(text)
      const object = document?.toJS() ?? {}
      const plain = plainOf(object)
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
      fs.writeFileSync(path.join(folder, file), plain === object ? text : stringify(plain))
      for (const shape of Object.keys(shapes) as (keyof typeof shapes)[]) {
        if (shapes[shape](plain)) {
          found[shape].push(file)
        }
      }
    }
    const judged = judge(folder, found)
    return { judged: judged.length, findings: judged.flat(), exempted: [] }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** The file that an object stands for; itself where it is none. */
function plainOf(object: Manifest): Manifest {
  return object.kind === 'PrometheusRule'
    ? object.spec
    : object.kind === 'AlertmanagerConfig'
      ? alertmanagerOf(object)
      : object
}
