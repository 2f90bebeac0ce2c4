/** Sentences of one language by the English ones, both with {0}, {1} … where values go. What is missing stays English. */
export type Words = Readonly<Record<string, string>>

let current: Words = {}

/** Runs something whose texts come out in a language: what `t` is called for meanwhile. Not for what is asynchronous. */
export function inWords<T>(words: Words, make: () => T): T {
  const before = current
  current = words
  try {
    return make()
  } finally {
    current = before
  }
}

/** A text that people read in a generated project, in its language; a tag for templates, a function for plain strings. */
export function t(english: TemplateStringsArray | string, ...values: readonly unknown[]): string {
  const key = typeof english === 'string' ? english : english.reduce((text, part, at) => `${text}{${at - 1}}${part}`)
  const text = current[key] ?? key
  return values.length === 0 ? text : text.replace(/\{(\d+)\}/g, (_, at: string) => String(values[Number(at)]))
}
