// @ts-check
// Turns every template into TypeScript that touches the same paths, so that tsc finds a misspelt path (strict mode
// lets a misspelt {{#if}} pass) and a user's words that are printed without an encoder (FreeText is not printable).
import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import Handlebars from 'handlebars'
import { importSource } from './import-source.mjs'
import { readTemplates, root } from './templates.mjs'

/** Data stores, each with a folder of templates that exist only where it is chosen. @type {readonly string[]} */
const storeNames = (await importSource('src/spec/stores.ts')).storeNames

/** What a template may use below `{{#if features.FLAG}}`. */
const implications = [
  ['istio', 'istio'],
  ['sidecar', 'istio'],
  ['ambient', 'istio'],
  ['ambient', 'routes'],
  ['jwt', 'istio?.jwt'],
  ['routes', 'routes'],
  ['gatewayApi', 'routes'],
  ['trafficSplit', 'istio'],
  ['rollout', 'rollout'],
  ['canary', 'rollout'],
  ['analysis', 'rollout?.analysis'],
]

const scalarEncoders = new Set(['go', 'sh', 'make', 'md', 'json', 'dockerfile', 'comment'])

/** @typedef {{ context: string, root: string, names: Map<string, string>, depth: number, outer: string[] }} Scope */

const templates = await readTemplates()
const partials = new Map(templates.filter(({ partial }) => partial).map((template) => [template.partial, template]))
let counter = 0
const functions = templates
  .filter(({ partial }) => !partial)
  .map((template, index) => {
    const type = ['TemplateContext', ...extras(template)].join(' & ')
    const scope = { context: 'root', root: 'root', names: new Map(), depth: 0, outer: [] }
    return `// ${template.file}\nexport function template${index}(root: ${type}): void {\nvoid root\n${statements(Handlebars.parse(template.source).body, scope, template.file)}}\n`
  })
await mkdir(path.join(root, 'generated'), { recursive: true })
await writeFile(
  path.join(root, 'generated/templates.check.ts'),
  `// Written by scripts/check-templates.mjs; type-checked, never run.
import type { FilledEnvironment, TemplateContext } from '../src/features/types.js'
import type { Kafka, Nats, Stores } from '../src/model/types-dependencies.js'
import type { Jwt } from '../src/model/types-mesh.js'
import type { Region } from '../src/model/types-regions.js'
import type { Analysis, Rollout, RolloutStep } from '../src/model/types-rollout.js'
import type { Environment, FreeText, Istio, Routes } from '../src/model/types.js'

void (0 as unknown as Analysis | Rollout | RolloutStep | Environment | FilledEnvironment | FreeText | Istio | Jwt | Kafka | Nats | Region | Routes | Stores)
declare function print(value: string | number): void
declare function encode(value: string | number | boolean | FreeText | undefined): void
declare function items<T>(list: readonly T[] | Readonly<Record<string, T>> | undefined): readonly T[]
declare function encodeAny(value: unknown): void

${functions.join('\n')}`,
)
execFileSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', root], { stdio: 'inherit' })

/** What a template's context has beyond the common one. @param {import('./templates.mjs').Template} template */
function extras({ output, folder }) {
  const store = storeNames.find((name) => folder === `features/${name}`)
  return [
    ...(output?.includes('__region__') ? ['{ readonly region: Region }'] : []),
    ...(output?.includes('__step__') ? ['{ readonly step: RolloutStep }'] : []),
    ...(output?.includes('__env__') ? ['{ readonly env: FilledEnvironment }'] : []),
    ...(/^features\/(istio(-\w+)?|traffic-split|fault-injection)$/.test(folder ?? '')
      ? ['{ readonly istio: Istio }']
      : []),
    ...(folder === 'features/istio-jwt' ? ['{ readonly istio: Istio & { readonly jwt: Jwt } }'] : []),
    ...(['features/routes', 'features/istio-ambient'].includes(folder ?? '') ? ['{ readonly routes: Routes }'] : []),
    ...(store === undefined ? [] : [`{ readonly stores: { readonly ${store}: NonNullable<Stores['${store}']> } }`]),
    ...(folder === 'features/kafka' ? ['{ readonly messaging: { readonly kafka: Kafka } }'] : []),
    ...(['features/rollout', 'features/canary', 'features/blue-green'].includes(folder ?? '')
      ? ['{ readonly rollout: Rollout }']
      : []),
    ...(['features/canary-analysis', 'features/blue-green-analysis'].includes(folder ?? '')
      ? ['{ readonly rollout: Rollout & { readonly analysis: Analysis } }']
      : []),
    ...(folder === 'features/nats' ? ['{ readonly messaging: { readonly nats: Nats } }'] : []),
  ]
}

/** @param {any[]} body @param {Scope} scope @param {string} file @returns {string} */
function statements(body, scope, file) {
  return body.map((node) => statement(node, scope, file)).join('')
}

/** @param {any} node @param {Scope} scope @param {string} file @returns {string} */
function statement(node, scope, file) {
  const at = ` // ${file}:${node.loc?.start.line}\n`
  switch (node.type) {
    case 'MustacheStatement':
      return mustache(node, scope, at)
    case 'BlockStatement':
      return block(node, scope, file, at)
    case 'PartialStatement': {
      const partial = partials.get(node.name.original)
      if (partial === undefined || node.params.length > 0) {
        throw new Error(`${file}:${node.loc.start.line}: no partial of that name, or it has a parameter`)
      }
      return statements(Handlebars.parse(partial.source).body, scope, partial.file)
    }
    case 'ContentStatement':
    case 'CommentStatement':
      return ''
    default:
      throw new Error(`${file}: ${node.type} is not allowed in a template`)
  }
}

/** @param {any} node @param {Scope} scope @param {string} at */
function mustache(node, scope, at) {
  const name = node.path.original
  if (node.params.length === 0) {
    return `print(${expression(node.path, scope)})${at}`
  }
  if (name === 'yaml') {
    return `encodeAny(${expression(node.params[0], scope)})${at}`
  }
  if (scalarEncoders.has(name)) {
    return `encode(${expression(node.params[0], scope)})${at}`
  }
  throw new Error(`${at.trim()}: ${name} is no encoder`)
}

/** @param {any} node @param {Scope} scope @param {string} file @param {string} at */
function block(node, scope, file, at) {
  const name = node.path.original
  const subject = expression(node.params[0], scope)
  const otherwise = node.inverse ? statements(node.inverse.body, scope, file) : ''
  if (name === 'if' || name === 'unless') {
    const positive = [
      subject,
      ...implications
        .filter(([flag]) => node.params[0].original?.endsWith(`features.${flag}`))
        .map(([, implied]) => `${scope.root}.${implied} !== undefined`),
    ].join(' && ')
    return `if (${name === 'if' ? positive : `!(${positive})`}) {${at}${statements(node.program.body, scope, file)}} else {\n${otherwise}}\n`
  }
  if (name === 'each') {
    const variable = `item${counter++}`
    const names = new Map(scope.names)
    for (const parameter of node.program.blockParams ?? []) {
      names.set(parameter, variable)
    }
    const inner = { ...scope, context: variable, names, outer: [scope.context, ...scope.outer] }
    return `for (const ${variable} of items(${subject})) {${at}void ${variable}\n${statements(node.program.body, inner, file)}}\n${otherwise}`
  }
  throw new Error(`${file}: block ${name} is not allowed`)
}

/** @param {any} node @param {Scope} scope @returns {string} */
function expression(node, scope) {
  if (node.type === 'NumberLiteral' || node.type === 'BooleanLiteral') {
    return String(node.value)
  }
  if (node.type === 'StringLiteral') {
    return JSON.stringify(node.value)
  }
  if (node.type !== 'PathExpression') {
    throw new Error(`${node.type} is not allowed in a template`)
  }
  const [head, ...rest] = node.parts
  if (node.data) {
    return head === 'root'
      ? [scope.root, ...rest].join('.')
      : head === 'index'
        ? '(0 as number)'
        : head === 'key'
          ? "('' as string)"
          : '(true as boolean)'
  }
  const base = node.depth === 0 ? scope.context : scope.outer[node.depth - 1]
  if (head !== undefined && node.depth === 0 && scope.names.has(head)) {
    return [scope.names.get(head), ...rest].join('.')
  }
  return [base, ...node.parts].join('.')
}
