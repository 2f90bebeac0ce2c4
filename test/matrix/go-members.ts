import { createHash } from 'node:crypto'
import type { FileSet } from '../../src/engine/file-set.js'
import type { Resolved } from '../../src/spec/resolve.js'
import { judgeAnswers, renderFiles } from '../support/render.js'
import { keysOf, type Row } from './covering.js'
import { answersOf, factors, type Member, members, neutral, rows } from './members.js'

/** Whether Go and its linters read a file. */
export function isGoSource({ path }: { readonly path: string }): boolean {
  return /\.go$|^go\.|^\.golangci/.test(path)
}

/**
 * Members in which every pair of values that Go sources tell apart occurs, as far as it does in the covering set: what
 * an axis does to manifests alone is no other program.
 */
export function membersForGo(): Member[] {
  const pairs = rows.map((row) => new Set(keysOf(seenByGo(row))))
  return chosen(pairs).map((at) => members[at] as Member)
}

/** Members in which every part of a line occurs that any of these have: what a linter says is about lines. */
export function membersForLinter(list: readonly Member[]): Member[] {
  return chosen(list.map(partsOf)).map((at) => list[at] as Member)
}

/** The fewest of some sets that hold what all of them hold, as far as choosing the fullest each time finds them. */
function chosen(sets: readonly ReadonlySet<string>[]): number[] {
  const open = new Set(sets.flatMap((set) => [...set]))
  const left = sets.map((set, at) => ({ at, items: new Set(set) }))
  const found: number[] = []
  while (open.size > 0) {
    const fullest = left.reduce((a, b) => (b.items.size > a.items.size ? b : a))
    found.push(fullest.at)
    const taken = [...fullest.items]
    for (const item of taken) {
      open.delete(item)
      for (const { items } of left) {
        items.delete(item)
      }
    }
  }
  return found.sort((a, b) => a - b)
}

/** A row, where values that give the same Go sources have one name and axes that change none are left out. */
function seenByGo(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([name]) =>
        (factors[name] ?? []).some((value) => digestOf(name, value) !== digestOf(name, neutral[name])),
      )
      .map(([name, value]) => [name, digestOf(name, value)]),
  )
}

const digests = new Map<string, string>()

/** What a value gives beside neutral ones; its own name where it can't stand alone. */
function digestOf(name: string, value: string | undefined): string {
  const key = `${name}: ${value}`
  const known = digests.get(key)
  if (known !== undefined) {
    return known
  }
  const judged = judgeAnswers(answersOf({ ...neutral, [name]: value ?? '' }))
  const digest = 'findings' in judged ? key : digestOfSources(renderFiles(judged as Resolved))
  digests.set(key, digest)
  return digest
}

function digestOfSources(files: FileSet): string {
  const hash = createHash('sha256')
  for (const { path, content } of files.filter(isGoSource)) {
    hash.update(path).update(content)
  }
  return hash.digest('hex')
}

/**
 * What stands in the lines of every source, with its file, call by call: a list of the parts that were chosen is another
 * one in nearly every member. Texts, numbers and comments are the user's, or about the user's words.
 */
function partsOf({ files }: Member): Set<string> {
  const plain = (line: string) =>
    line
      .replace(/^\s*\/\/.*| \/\/ .*/, '')
      .replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""')
      .replace(/\b\d[\d_.]*/g, '0')
  return new Set(
    files
      .filter(({ path }) => path.endsWith('.go'))
      .flatMap(({ path, content }) => {
        const file = path.replace(/^cmd\/[^/]*/, 'cmd')
        return content.split('\n').flatMap((line) =>
          plain(line)
            .split(/[,()]\s*/)
            .map((part) => `${file}\0${part.trim()}`),
        )
      }),
  )
}
