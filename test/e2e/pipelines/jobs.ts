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
  /** Where they start, from the root of the checkout; the root without. */
  readonly folder?: string
  /** GitHub's condition. */
  readonly condition?: string
  /** GitHub's name of it, for conditions of later ones. */
  readonly id?: string
  /** Also after a step that failed, and in a job that was cancelled. */
  readonly always?: boolean
}

/** A job of GitHub and GitLab, a stage of Jenkins: what a person sees as one. */
export interface Job {
  readonly name: string
  readonly steps: readonly Step[]
}

/** A service in a folder of a repository, with the name that its workflows have. */
export interface Below {
  readonly folder: string
  readonly name: string
}

type Reader = (read: (file: string) => string, below?: Below) => Job[]

const readers: Readonly<Record<Dialect, Reader>> = {
  github: (read, below) => {
    type Raw = { name?: string; uses?: string; 'runs-on'?: string; env?: Record<string, string>; steps?: RawStep[] }
    type RawStep = {
      'working-directory'?: string
      run?: string
      uses?: string
      env?: Record<string, string>
      with?: Record<string, string>
      if?: string
      id?: string
    }
    const prefix = below === undefined ? '' : `${below.name}-`
    return ['ci', 'release', 'rollback'].flatMap((file) => {
      const workflow = parse(read(`.github/workflows/${prefix}${file}.yaml`))
      return Object.values(workflow.jobs as Record<string, Raw>)
        .filter(({ uses }) => uses === undefined)
        .map((job) => ({
          name: job.name ?? '',
          steps: (job.steps ?? []).map((step) => ({
            image: job['runs-on'] ?? '',
            commands: step.run ?? '',
            env: { ...job.env, ...step.env },
            folder: step['working-directory'] ?? workflow.defaults?.run['working-directory'] ?? '',
            ...(step.uses === undefined ? {} : { uses: step.uses }),
            ...(step.with === undefined ? {} : { with: step.with }),
            ...(step.if === undefined ? {} : { condition: step.if, always: step.if.startsWith('always()') }),
            ...(step.id === undefined ? {} : { id: step.id }),
          })),
        }))
    })
  },
  gitlab: (read, below) => {
    type Image = string | { name: string; entrypoint?: string[] }
    type Raw = {
      extends?: string
      image?: Image
      before_script?: string[]
      script?: string[]
      after_script?: string[]
      variables?: Record<string, string>
    }
    const file = below === undefined ? '.gitlab-ci.yml' : `${below.folder}/pipeline.gitlab-ci.yml`
    const all = parse(read(file)) as Record<string, Raw>
    const nameOf = (image: Image | undefined): string => (typeof image === 'object' ? image.name : (image ?? ''))
    return Object.entries(all)
      .filter(([, { script }]) => script !== undefined)
      .map(([name, job]) => {
        const base = all[job.extends ?? ''] ?? {}
        const image = nameOf(job.image ?? base.image ?? all['default']?.image)
        const before = job.before_script ?? base.before_script ?? all['default']?.before_script ?? []
        const commands = [...before, ...(job.script ?? [])].join('\n')
        const env = { ...base.variables, ...job.variables }
        const after = job.after_script?.join('\n')
        return {
          name,
          steps: [
            { image, commands, env },
            ...(after === undefined ? [] : [{ image, commands: after, env, always: true }]),
          ],
        }
      })
  },
  jenkins: (read, below) => {
    const prefix = below === undefined ? '' : `${below.folder}/`
    const text = read(`${prefix}Jenkinsfile`)
    const [, agent = ''] = /yamlFile '(.+)'/.exec(text) ?? []
    const [pod] = parseAllDocuments(read(agent)).map((document) => document.toJS())
    const images = Object.fromEntries(
      pod.spec.containers.map(({ name, image }: Record<string, string>) => [name, image]),
    )
    const [, ...stages] = text.split(/stage\('/)
    return stages.flatMap((text) => {
      const steps: Step[] = []
      let container = 'go'
      const folder = /steps \{ dir\('(.+?)'\) \{$/m.exec(text)?.[1] ?? ''
      const post = text.indexOf(' post {')
      for (const { index, ...found } of text.matchAll(
        /container\('([^']+)'\) \{|\bsh '''(.+?)'''|\bsh '(.+?)'$|\bsh\(return\w+: true, script: (?:"(.+?)"|'(.+?)')\)|^ {24}(\})$/gms,
      )) {
        const [, opened, many, one, double, single, closed] = Object.values(found) as (string | undefined)[]
        if (opened !== undefined) {
          container = opened
        } else if (closed !== undefined) {
          container = 'go'
        } else {
          const commands = (many ?? one ?? double ?? single ?? '').replaceAll('\\\\', '\\')
          const always = post >= 0 && (index ?? 0) > post
          steps.push({ image: images[container], commands, env: {}, folder, always })
        }
      }
      return steps.length === 0 ? [] : [{ name: text.slice(0, text.indexOf("'")), steps }]
    })
  },
}

/**
 * The jobs of a project's pipeline, in the order of its files.
 *
 * @param root of the repository, where a server reads from
 */
export function jobsOf(dialect: Dialect, root: string, below?: Below): Job[] {
  return readers[dialect]((file) => fs.readFileSync(path.join(root, file), 'utf8'), below)
}
