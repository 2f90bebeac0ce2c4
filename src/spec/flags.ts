import { type Key, keys, optionOf } from './table.js'

/** The flag of an option: its key path in kebab-case; a boolean `x.enabled` is just `x`. */
export function flagOf(key: Key): string {
  const path = optionOf(key).kind === 'boolean' ? key.replace(/\.enabled$/, '') : key
  return path.replaceAll('.', '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** Every option by its flag. */
export function keysByFlag(): Map<string, Key> {
  return new Map(keys.map((key) => [flagOf(key), key]))
}

/**
 * What a flag's words mean, before validation: numbers, lists and maps are read here, and a word that
 * is not one is handed on unchanged for the schema to refuse. `words` holds one entry per use of the flag.
 */
export function valueOfFlag(key: Key, words: readonly string[]): unknown {
  const { kind, numbers = [] } = optionOf(key)
  const last = words[words.length - 1] ?? ''
  switch (kind) {
    case 'boolean':
      return last === 'true' ? true : last === 'false' ? false : last
    case 'integer':
      return integerOf(last)
    case 'number':
      return /^(0|[1-9]\d*)(\.\d+)?$/.test(last) ? Number(last) : last
    case 'list':
      return items(words)
    case 'integers':
      return items(words, /[,/]/).map(integerOf)
    case 'map':
      return Object.fromEntries(words.map(entryOf))
    case 'objects':
      return items(words, /;/).map((text) => objectOf(text, numbers))
    default:
      return last
  }
}

/** True when a flag may be given more than once. */
export function isRepeatable(key: Key): boolean {
  return ['list', 'integers', 'map', 'objects'].includes(optionOf(key).kind)
}

/** Plain decimal notation only: `1e3`, `08`, `0x10` and `+1` are more often a slip than a wish. */
function integerOf(word: string): number | string {
  return /^-?(0|[1-9]\d{0,14})$/.test(word) ? Number(word) : word
}

function items(words: readonly string[], separator: RegExp = /,/): string[] {
  return words.flatMap((word) => word.split(separator)).map((item) => item.trim())
}

function entryOf(word: string): [string, string] {
  const at = word.indexOf('=')
  return at < 0 ? [word, '\u0000'] : [word.slice(0, at), word.slice(at + 1)]
}

/** `name=a,weight=60`. */
function objectOf(text: string, numbers: readonly string[]): Record<string, number | string> {
  return Object.fromEntries(
    items([text]).map((word) => {
      const [name, value] = entryOf(word)
      return [name, numbers.includes(name) ? integerOf(value) : value]
    }),
  )
}

/** How a value reads on a command line, unquoted: one entry per use of the flag. */
export function wordsOf(key: Key, value: unknown): string[] {
  const flag = `--${flagOf(key)}`
  switch (optionOf(key).kind) {
    case 'boolean':
      return [value === true ? flag : flag.replace('--', '--no-')]
    case 'list':
    case 'integers':
      return [flag, (value as unknown[]).join(',')]
    case 'objects':
      return [
        flag,
        (value as object[])
          .map((one) =>
            Object.entries(one)
              .map(([name, field]) => `${name}=${field}`)
              .join(','),
          )
          .join(';'),
      ]
    case 'map':
      return Object.entries(value as Record<string, string>).flatMap(([name, text]) => [flag, `${name}=${text}`])
    default:
      return [flag, String(value)]
  }
}
