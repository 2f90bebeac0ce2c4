import { yaml } from '../engine/encoders.js'
import type { Resolved } from '../spec/resolve.js'
import { groups, type Key, optionOf } from '../spec/table.js'
import { t } from '../words.js'

/** Keys that every service.yaml states, even where they equal the default: they say what the service is. */
const always: readonly Key[] = ['version', 'name', 'module', 'preset']

interface Tree {
  [name: string]: Tree | { readonly value: unknown }
}

/**
 * The service.yaml of a spec: what was answered and the preset, never the defaults, so that better
 * defaults arrive with an update. The bytes depend on the answers alone, not on where they came from.
 *
 * @param schema address of the JSON Schema
 * @param extendsPath the organisation's defaults, relative to the project
 */
export function serviceYaml(
  { spec, answers }: Pick<Resolved, 'spec' | 'answers'>,
  schema: string,
  extendsPath?: string,
): string {
  const lines = [
    `# yaml-language-server: $schema=${schema}`,
    `# ${t('The answers that this project was generated from. Options and their defaults:')}`,
    '#   npx create-go-k8s-service list',
  ]
  if (extendsPath !== undefined) {
    lines.push(`extends: ${yaml(extendsPath)}`)
  }
  for (const group of groups) {
    const keys = Object.keys(group.options) as Key[]
    const stated = keys.filter((key) => always.includes(key) || Object.hasOwn(answers, key))
    const tree = treeOf(stated, (key) => (answers as Record<string, unknown>)[key] ?? spec[key])
    const hints = keys
      .filter((key) => optionOf(key).common && !stated.includes(key))
      .map((key) => `# ${key}: ${inline(spec[key])}`)
    if (stated.length + hints.length > 0) {
      lines.push(
        '',
        ...(group.id === 'project' ? [] : [`# ${spec.lang === 'zh' ? group.titleZh : group.title}`]),
        ...print(tree, ''),
        ...hints,
      )
    }
  }
  return `${lines.join('\n')}\n`
}

function treeOf(keys: readonly Key[], valueFor: (key: Key) => unknown): Tree {
  const tree: Tree = {}
  for (const key of keys) {
    const path = key.split('.')
    let node = tree
    for (const segment of path.slice(0, -1)) {
      node[segment] ??= {}
      node = node[segment] as Tree
    }
    node[path.at(-1) as string] = { value: valueFor(key) }
  }
  return tree
}

function print(tree: Tree, pad: string): string[] {
  return Object.entries(tree).flatMap(([name, node]) => {
    if (!('value' in node) || typeof node.value === 'function') {
      return [`${pad}${name}:`, ...print(node as Tree, `${pad}  `)]
    }
    const { value } = node
    return typeof value === 'object'
      ? [`${pad}${name}:`, `${pad}  ${yaml(value, pad.length + 2)}`]
      : [`${pad}${name}: ${scalar(value)}`]
  })
}

function scalar(value: unknown): string {
  // A version such as 1.30 must not be read as the number 1.3.
  return typeof value === 'string' && /^[\d.]+$/.test(value) ? JSON.stringify(value) : yaml(value)
}

function inline(value: unknown): string {
  return Array.isArray(value) ? `[${value.map((item) => yaml(item)).join(', ')}]` : yaml(value)
}
