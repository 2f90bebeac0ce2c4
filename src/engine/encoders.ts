/**
 * Encoders: one per language that a value lands in. Each takes any text and returns text that the
 * language reads as that value and nothing else. Templates name them: `{{go x}}`, `{{yaml x}}`.
 */

/** Words as templates hand them over: plain values, or a user's words in their wrapper. */
export type Encodable = string | number | boolean | { readonly text: string } | undefined | null

/**
 * Characters that a reader can't see or that change the direction of text: escaped where the language
 * has escapes, dropped to a space where it has none. U+FEFF is an error inside Go source.
 */
const invisible = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

function textOf(value: Encodable): string {
  if (value === undefined || value === null) {
    return ''
  }
  return typeof value === 'object' ? value.text : String(value)
}

function escapeUnicode(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** A JSON string, quotes included; also a YAML double-quoted scalar and a Go interpreted string literal. */
export function json(value: Encodable): string {
  return JSON.stringify(textOf(value)).replace(invisible, escapeUnicode)
}

/** A Go interpreted string literal, quotes included. */
export function go(value: Encodable): string {
  return json(value)
}

/** A POSIX shell word in single quotes. */
export function sh(value: Encodable): string {
  return `'${textOf(value).replaceAll("'", `'\\''`)}'`
}

/** The value of a Make variable, on one line. */
export function make(value: Encodable): string {
  return oneLine(value).replaceAll('\\', '\\\\').replaceAll('$', '$$$$').replaceAll('#', '\\#')
}

/** Markdown text on one line: no markup, no HTML, no table cell's end, and no list or heading at its start. */
export function md(value: Encodable): string {
  return oneLine(value)
    .replace(/[\\`*_[\]|~$]/g, (char) => `\\${char}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/^([#+=-]|\d+(?=[.)](?:\s|$)))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`))
}

/** The inside of a Dockerfile double-quoted word, quotes included. */
export function dockerfile(value: Encodable): string {
  return `"${oneLine(value).replace(/[\\"$]/g, (char) => `\\${char}`)}"`
}

/** The rest of a comment line, whatever starts the comment: it ends neither the line nor a block. */
export function comment(value: Encodable): string {
  return oneLine(value).replaceAll('*/', '* /')
}

function oneLine(value: Encodable): string {
  return textOf(value).replace(invisible, ' ').replace(/ {2,}/g, ' ').trim()
}

/** A scalar, or with `indent` a block of a map or list whose lines start at that column. */
export function yaml(value: unknown, indent?: number): string {
  if (isCollection(value)) {
    const pad = ' '.repeat(indent ?? 0)
    return block(value).join(`\n${pad}`)
  }
  return yamlScalar(value as Encodable)
}

function isCollection(value: unknown): value is readonly unknown[] | Record<string, unknown> {
  return typeof value === 'object' && value !== null && !('text' in value && Object.keys(value).length === 1)
}

function block(value: readonly unknown[] | Record<string, unknown>): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => nest('-', item))
  }
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .flatMap(([key, item]) => nest(`${yamlScalar(key)}:`, item))
}

function nest(head: string, item: unknown): string[] {
  if (!isCollection(item)) {
    return [`${head} ${yamlScalar(item as Encodable)}`]
  }
  const lines = block(item)
  if (lines.length === 0) {
    return [`${head} ${Array.isArray(item) ? '[]' : '{}'}`]
  }
  const [first = '', ...rest] = lines
  return head === '-' ? [`- ${first}`, ...rest.map((line) => `  ${line}`)] : [head, ...lines.map((line) => `  ${line}`)]
}

/** Words that YAML 1.1 or 1.2 read as something other than text; some readers take `e-1` for a number. */
const reserved = /^(null|true|false|yes|no|on|off|y|n|~|e[-+]?[\d_]+)$/i
/** Plain without doubt: starts with a letter or a slash, and holds nothing that YAML gives a meaning. */
const plain = /^[A-Za-z/_][A-Za-z0-9_./+%@-]*(:[A-Za-z0-9_./+@-]+)*$/

function yamlScalar(value: Encodable): string {
  if (typeof value === 'number' || typeof value === 'boolean') {
    return String(value)
  }
  const text = textOf(value)
  return plain.test(text) && !reserved.test(text) ? text : json(text)
}
