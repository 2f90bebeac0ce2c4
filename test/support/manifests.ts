import fs from 'node:fs'
import path from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { succeed } from './tools.js'

/** Any Kubernetes object, read from YAML. What it holds is what the tests find out, so its fields have no types. */
// biome-ignore lint/suspicious/noExplicitAny: a manifest's shape is the thing under test
export type Manifest = any

/** An overlay as `kustomize build` prints it, with the files that must agree with it. */
export class Overlay {
  readonly objects: readonly Manifest[]

  constructor(
    readonly project: string,
    readonly environment: string,
    readonly text: string,
  ) {
    this.objects = parseAllDocuments(text).map((document) => document.toJS())
  }

  all(...kinds: string[]): Manifest[] {
    return this.objects.filter(({ kind }) => kinds.includes(kind))
  }

  one(kind: string): Manifest | undefined {
    return this.all(kind)[0]
  }

  get workloads(): Manifest[] {
    return this.all('Deployment', 'StatefulSet', 'Rollout')
  }

  /** The ConfigMaps with settings: a dashboard is Grafana's to read. */
  get configMaps(): Manifest[] {
    return this.all('ConfigMap').filter(({ metadata }) => metadata.labels?.grafana_dashboard === undefined)
  }

  /** The Argo CD Application of this environment, when there is one. */
  get application(): Manifest | undefined {
    const file = `deploy/argocd/application-${this.environment}.yaml`
    return this.has(file) ? parse(this.read(file)) : this.generated[0]
  }

  /** The file of the ApplicationSet that makes this overlay's Application, when there is one. */
  get applicationSetFile(): string | undefined {
    const folder = path.join(this.project, 'deploy/argocd')
    const files = fs.existsSync(folder) ? fs.readdirSync(folder) : []
    const name = files.find((file) => file.startsWith('applicationset-'))
    const base = name?.slice('applicationset-'.length, -'.yaml'.length)
    return base !== undefined && (this.environment === base || this.environment.startsWith(`${base}-`))
      ? `deploy/argocd/${name}`
      : undefined
  }

  /** What the ApplicationSet makes for this overlay, an Application for each cluster. */
  get generated(): Manifest[] {
    const file = this.applicationSetFile
    return file === undefined
      ? []
      : generatedBy(parse(this.read(file))).filter(
          ({ spec }) => spec.source.path === `deploy/overlays/${this.environment}`,
        )
  }

  /** The last environment, which has the traffic. */
  get isProduction(): boolean {
    const names = fs.readdirSync(path.join(this.project, 'deploy/overlays'))
    const namespace = (name: string): string =>
      parse(fs.readFileSync(path.join(this.project, `deploy/overlays/${name}/kustomization.yaml`), 'utf8')).namespace
    // The others have the environment's name behind it.
    return names.every((name) => namespace(this.environment).length <= namespace(name).length)
  }

  /** The service's name. */
  get name(): string {
    return parse(this.read('service.yaml')).name
  }

  /** Whether the project has a file. */
  has(file: string): boolean {
    return fs.existsSync(path.join(this.project, file))
  }

  /** A file of the project. */
  read(file: string): string {
    return fs.readFileSync(path.join(this.project, file), 'utf8')
  }
}

/** The Applications that an ApplicationSet of one list makes: a parameter that it lacks is an error, as its options say. */
export function generatedBy({ spec }: Manifest): Manifest[] {
  const elements: Manifest[] = spec.generators.flatMap(({ list }: Manifest) => list.elements)
  return elements.map((element) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    ...JSON.parse(
      JSON.stringify(spec.template).replace(/\{\{ \.(\w+) \}\}/g, (_, name: string) => {
        if (element[name] === undefined) {
          throw new Error(`no parameter ${name}`)
        }
        return element[name]
      }),
    ),
  }))
}

/** Renders every overlay of a project. */
export function overlaysOf(project: string): Overlay[] {
  return fs
    .readdirSync(path.join(project, 'deploy/overlays'))
    .map(
      (name) =>
        new Overlay(project, name, succeed('kustomize', ['build', `deploy/overlays/${name}`], { cwd: project })),
    )
}
