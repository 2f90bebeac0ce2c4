import runtime from 'handlebars/runtime.js'
import { comment, dockerfile, type Encodable, go, json, make, md, sh, yaml } from './encoders.js'
import type { OutputFile, Policy } from './file-set.js'

/** A precompiled template; written by scripts/build.mjs. */
export interface CompiledTemplate {
  /** Path in the output, with `__name__`, `__env__`, `__region__` and `__step__` still in it. */
  readonly path: string
  /** Source of what Handlebars precompiled, an object. */
  readonly spec: string
}

export interface CompiledTemplates {
  /** By folder below `templates/`: `base`, `features/istio`. */
  readonly folders: Readonly<Record<string, readonly CompiledTemplate[]>>
  readonly partials: Readonly<Record<string, string>>
}

/** A value for each placeholder of a path; `__env__`, `__region__` and `__step__` repeat the file. */
export interface Rendering {
  readonly context: object
  readonly name: string
  readonly environments: readonly { readonly name: string }[]
  readonly regions: readonly { readonly overlay: string }[]
  /** Of a release. */
  readonly steps: readonly { readonly weight: number }[]
  readonly policyOf: (path: string) => Policy
}

/** The part of Handlebars' runtime that is used; its own types describe the full build only. */
interface Runtime {
  create(): Runtime
  template(spec: unknown): Template
  registerHelper(name: string, helper: (value: never, options: HelperOptions) => string): void
  registerPartial(name: string, partial: Template): void
}

/** The options are Handlebars' own, and pass through. */
type Template = (context: object, options?: object) => string

interface HelperOptions {
  readonly hash: { readonly indent?: number }
}

/**
 * Renders the templates of some folders. A template that comes out blank makes no file. Pure; throws when a template names a
 * field that the context lacks.
 */
export function renderFolders(
  templates: CompiledTemplates,
  folders: readonly string[],
  rendering: Rendering,
): OutputFile[] {
  const engine = engineOf(templates)
  return folders.flatMap((folder) => {
    const compiled = templates.folders[folder] ?? []
    return compiled
      .flatMap((template) => renderOne(engine, template, rendering))
      .filter(({ content }) => content.trim() !== '')
  })
}

function renderOne(engine: Engine, template: CompiledTemplate, rendering: Rendering): OutputFile[] {
  const run = engine(template.spec)
  const named = template.path.replaceAll('__name__', rendering.name)
  if (named.includes('__region__')) {
    return rendering.regions.map((region) =>
      outputFile(named.replaceAll('__region__', region.overlay), run({ ...rendering.context, region }), rendering),
    )
  }
  if (named.includes('__step__')) {
    return rendering.steps.map((step) =>
      outputFile(named.replaceAll('__step__', `${step.weight}`), run({ ...rendering.context, step }), rendering),
    )
  }
  if (!named.includes('__env__')) {
    return [outputFile(named, run(rendering.context), rendering)]
  }
  return rendering.environments.map((env) =>
    outputFile(named.replaceAll('__env__', env.name), run({ ...rendering.context, env }), rendering),
  )
}

function outputFile(path: string, content: string, rendering: Rendering): OutputFile {
  return { path, content, mode: content.startsWith('#!') ? 0o755 : 0o644, policy: rendering.policyOf(path) }
}

/** The build's own code, never anybody's input: half of the templates are not used in a run, and parsing them costs. */
function parsed(spec: string): unknown {
  return new Function(`return ${spec}`)()
}

/** Makes a template of what was precompiled, once. */
type Engine = (spec: string) => Template

/** For those who render many projects in one process. */
const engines = new WeakMap<CompiledTemplates['partials'], Engine>()

function engineOf({ partials }: CompiledTemplates): Engine {
  const known = engines.get(partials) ?? createEngine(partials)
  engines.set(partials, known)
  return known
}

function createEngine(partials: Readonly<Record<string, string>>): Engine {
  const engine = (runtime as unknown as Runtime).create()
  const made = new Map<string, Template>()
  const templateOf = (spec: string): Template => {
    const template = made.get(spec) ?? engine.template(parsed(spec))
    made.set(spec, template)
    return template
  }
  for (const [name, encode] of Object.entries({ go, sh, make, md, json, dockerfile, comment })) {
    engine.registerHelper(name, (value: Encodable) => encode(value))
  }
  engine.registerHelper('yaml', (value: unknown, options: HelperOptions) => yaml(value, options.hash.indent))
  for (const [name, spec] of Object.entries(partials)) {
    engine.registerPartial(name, (context, options) => templateOf(spec)(context, options))
  }
  return templateOf
}
