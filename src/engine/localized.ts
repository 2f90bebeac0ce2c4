import type { CompiledTemplates } from './template-set.js'

/** Lines of a string: at which one, how many go, and what comes in their place. From the last to the first. */
export type Edit = readonly [at: number, removed: number, ...lines: string[]]

/** What a language changes in a template: edits by the number of the string, or all of it where its tags stand otherwise. */
export type Change = string | Readonly<Record<number, readonly Edit[]>>

export interface Changes {
  readonly folders: Readonly<Record<string, readonly (Change | null)[]>>
  readonly partials: Readonly<Record<string, Change | null>>
}

/** The string literals of precompiled code. */
const literal = /"(?:[^"\\]|\\.)*"/g

/** Templates in another language, from those in English. */
export function localized(english: CompiledTemplates, changes: Changes): CompiledTemplates {
  const folders = Object.entries(english.folders).map(([folder, templates]) => [
    folder,
    templates.map(({ path, spec }, at) => ({ path, spec: changed(spec, changes.folders[folder]?.[at]) })),
  ])
  const partials = Object.entries(english.partials).map(([name, spec]) => [name, changed(spec, changes.partials[name])])
  return { folders: Object.fromEntries(folders), partials: Object.fromEntries(partials) }
}

function changed(spec: string, change: Change | null | undefined): string {
  if (change === null || change === undefined || typeof change === 'string') {
    return change ?? spec
  }
  let at = 0
  return spec.replace(literal, (text) => {
    const edits = change[at++]
    if (edits === undefined) {
      return text
    }
    const lines: string[] = JSON.parse(text).split('\n')
    for (const [from, removed, ...added] of edits) {
      lines.splice(from, removed, ...added)
    }
    return JSON.stringify(lines.join('\n'))
  })
}
