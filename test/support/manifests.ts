import fs from 'node:fs'
import path from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { succeed } from './tools.js'

/** Any Kubernetes object, read from YAML. What it holds is what the tests find out, so its fields have no types. */
// biome-ignore lint/suspicious/noExplicitAny: a manifest's shape is the thing under test
export type Manifest = any

const known = new Map<string, Manifest>()

/**
 * What a YAML file of one document says, read once for each text: thousands of overlays with a mistake somewhere are
 * judged beside the same files. It is everybody's, so nobody changes it.
 */
export function readYaml(text: string): Manifest {
  if (!known.has(text)) {
    known.set(text, frozen(parse(text)))
  }
  return known.get(text)
}

function frozen(value: Manifest): Manifest {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen)
    Object.freeze(value)
  }
  return value
}

/** An overlay as `kustomize build` prints it, with the files that must agree with it. */
export class Overlay {
  readonly objects: readonly Manifest[]
  readonly #texts = new Map<string, string>()

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

  /** The namespace: an object of the overlay, or a file beside it, where other services share it. */
  get namespace(): Manifest {
    return this.one('Namespace') ?? readYaml(this.read(`deploy/overlays/${this.base}/namespace.yaml`))
  }

  get workloads(): Manifest[] {
    return this.all('Deployment', 'StatefulSet', 'Rollout')
  }

  /** The ConfigMaps with settings: a dashboard is Grafana's to read, and what proxies are like is Istio's. */
  get configMaps(): Manifest[] {
    return this.all('ConfigMap').filter(
      ({ metadata }) => metadata.labels?.grafana_dashboard === undefined && !metadata.name.endsWith('-proxies'),
    )
  }

  /** Gateways of Istio's own API; those of the Gateway API have the same kind. */
  get istioGateways(): Manifest[] {
    return this.all('Gateway').filter(({ apiVersion }) => apiVersion.startsWith('networking.istio.io/'))
  }

  /** The Argo CD Application of this environment, when there is one. */
  get application(): Manifest | undefined {
    const file = `deploy/argocd/application-${this.environment}.yaml`
    return this.has(file) ? readYaml(this.read(file)) : this.generated[0]
  }

  /** The environment that this overlay is one of, or a region of. */
  get base(): string {
    const { resources = [] } = readYaml(this.read(`deploy/overlays/${this.environment}/kustomization.yaml`))
    return resources.length === 1 && /^\.\.\/[^./]/.test(resources[0]) ? resources[0].slice(3) : this.environment
  }

  /** The file of the ApplicationSet that makes this overlay's Application, when there is one. */
  get applicationSetFile(): string | undefined {
    const folder = path.join(this.project, 'deploy/argocd')
    const files = fs.existsSync(folder) ? fs.readdirSync(folder) : []
    const name = `applicationset-${this.base}.yaml`
    return files.includes(name) ? `deploy/argocd/${name}` : undefined
  }

  /** What the ApplicationSet makes for this overlay, an Application for each cluster. */
  get generated(): Manifest[] {
    const file = this.applicationSetFile
    return file === undefined
      ? []
      : generatedBy(readYaml(this.read(file))).filter(
          ({ spec }) => this.inProject(spec.source.path) === `deploy/overlays/${this.environment}`,
        )
  }

  /** The last environment, which has the traffic. */
  get isProduction(): boolean {
    const names = fs.readdirSync(path.join(this.project, 'deploy/overlays'))
    const namespace = (name: string): string =>
      readYaml(this.read(`deploy/overlays/${name}/kustomization.yaml`)).namespace
    // The others have the environment's name behind it.
    return names.every((name) => namespace(this.environment).length <= namespace(name).length)
  }

  /** The service's name. */
  get name(): string {
    return readYaml(this.read('service.yaml')).name
  }

  /** A path of the repository, as the project has it, which may be in one of its folders; undefined outside of it. */
  inProject(file: string): string | undefined {
    const folder: string = readYaml(this.read('service.yaml')).delivery?.path ?? ''
    const prefix = folder === '' ? '' : `${folder}/`
    return file.startsWith(prefix) ? file.slice(prefix.length) : undefined
  }

  /** Whether the project has a file. */
  has(file: string): boolean {
    return fs.existsSync(path.join(this.project, file))
  }

  /** A file of the project, as it was when first asked for. */
  read(file: string): string {
    const text = this.#texts.get(file) ?? fs.readFileSync(path.join(this.project, file), 'utf8')
    this.#texts.set(file, text)
    return text
  }
}

/** The Applications that an ApplicationSet of one list makes: a parameter that it lacks is an error, as its options say. */
export function generatedBy({ metadata: { namespace }, spec }: Manifest): Manifest[] {
  const elements: Manifest[] = spec.generators.flatMap(({ list }: Manifest) => list.elements)
  return elements.map((element) => {
    const { metadata, spec: made } = JSON.parse(
      JSON.stringify(spec.template).replace(/\{\{ \.(\w+) \}\}/g, (_, name: string) => {
        if (element[name] === undefined) {
          throw new Error(`no parameter ${name}`)
        }
        return element[name]
      }),
    )
    const ofSet = { ...metadata, namespace }
    return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: ofSet, spec: made }
  })
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
