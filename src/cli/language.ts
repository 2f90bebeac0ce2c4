import * as templates from '#templates'
import type { CompiledTemplates } from '../engine/template-set.js'
import type { Layer } from '../spec/resolve.js'
import type { Words } from '../words.js'

/** What people read in a project: its templates in a language, and the words of the code that fills them. */
export type Language = CompiledTemplates & { readonly words: Words }

export const english: Language = { ...templates, words: {} }

/** That of the last layer that names one. English is in memory, for a quick start; another is read when it is needed. */
export async function languageOf(layers: readonly Layer[]): Promise<Language> {
  const language = layers.findLast(({ values }) => values.has('lang'))?.values.get('lang')
  return language === 'zh' ? (await import('./language-zh.js')).chinese : english
}
