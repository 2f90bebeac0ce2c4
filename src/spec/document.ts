import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
} from 'yaml'
import { errorFromFindings, type Finding, UserError } from '../errors.js'
import type { Layer, LayerName } from './resolve.js'
import { suggestion } from './suggest.js'
import { isKey, type Key, keys, optionOf } from './table.js'

/** Larger than any service.yaml; a file beyond it is not one. */
const maxBytes = 256 * 1024
/** Deeper than any option; the parser recurses, and a stack that runs out inside it can end the process. */
const maxDepth = 100

export interface SpecDocument {
  readonly layer: Layer
  /** Value of the key `extends`, if there is one. */
  readonly extends: string | undefined
}

/**
 * Reads the text of a service.yaml. Keys nest (`http: {port: 8080}`) as the option table's paths do.
 *
 * @param file name for messages
 * @throws UserError with a finding per mistake: file, line, column, key
 */
export function readDocument(text: string, file: string, name: LayerName): SpecDocument {
  if (text.length > maxBytes) {
    throw new UserError(
      'file-too-large',
      `${file} has ${text.length} characters; a service.yaml has at most ${maxBytes}`,
      { path: file },
    )
  }
  const lines = new LineCounter()
  const root = parse(text.replace(/^\uFEFF/, ''), file, lines)
  const reader = new Reader(file, lines)
  if (root !== undefined) {
    reader.readMap(root, '')
  }
  if (reader.findings.length > 0) {
    throw errorFromFindings(reader.findings, `${file} has ${reader.findings.length} mistakes`)
  }
  const { values, places } = reader
  return { layer: { name, values, where: (key) => places.get(key) ?? `${file} ${key}` }, extends: reader.extends }
}

function parse(text: string, file: string, lines: LineCounter): YAMLMap | undefined {
  if (isTooDeep(text)) {
    throw new UserError('invalid-yaml', `${file} is nested too deeply`, { path: file, hint: 'no option needs that' })
  }
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
    schema: 'core',
    merge: false,
    logLevel: 'silent',
  })
  const list = Array.isArray(documents) ? documents : []
  if (list.length > 1) {
    throw new UserError('invalid-yaml', `${file} holds ${list.length} YAML documents`, {
      hint: 'a service.yaml is one document',
      path: file,
    })
  }
  const [document] = list
  const [problem] = [...(document?.errors ?? []), ...(document?.warnings ?? [])]
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0])
    throw new UserError('invalid-yaml', `${file}:${line}:${col}: ${problem.message.split('\n')[0]}`, {
      path: file,
      hint: 'correct the YAML',
    })
  }
  const contents = document?.contents ?? null
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    return undefined
  }
  if (!isMap(contents)) {
    throw new UserError('invalid-yaml', `${file}:1:1: a service.yaml is a map of keys`, { path: file })
  }
  return contents
}

/** Counts open brackets, and dashes that open a list inside a list on one line, without regard to quotes. */
function isTooDeep(text: string): boolean {
  let depth = 0
  for (const char of text) {
    depth += char === '[' || char === '{' ? 1 : char === ']' || char === '}' ? -1 : 0
    if (depth > maxDepth) {
      return true
    }
  }
  return new RegExp(`^([-?:][ \\t]+){${maxDepth}}`, 'm').test(text.replace(/^[ \t]+/gm, ''))
}

/** Walks the nodes, so that every mistake has a line and no value passes through a JavaScript object's prototype. */
class Reader {
  readonly values = new Map<Key, unknown>()
  readonly places = new Map<Key, string>()
  readonly findings: Finding[] = []
  extends: string | undefined

  constructor(
    private readonly file: string,
    private readonly lines: LineCounter,
  ) {}

  readMap(node: YAMLMap, prefix: string): void {
    for (const pair of node.items) {
      const keyNode = pair.key as Node
      const name = isScalar(keyNode) && typeof keyNode.value === 'string' ? keyNode.value : undefined
      if (name === undefined) {
        this.report('invalid-key', keyNode, prefix, 'a key is a plain word here')
        continue
      }
      const path = prefix === '' ? name : `${prefix}.${name}`
      this.readPair(path, keyNode, pair.value as Node | null)
    }
  }

  private readPair(path: string, keyNode: Node, value: Node | null): void {
    if (path === 'extends') {
      this.readExtends(keyNode, value)
    } else if (isKey(path)) {
      const place = this.place(value ?? keyNode, path)
      if (this.places.has(path)) {
        this.report('duplicate-key', keyNode, path, `is given twice; first at ${this.places.get(path)}`)
        return
      }
      this.places.set(path, place)
      if (value === null || (isScalar(value) && value.value === null)) {
        this.report('empty-value', keyNode, path, `has no value; it takes ${optionOf(path).expect}`)
        return
      }
      const plain = this.plain(
        value,
        path,
        optionOf(path).kind === 'map' || optionOf(path).kind === 'string' || optionOf(path).kind === 'list',
      )
      if (plain !== undefined) {
        this.values.set(path, plain)
      }
    } else if (keys.some((key) => key.startsWith(`${path}.`))) {
      if (isMap(value)) {
        this.readMap(value, path)
      } else if (value !== null && !(isScalar(value) && value.value === null)) {
        this.report('wrong-type', value, path, 'is a group of keys, not a value')
      }
    } else {
      this.report(
        'unknown-key',
        keyNode,
        path,
        'is not an option',
        suggestion(path, keys, 'run create-go-k8s-service list'),
      )
    }
  }

  private readExtends(keyNode: Node, value: Node | null): void {
    if (isScalar(value) && typeof value.value === 'string' && value.value !== '') {
      this.extends = value.value
    } else {
      this.report('invalid-value', value ?? keyNode, 'extends', 'is not the path of a file')
    }
  }

  /** A node as plain data; undefined after a report. `asText`: scalars keep the text that was written. */
  private plain(node: Node, path: string, asText: boolean): unknown {
    if (isAlias(node) || ('anchor' in node && node.anchor !== undefined)) {
      this.report('alias', node, path, 'uses an anchor or alias', 'write the value out')
      return undefined
    }
    if (isScalar(node)) {
      return this.scalar(node, path, asText)
    }
    if (isSeq(node)) {
      return node.items.map((item) => this.plain(item as Node, path, asText))
    }
    if (isMap(node)) {
      const proto = node.items.find((pair) => isScalar(pair.key) && pair.key.value === '__proto__')
      if (proto !== undefined) {
        this.report('invalid-key', proto.key as Node, `${path}.__proto__`, 'is not a key')
        return undefined
      }
      const entries = node.items.map((pair) => {
        const key = pair.key as Node
        const name = isScalar(key) ? String(key.source ?? key.value) : ''
        return [name, pair.value === null ? '' : this.plain(pair.value as Node, `${path}.${name}`, asText)] as const
      })
      return Object.fromEntries(entries)
    }
    return undefined
  }

  private scalar(node: Scalar, path: string, asText: boolean): unknown {
    const { value, source } = node
    if (typeof value === 'number' && (asText || !/^-?(0|[1-9]\d*)(\.\d+)?$/.test(source ?? ''))) {
      return source
    }
    if (typeof value === 'boolean' && asText && path.startsWith('config.values.')) {
      return source
    }
    return value
  }

  private report(code: string, node: Node, path: string, message: string, hint?: string): void {
    this.findings.push({ code, where: this.place(node, path), message, ...(hint === undefined ? {} : { hint }) })
  }

  private place(node: Node, path: string): string {
    const { line, col } = this.lines.linePos(node.range?.[0] ?? 0)
    return `${this.file}:${line}:${col} ${path}`
  }
}
