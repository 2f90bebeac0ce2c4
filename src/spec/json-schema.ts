import { toJSONSchema } from 'zod/mini'
import { presets } from './presets.js'
import { type Key, keys, optionOf } from './table.js'

interface Node {
  [keyword: string]: unknown
}

/**
 * JSON Schema (2020-12) of service.yaml. Values that this version refuses are not in it.
 * @param id address of the schema
 */
export function jsonSchema(id: string): object {
  const root: Node = { type: 'object', additionalProperties: false, properties: {} }
  properties(root)['extends'] = {
    type: 'string',
    minLength: 1,
    description: "path of a file with the organisation's defaults",
  }
  for (const key of keys) {
    const schema = optionSchema(key)
    if (schema !== undefined) {
      place(root, key.split('.'), schema)
    }
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: id,
    title: 'service.yaml of create-go-k8s-service',
    ...root,
  }
}

function place(root: Node, path: readonly string[], schema: Node): void {
  let node = root
  for (const segment of path.slice(0, -1)) {
    const children = properties(node)
    children[segment] ??= { type: 'object', additionalProperties: false, properties: {} }
    node = children[segment] as Node
  }
  properties(node)[path.at(-1) as string] = schema
}

function properties(node: Node): Record<string, Node> {
  return node['properties'] as Record<string, Node>
}

function optionSchema(key: Key): Node | undefined {
  const option = optionOf(key)
  if (option.later === true) {
    return option.kind === 'boolean' ? { const: false, description: `${option.help} (not in this version)` } : undefined
  }
  const { $schema: _, ...generated } = toJSONSchema(option.schema, {
    target: 'draft-2020-12',
    unrepresentable: 'any',
  }) as Node
  const choices = (option.choices ?? []).filter(
    (choice) => !((option.later ?? []) as readonly string[]).includes(choice),
  )
  const schema: Node = choices.length > 0 ? { type: 'string', enum: choices } : loosened(generated)
  const unit = option.unit === undefined ? '' : `, in ${option.unit}`
  const derived = option.derived === undefined ? '' : ` (default: ${option.derived})`
  return {
    ...schema,
    description: `${option.help}${unit}${derived}${key === 'preset' ? `: ${presetHelp()}` : ''}`,
    ...(option.default === undefined ? {} : { default: option.default }),
  }
}

/** A quantity such as `cpu: 1` is a number to YAML; the reader takes its text, so the schema does too. */
function loosened(schema: Node): Node {
  const pattern = schema['pattern']
  const numeric = schema['type'] === 'string' && typeof pattern === 'string' && new RegExp(pattern, 'u').test('1')
  return numeric ? { ...schema, type: ['string', 'number'] } : schema
}

function presetHelp(): string {
  return Object.entries(presets)
    .map(([name, { help }]) => `${name} – ${help}`)
    .join('; ')
}
