import fs from 'node:fs'
import path from 'node:path'
import { english } from '../../src/cli/language.js'
import { readFileLayers } from '../../src/cli/layers.js'
import { modelOf } from '../../src/cli/project.js'
import type { CompiledTemplates } from '../../src/engine/template-set.js'
import { renderProject } from '../../src/features/assemble.js'
import type { Model } from '../../src/model/types.js'
import type { Answers } from '../support/render.js'
import { modelFor } from '../support/specs.js'
import { silentTerminal } from '../support/terminal.js'

/**
 * Services for templates that no example renders. Of each only the files of those templates are committed: a whole project
 * more would be read by nobody.
 */
export const variants: Readonly<Record<string, Answers>> = {
  routes: { 'gatewayApi.enabled': true, 'grpc.enabled': true, 'delivery.ci': 'none' },
  'routes-istio': { 'gatewayApi.enabled': true, 'gatewayApi.class': 'istio', 'grpc.enabled': true },
  ambient: {
    preset: 'production',
    'istio.mode': 'ambient',
    'grpc.enabled': true,
    'rollout.strategy': 'rolling',
    'istio.jwt.issuer': 'https://login.example.com',
  },
  colours: {
    'rollout.strategy': 'blue-green',
    'rollout.engine': 'none',
    'alerts.enabled': true,
    'delivery.ci': 'gitlab',
  },
  'mysql-messages': { 'mysql.enabled': true, 'nats.enabled': true, 'delivery.ci': 'jenkins' },
  'redis-messages': { 'redis.enabled': true, 'kafka.enabled': true, 'config.source': 'nacos' },
  calls: { 'http.enabled': false, 'grpc.enabled': true, 'config.source': 'consul', 'pprof.enabled': true },
  keda: { 'autoscaling.engine': 'keda', 'autoscaling.qps': 50, 'secrets.provider': 'sealed-secrets' },
  adapter: { 'autoscaling.qps': 50, 'secrets.provider': 'external-secrets', 'config.source': 'env' },
  shell: { 'image.base': 'alpine', 'entrypoint.enabled': true, 'entrypoint.waitFor': ['db:5432'] },
  'blue-green': { preset: 'production', 'rollout.strategy': 'blue-green' },
  split: { 'istio.enabled': true, 'rollout.weights': [80, 20] },
  regions: {
    preset: 'production',
    'rollout.strategy': 'rolling',
    regions: [
      { name: 'cn-east', cluster: 'east', weight: 60, replicas: 18 },
      { name: 'cn-north', cluster: 'north', weight: 40, replicas: 12 },
    ],
  },
  below: { 'delivery.ci': 'gitlab', 'delivery.path': 'services/orders' },
  clusters: { preset: 'production', 'delivery.argocd.clusters': ['east', 'north'], 'alerts.receiver': 'slack' },
}

const mark = '::'

/** The same templates, each with its folder in the path of its output. */
const marked: CompiledTemplates = {
  ...english,
  folders: Object.fromEntries(
    Object.entries(english.folders).map(([folder, templates]) => [
      folder,
      templates.map((template) => ({ ...template, path: `${folder.replace('/', '.')}${mark}${template.path}` })),
    ]),
  ),
}

export interface Rendered {
  /** `features.redis`, and the template's path in it. */
  readonly template: string
  /** Folder of the template, and the path of the output. */
  readonly file: string
  readonly content: string
}

/** What each template of a project makes of a model. */
function renderedBy(model: Model): Rendered[] {
  return renderProject(model, marked)
    .filter((file) => file.path.includes(mark))
    .map(({ path: file, content }) => ({ template: templateOf(file, model), file: file.replace(mark, '/'), content }))
}

/** The template behind an output, by its folder and its path with placeholders. */
function templateOf(file: string, model: Model): string {
  const paths = Object.values(marked.folders).flatMap((templates) => templates.map((template) => template.path))
  const values: readonly (readonly [string, readonly string[]])[] = [
    ['__env__', model.environments.map(({ name }) => name)],
    ['__region__', model.regions.map(({ overlay }) => overlay)],
    ['__step__', (model.rollout?.steps ?? []).map(({ weight }) => `${weight}`)],
  ]
  return (
    paths.find((template) => {
      const named = template.replaceAll('__name__', model.name)
      const [placeholder, all] = values.find(([key]) => named.includes(key)) ?? ['', []]
      return placeholder === '' ? named === file : all.some((value) => named.replaceAll(placeholder, value) === file)
    }) ?? file
  )
}

/** Every template that there is. */
export const templates: readonly string[] = Object.values(marked.folders).flatMap((list) =>
  list.map((template) => template.path),
)

/** Templates that the committed examples render. */
export async function renderedByExamples(): Promise<Set<string>> {
  const found = new Set<string>()
  for (const name of fs.readdirSync('examples')) {
    const file = path.resolve('examples', name, 'service.yaml')
    const { layers } = await readFileLayers(file, silentTerminal(path.dirname(file)))
    for (const { template } of renderedBy(modelOf(layers, name).model)) {
      found.add(template)
    }
  }
  return found
}

/** The files of a variant whose templates neither an example nor an earlier variant renders. */
export function filesOfVariants(examples: ReadonlySet<string>): Map<string, Rendered[]> {
  const seen = new Set(examples)
  const files = new Map<string, Rendered[]>()
  for (const [name, answers] of Object.entries(variants)) {
    const own = renderedBy(modelFor({ name: 'orders', ...answers })).filter(({ template }) => !seen.has(template))
    files.set(name, own)
    for (const { template } of own) {
      seen.add(template)
    }
  }
  return files
}
