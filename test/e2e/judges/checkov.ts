import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { filesBelow } from '../../support/project.js'
import { run } from '../../support/tools.js'
import { type Judgement, type Project, settle, together } from './judgement.js'
import { asDeployments, textFor } from './rollouts.js'

/** What checkov reads of a project, and where it stands in docs/proof.md. */
export const frameworks = {
  kubernetes: { group: 'manifests', unit: 'objects' },
  dockerfile: { group: 'containers', unit: 'Dockerfiles' },
  github_actions: { group: 'workflows', unit: 'workflows' },
} as const

type Framework = keyof typeof frameworks

interface Report {
  readonly check_type: Framework
  readonly results: {
    readonly failed_checks: readonly {
      readonly check_id: string
      readonly check_name: string
      readonly file_path: string
      readonly resource: string
    }[]
    readonly parsing_errors: readonly string[]
  }
  readonly summary: { readonly passed: number; readonly failed: number }
}

/**
 * checkov of many projects at once: a start costs seconds, a further project a fraction of one.
 * @param projects by a name that is good for a folder
 * @returns by the same name, a judgement a framework
 */
export function checkovFindings(
  projects: Readonly<Record<string, Project>>,
): Record<string, Record<Framework, Judgement>> {
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
        ) as Record<Framework, Judgement>,
      ]),
    )
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** Only what checkov is to read, with the overlays as the cluster gets them. */
function lay({ folder, overlays }: Project, target: string): void {
  fs.mkdirSync(path.join(target, 'overlays'), { recursive: true })
  for (const overlay of overlays) {
    fs.writeFileSync(path.join(target, 'overlays', `${overlay.environment}.yaml`), textFor(overlay))
  }
  for (const entry of ['Dockerfile', '.github']) {
    if (fs.existsSync(path.join(folder, entry))) {
      fs.cpSync(path.join(folder, entry), path.join(target, entry), { recursive: true })
    }
  }
}

function reportsOf(folder: string): readonly Report[] {
  const chosen = ['--framework', ...Object.keys(frameworks)]
  const { stdout, output } = run('checkov', [
    ...['-d', folder, '--compact', '--quiet', '--skip-download', '-o', 'json'],
    ...chosen,
  ])
  const start = stdout.search(/^[[{]/m)
  if (start < 0) {
    throw new Error(`checkov: ${output}`)
  }
  const answer = JSON.parse(stdout.slice(start))
  return Array.isArray(answer) ? answer : [answer]
}

function judgementOf(name: string, project: Project, framework: Framework, report: Report | undefined): Judgement {
  const judged = {
    kubernetes: project.overlays.reduce((sum, { objects }) => sum + objects.length, 0),
    dockerfile: filesBelow(project.folder, /^Dockerfile$/).length,
    github_actions: filesBelow(project.folder, /^\.github\/workflows\//).length,
  }[framework]
  if (judged > 0 && (report === undefined || report.summary.passed + report.summary.failed === 0)) {
    return { judged, findings: [`checkov has read nothing of ${framework}`], exempted: [] }
  }
  const { failed_checks = [], parsing_errors = [] } = report?.results ?? {}
  const own = failed_checks.filter(({ file_path }) => file_path.startsWith(`/${name}/`))
  const files = [...new Set(own.map(({ file_path }) => file_path))]
  const parts = files.map((file) => {
    const overlay = project.overlays.find(({ environment }) => file === `/${name}/overlays/${environment}.yaml`)
    const complaints = own
      .filter(({ file_path }) => file_path === file)
      .map(({ check_id, check_name, resource }) => ({
        check: check_id,
        text: `${file.slice(name.length + 2)}: ${resource}: ${check_name}`,
      }))
    return settle('checkov', 0, complaints, asDeployments(overlay?.objects ?? []))
  })
  const unread = parsing_errors.filter((file) => file.includes(`/${name}/`)).map((file) => `can't be read: ${file}`)
  return together([{ judged, findings: unread, exempted: [] }, ...parts])
}
