import { type FileSet, fileSet, type OutputFile, type Policy } from '../engine/file-set.js'
import { type CompiledTemplates, renderFolders } from '../engine/template-set.js'
import { goMod, goSum } from '../golang/go-mod.js'
import { compressedMegabytes } from '../golang/program-size.js'
import type { GoModuleSet } from '../golang/sets.js'
import type { Model } from '../model/types.js'
import { alertTests, dashboard, ruleGroups } from './fill-monitoring.js'
import { features as allFeatures } from './index.js'
import type {
  ComposeService,
  Feature,
  FilledEnvironment,
  FilledSlots,
  NetworkRule,
  OverlaySection,
  OverlaySetting,
  SlotContributions,
  Slots,
} from './types.js'

/** The features of a model, in order. Throws when one lacks what it requires: a bug in an enablement rule. */
function enabledFeatures(model: Model, features: readonly Feature[] = allFeatures): Feature[] {
  const enabled = features.filter((feature) => feature.enabled(model))
  const ids = new Set(enabled.map(({ id }) => id))
  for (const { id, requires = [], conflicts = [] } of enabled) {
    const missing = requires.find((other) => !ids.has(other))
    const clash = conflicts.find((other) => ids.has(other))
    if (missing !== undefined || clash !== undefined) {
      throw new Error(`feature ${id} ${missing === undefined ? `conflicts with ${clash}` : `requires ${missing}`}`)
    }
  }
  return enabled
}

/** Renders a model: every file but the generator's own records and service.yaml. */
export function renderProject(model: Model, templates: CompiledTemplates): FileSet {
  const enabled = enabledFeatures(model)
  const folders = ['base', ...enabled.flatMap(({ templates: folder }) => (folder === undefined ? [] : [folder]))]
  const sets = new Set<GoModuleSet>(enabled.flatMap(({ goModules = [] }) => goModules))
  const slots = fillSlots(model, enabled)
  const environments: FilledEnvironment[] = model.environments.map((env) => ({
    ...env,
    sections: sectionsOf(env.name, slots.overlayConfig),
    ruleGroups: env.alerts ? ruleGroups(model, env, slots.recordings, slots.alerts) : [],
    ...alertTests(model, env, slots.alerts),
  }))
  const rendered = renderFolders(templates, folders, {
    context: { ...model, slots, environments, programMegabytes: compressedMegabytes(sets) },
    name: model.name,
    environments,
    regions: model.regions,
    steps: model.rollout?.steps ?? [],
    policyOf,
  })
  return fileSet([
    ...rendered,
    text('go.mod', goMod(model.module, model.versions.goDirective, sets)),
    text('go.sum', goSum(sets)),
  ])
}

/** All contributions, each slot in order. */
function fillSlots(model: Model, enabled: readonly Feature[]): FilledSlots {
  const contributions: SlotContributions[] = enabled.map((feature) => feature.slots?.(model) ?? {})
  const all = <K extends keyof Slots>(slot: K): Slots[K][number][] =>
    contributions.flatMap((c) => [...((c[slot] as Slots[K]) ?? [])])
  const alerts = all('alerts')
  return {
    appImports: byText(all('appImports'), ({ path }) => path),
    appSetup: all('appSetup').sort(byOrder),
    appComponents: all('appComponents').sort(byOrder),
    httpMiddleware: all('httpMiddleware').sort(byOrder),
    errorMappings: all('errorMappings').sort(byOrder),
    errorImports: byText(all('errorImports'), ({ path }) => path),
    grpcOptions: all('grpcOptions'),
    trafficServers: all('trafficServers'),
    adminRoutes: all('adminRoutes'),
    configSections: all('configSections'),
    credentials: all('credentials'),
    overlayConfig: all('overlayConfig'),
    exampleImports: byText(
      all('exampleImports').filter(({ path }) => !all('appImports').some((other) => other.path === path)),
      ({ path }) => path,
    ),
    exampleSetup: all('exampleSetup').sort(byOrder),
    compose: all('compose'),
    jobServices: all('compose').map(jobService),
    composeSecrets: all('compose').flatMap(({ secrets }) => secrets),
    containerEnv: all('containerEnv'),
    egress: tunnelled(model, all('egress')),
    ingress: tunnelled(model, all('ingress')),
    kinds: byText(all('kinds'), ({ group, kind }) => `${group}/${kind}`),
    recordings: all('recordings'),
    alerts,
    runbook: alerts.filter(({ alert }, at) => alerts.findIndex((other) => other.alert === alert) === at),
    dashboardRows: all('dashboardRows'),
    dashboard: dashboard(all('dashboardRows')),
    readmeFeatures: all('readmeFeatures'),
    readmeSections: all('readmeSections'),
    readmeNeeds: all('readmeNeeds'),
  }
}

/** A container of compose.yaml beside a job of a pipeline. */
function jobService(one: ComposeService): FilledSlots['jobServices'][number] {
  const list = (variables: Readonly<Record<string, string>>) =>
    Object.entries(variables).map(([name, value]) => ({ name, value }))
  const { variables, command, named = {}, user } = one.job
  return {
    ...one,
    image: `${(one.service as { image: string }).image}`,
    variableList: list(variables),
    allVariables: list({ ...variables, ...named }),
    commandText: command.length === 0 ? '' : `[${command.map((word) => JSON.stringify(word)).join(', ')}]`,
    runsAs: user === undefined ? undefined : { user, isRoot: user === 0 },
    namedEnv: one.env.map((line) => {
      const [name = '', ...rest] = line.split('=')
      return { name, value: rest.join('=').replace('127.0.0.1', one.name) }
    }),
  }
}

/**
 * In an ambient mesh the ports of a pod are reached through the tunnel, so that is open to the same peers: what has none
 * may be in the mesh as well.
 */
function tunnelled({ features, ports: { tunnel } }: Model, rules: readonly NetworkRule[]): NetworkRule[] {
  return rules.map((rule) =>
    features.ambient ? { ...rule, ports: [...rule.ports, { port: tunnel, protocol: 'TCP' }] } : rule,
  )
}

/** The settings of an environment's overlay; sections in the order in which they appear first. */
function sectionsOf(environment: string, settings: readonly OverlaySetting[]): OverlaySection[] {
  const sections = new Map<string, OverlaySection['settings'][number][]>()
  for (const { key, env, value, why } of settings) {
    const [section = '', name = ''] = key.split('.')
    const own = typeof value === 'string' ? value : (value[environment] as string)
    const setting = { name, env, value: own, ...(why === undefined ? {} : { why }) }
    sections.set(section, [...(sections.get(section) ?? []), setting])
  }
  return [...sections].map(([section, entries]) => ({ section, settings: entries }))
}

function byOrder(a: { readonly order: number }, b: { readonly order: number }): number {
  return a.order - b.order
}

/** Sorted by code points, each text once. */
function byText<T>(entries: readonly T[], textOf: (entry: T) => string): T[] {
  const byKey = new Map(entries.map((entry) => [textOf(entry), entry]))
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
}

/** The user's own after the first render: the example to be replaced, and what a script seals into the project. Everything else is merged. */
const startingPoints = [
  /^internal\/greeting\//,
  /^internal\/config\/own\.go$/,
  /^api\/(openapi\.yaml$|greeting\/)/,
  /^\.env\.example$/,
  /^CODEOWNERS$/,
  /^deploy\/overlays\/[^/]+\/sealed-credentials\.yaml$/,
]

function policyOf(path: string): Policy {
  return startingPoints.some((pattern) => pattern.test(path)) ? 'once' : 'merge'
}

function text(path: string, content: string): OutputFile {
  return { path, content, mode: 0o644, policy: 'merge' }
}
