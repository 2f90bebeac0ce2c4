import fs from 'node:fs'
import path from 'node:path'
import { parse, parseAllDocuments } from 'yaml'

export const dialects = ['github', 'gitlab', 'jenkins'] as const
export type Dialect = (typeof dialects)[number]

/** Commands that run one after the other in one image; `uses` is an action in their place. */
export interface Step {
  readonly image: string
  readonly commands: string
  readonly uses?: string
  readonly with?: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  /** GitHub's condition. */
  readonly condition?: string
}

/** A job of GitHub and GitLab, a stage of Jenkins: what a person sees as one. */
export interface Job {
  readonly name: string
  readonly steps: readonly Step[]
}

const readers: Readonly<Record<Dialect, (read: (file: string) => string) => Job[]>> = {
  github: (read) => {
    type Raw = { name?: string; uses?: string; 'runs-on'?: string; env?: Record<string, string>; steps?: RawStep[] }
    type RawStep = {
      run?: string
      uses?: string
      env?: Record<string, string>
      with?: Record<string, string>
      if?: string
    }
    return ['ci', 'release', 'rollback'].flatMap((file) =>
      Object.values(parse(read(`.github/workflows/${file}.yaml`)).jobs as Record<string, Raw>)
        .filter(({ uses }) => uses === undefined)
        .map((job) => ({
          name: job.name ?? '',
          steps: (job.steps ?? []).map((step) => ({
            image: job['runs-on'] ?? '',
            commands: step.run ?? '',
            env: { ...job.env, ...step.env },
            ...(step.uses === undefined ? {} : { uses: step.uses }),
            ...(step.with === undefined ? {} : { with: step.with }),
            ...(step.if === undefined ? {} : { condition: step.if }),
          })),
        })),
    )
  },
  gitlab: (read) => {
    type Image = string | { name: string; entrypoint?: string[] }
    type Raw = {
      extends?: string
      image?: Image
      before_script?: string[]
      script?: string[]
      variables?: Record<string, string>
    }
    const all = parse(read('.gitlab-ci.yml')) as Record<string, Raw>
    const nameOf = (image: Image | undefined): string => (typeof image === 'object' ? image.name : (image ?? ''))
    return Object.entries(all)
      .filter(([, { script }]) => script !== undefined)
      .map(([name, job]) => {
        const base = all[job.extends ?? ''] ?? {}
        const image = nameOf(job.image ?? base.image ?? all['default']?.image)
        const commands = [...(job.before_script ?? base.before_script ?? []), ...(job.script ?? [])].join('\n')
        return { name, steps: [{ image, commands, env: { ...base.variables, ...job.variables } }] }
      })
  },
  jenkins: (read) => {
    const [pod] = parseAllDocuments(read('ci/agent.yaml')).map((document) => document.toJS())
    const images = Object.fromEntries(
      pod.spec.containers.map(({ name, image }: Record<string, string>) => [name, image]),
    )
    const [, ...stages] = read('Jenkinsfile').split(/stage\('/)
    return stages.flatMap((text) => {
      const steps: Step[] = []
      let container = 'go'
      for (const [, opened, many, one, closed] of text.matchAll(
        /container\('([^']+)'\) \{|\bsh '''(.+?)'''|\bsh '(.+?)'$|^ {24}(\})$/gms,
      )) {
        if (opened !== undefined) {
          container = opened
        } else if (closed !== undefined) {
          container = 'go'
        } else {
          const commands = (many ?? one ?? '').replaceAll('\\\\', '\\')
          steps.push({ image: images[container], commands, env: {} })
        }
      }
      return steps.length === 0 ? [] : [{ name: text.slice(0, text.indexOf("'")), steps }]
    })
  },
}

/** The jobs of a project's pipeline, in the order of its files. */
export function jobsOf(dialect: Dialect, project: string): Job[] {
  return readers[dialect]((file) => fs.readFileSync(path.join(project, file), 'utf8'))
}
