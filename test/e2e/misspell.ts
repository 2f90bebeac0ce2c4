import { type Document, isMap, isScalar, isSeq, type Node, parseAllDocuments, stringify } from 'yaml'
import type { Manifest } from '../support/manifests.js'

/** A document with one of its keys misspelt. */
export interface Misspelt {
  readonly kind: string
  /** `spec.ports[0].name` */
  readonly path: string
  readonly text: string
  /** What the text says. */
  readonly tree: Manifest
}

/** Below these, every key is the user's own word. */
const free = new RegExp(
  [
    String.raw`(^|\.)(labels|annotations|matchLabels|data|stringData|binaryData|encryptedData|nodeSelector)$`,
    String.raw`\.(hard|default|defaultRequest|requests|limits|headers|portLevelMtls)$`,
    // Kubernetes asks that these select a label, Istio that they are one.
    String.raw`^spec\.(selector|podSelector)$`,
    String.raw`\.elements\[\d+\]$`,
    String.raw`triggers\[\d+\]\.metadata$`,
    String.raw`response\.set$`,
  ].join('|'),
)

/** Kinds whose `spec.selector` is a map of labels and not a type with fields. */
const plainSelector = new Set(['Service', 'Gateway'])

/** Every key of every document misspelt, one at a time. Only keys that the API defines: labels are anybody's. */
export function misspeltKeys(text: string): Misspelt[] {
  return parseAllDocuments(text).flatMap((document) => {
    const tree = document.toJS()
    return keysOf(document, tree.kind).map((path) => {
      const changed = renamed(tree, path)
      return {
        kind: tree.kind,
        path: path
          .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
          .join('')
          .slice(1),
        text: stringify(changed),
        tree: changed,
      }
    })
  })
}

type Path = readonly (string | number)[]

function keysOf(document: Document, kind: string): Path[] {
  const found: Path[] = []
  const visit = (node: Node | null, path: Path): void => {
    if (isSeq(node)) {
      node.items.forEach((item, at) => {
        visit(item as Node, [...path, at])
      })
    } else if (isMap(node)) {
      for (const { key, value } of node.items) {
        const below = [...path, isScalar(key) ? String(key.value) : '']
        if (!isFree(path, kind)) {
          found.push(below)
        }
        visit(value as Node, below)
      }
    }
  }
  visit(document.contents as Node, [])
  return found
}

function isFree(path: Path, kind: string): boolean {
  const dotted = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .slice(1)
  return /^spec\.(selector|podSelector)$/.test(dotted) ? plainSelector.has(kind) : free.test(dotted)
}

/** A copy of the tree with the key at the path misspelt. */
function renamed(tree: unknown, [first, ...rest]: Path): unknown {
  if (Array.isArray(tree)) {
    return tree.map((item, at) => (at === first ? renamed(item, rest) : item))
  }
  return Object.fromEntries(
    Object.entries(tree as object).map(([key, value]) =>
      key !== first ? [key, value] : rest.length === 0 ? [misspelt(key), value] : [key, renamed(value, rest)],
    ),
  )
}

/** Two letters swapped, as fingers do; where that is the same word, one is doubled. */
function misspelt(word: string): string {
  const at = word.length - 2
  const swapped = `${word.slice(0, Math.max(at, 0))}${word.slice(-1)}${word.slice(-2, -1)}`
  return swapped === word || word.length < 2 ? `${word}${word.slice(-1)}` : swapped
}
