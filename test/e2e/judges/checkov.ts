import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { filesBelow } from '../../support/project.js'
import { run } from '../../support/tools.js'
import { readOf, verdictsOf } from '../../support/verdicts.js'
import { toolPath } from '../tools/table.mjs'
import { type Judgement, type Project, settle, together } from './judgement.js'
import { asDeployments, textFor } from './rollouts.js'

/** What checkov reads of a project, and where it stands in docs/proof.md. */
export const frameworks = {
  kubernetes: { group: 'manifests', unit: 'objects' },
  dockerfile: { group: 'containers', unit: 'Dockerfiles' },
  github_actions: { group: 'workflows', unit: 'workflows' },
} as const

/** It compares every object with every other: 15 projects take 5 s, and 60 at once would take 80 s. */
const batchSize = 15

type Framework = keyof typeof frameworks
type Judgements = Record<Framework, Judgement>

interface Report {
  readonly check_type: Framework
  readonly results: {
    readonly passed_checks: readonly { readonly file_path: string }[]
    readonly failed_checks: readonly {
      readonly check_id: string
      readonly check_name: string
      readonly file_path: string
      readonly resource: string
    }[]
  }
}

/**
 * checkov of many projects at once: a start costs seconds, a further project a fraction of one.
 * @param projects by a name that is good for a folder
 * @returns by the same name, a judgement a framework
 */
export function checkovFindings(projects: Readonly<Record<string, Project>>): Record<string, Judgements> {
  const known = Object.fromEntries(
    Object.entries(projects).flatMap(([name, project]) => {
      const judgements = verdicts.kept<Judgements>(readBy(project))
      return judgements === undefined ? [] : [[name, judgements]]
    }),
  )
  const names = Object.keys(projects).filter((name) => known[name] === undefined)
  const batches = Array.from({ length: Math.ceil(names.length / batchSize) }, (_, at) =>
    names.slice(at * batchSize, (at + 1) * batchSize),
  )
  const found: Record<string, Judgements> = Object.assign(
    known,
    ...batches.map((batch) =>
      batchFindings(Object.fromEntries(batch.map((name) => [name, projects[name] as Project]))),
    ),
  )
  for (const name of names) {
    const judgements = found[name] as Judgements
    if (Object.values(judgements).every(({ findings }) => findings.length === 0)) {
      verdicts.keep(readBy(projects[name] as Project), judgements)
    }
  }
  return found
}

const verdicts = verdictsOf('checkov', ['test/e2e/judges', 'test/e2e/tools/table.mjs', 'test/e2e/exemptions.ts'])

/** What {@link lay} lays before it. */
function readBy({ folder, overlays }: Project): readonly (string | Uint8Array)[] {
  return [
    ...overlays.flatMap(({ environment, text }) => [environment, text]),
    ...readOf(folder, [...dockerfilesOf(folder), ...workflowsOf(folder)]),
  ]
}

function batchFindings(projects: Readonly<Record<string, Project>>): Record<string, Judgements> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'create-go-k8s-service-checkov-'))
  try {
    for (const [name, project] of Object.entries(projects)) {
      lay(project, path.join(folder, name))
    }
    const reports = reportsOf(folder)
    return Object.fromEntries(
      Object.entries(projects).map(([name, project]) => [
        name,
        Object.fromEntries(
          (Object.keys(frameworks) as Framework[]).map((framework) => [
            framework,
            judgementOf(
              name,
              project,
              framework,
              reports.find(({ check_type }) => check_type === framework),
            ),
          ]),
        ) as Judgements,
      ]),
    )
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** Only what checkov is to read, with the overlays as the cluster gets them. */
function lay({ folder, overlays }: Project, target: string): void {
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(target, file)), { recursive: true })
    fs.writeFileSync(path.join(target, file), text)
  }
  for (const overlay of overlays) {
    write(fileOf(overlay), byItself(textFor(overlay), `${path.basename(target)}-${overlay.environment}`))
  }
  for (const file of [...dockerfilesOf(folder), ...workflowsOf(folder)]) {
    const text = fs.readFileSync(path.join(folder, file), 'utf8')
    // Its schema of workflows is older than GitHub's: it passes over a file in which this is an expression.
    write(file, text.replace(/(cancel-in-progress: )\$\{\{.*\}\}/, '$1true'))
  }
}

/**
 * Gives the objects of an overlay labels that no other has: checkov matches selectors with pods of every file and
 * namespace, so that one project's NetworkPolicy would count for all projects of the same name.
 */
function byItself(text: string, id: string): string {
  return text.replace(/(app\.kubernetes\.io\/name: )(["']?)([^"'\s]+)\2/g, `$1$3-${id}`)
}

const fileOf = ({ environment }: { environment: string }) => `overlays/${environment}.yaml`
const dockerfilesOf = (folder: string) => filesBelow(folder, /^Dockerfile$/)
const workflowsOf = (folder: string) => filesBelow(folder, /^\.github\/workflows\//)

function reportsOf(folder: string): readonly Report[] {
  const answer = fs.mkdtempSync(path.join(os.tmpdir(), 'create-go-k8s-service-checkov-answer-'))
  try {
    // Into a file: what it says about many projects is larger than a pipe's buffer here, and it prints that, too.
    const { output } = run('sh', [
      ...['-c', 'exec "$@" >/dev/null', 'sh', toolPath('checkov') ?? 'checkov'],
      ...['-d', folder, '--compact', '--skip-download', '-o', 'json', '--output-file-path', answer],
      ...['--framework', ...Object.keys(frameworks)],
    ])
    const file = path.join(answer, 'results_json.json')
    if (!fs.existsSync(file)) {
      throw new Error(`checkov: ${output}`)
    }
    const reports = JSON.parse(fs.readFileSync(file, 'utf8'))
    return Array.isArray(reports) ? reports : [reports]
  } finally {
    fs.rmSync(answer, { recursive: true, force: true })
  }
}

function judgementOf(name: string, project: Project, framework: Framework, report: Report | undefined): Judgement {
  const { failed_checks = [], passed_checks = [] } = report?.results ?? {}
  const files = {
    kubernetes: project.overlays.map(fileOf),
    dockerfile: dockerfilesOf(project.folder),
    github_actions: workflowsOf(project.folder),
  }[framework]
  const judged =
    framework === 'kubernetes' ? project.overlays.reduce((sum, { objects }) => sum + objects.length, 0) : files.length
  const isOf = (file: string) => (entry: { file_path: string }) => entry.file_path === `/${name}/${file}`
  const parts = files.map((file) => {
    const overlay = project.overlays.find((each) => fileOf(each) === file)
    const complaints = failed_checks
      .filter(isOf(file))
      .map(({ check_id, check_name, resource }) => ({ check: check_id, text: `${file}: ${resource}: ${check_name}` }))
    // It says nothing of what it can't read, or takes for something else.
    const isRead = complaints.length > 0 || passed_checks.some(isOf(file))
    const unread = isRead ? [] : [{ check: 'unread', text: `${file}: checkov has passed over it` }]
    return settle('checkov', 0, [...complaints, ...unread], asDeployments(overlay?.objects ?? []))
  })
  return together([{ judged, findings: [], exempted: [] }, ...parts])
}
