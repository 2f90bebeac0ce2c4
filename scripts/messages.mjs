// @ts-check
// What people read in templates: comments, and paragraphs of Markdown. Finds it, and puts another language in its place.

/**
 * A piece of text that is translated as a whole: a comment of one or more lines, the comment behind a line of code, or a
 * paragraph, an item, a heading or a row of Markdown.
 *
 * @typedef {object} Unit
 * @property {string} text on one line, its tags included
 * @property {number} start index of its first line
 * @property {number} end index of its last line
 * @property {string} lead what stands before it on its first line
 * @property {string} follow what stands before it on further lines
 * @property {boolean} wraps false where a line stays a line, as in Markdown: a break between two characters is a space
 */

/** Comments that a tool reads. */
const directive =
  /^(#!|\/\/go:|\/\/nolint|\/\/ Code generated|# syntax=|# shellcheck |# hadolint |# yaml-language-server|# checkov|# zizmor|# yamllint|-- \+goose)/
const wholeLine = /^(\s*)(#|\/\/|--)( +|\t|$)(.*)$/
const behindCode = /^(.*\S)(\s+)(##?|\/\/) (\S.*)$/
const tags = /\{\{[^}]*\}\}/g
const tagsOnly = /^\s*(\{\{[^}]*\}\}\s*)+$/
/** A setting that is commented out. */
const setting = /^[A-Z][A-Z0-9_]*=/
const listItem = /^(- |\d+\. )/
const fence = /^\s*```(\w*)/
const ruler = /^[\s|-]+$/

/** Columns of a comment's text; a Chinese character takes two. */
const columns = 100

/** @param {string} file below templates/ @param {string} source @returns {Unit[]} */
export function unitsOf(file, source) {
  const lines = source.split('\n')
  const units =
    file.endsWith('.md.hbs') || /^partials\/(readme-|service-ports|container-ports)/.test(file)
      ? markdown(lines)
      : comments(lines, 0)
  return units.filter(({ text }) => isProse(text))
}

/**
 * The template with the text of a catalogue; what the catalogue lacks stays.
 *
 * @param {string} file @param {string} source @param {ReadonlyMap<string, string>} catalogue
 */
export function translate(file, source, catalogue) {
  const lines = source.split('\n')
  /** @type {(string | undefined)[]} */
  const result = [...lines]
  for (const { text, start, end, lead, follow, wraps } of unitsOf(file, source)) {
    const translation = catalogue.get(text)
    if (translation !== undefined && translation !== text) {
      result.fill(undefined, start, end + 1)
      const pieces = wraps ? wrap(translation) : [translation]
      result[start] = pieces.map((piece, index) => `${index === 0 ? lead : follow}${piece}`).join('\n')
    }
  }
  return result.filter((line) => line !== undefined).join('\n')
}

/** The tags of a text, sorted: those of its translation are the same. @param {string} text */
export function tagsOf(text) {
  return (text.match(tags) ?? []).sort()
}

/** Words, and not only tags, paths and code. @param {string} text */
function isProse(text) {
  const words = text.replace(tags, ' ').replace(/`[^`]*`/g, ' ')
  return /[A-Za-z]{2}|\.\*\*|^ *: *$/.test(words) && !/^[/*$]\S* /.test(text)
}

/** @param {readonly string[]} lines @param {number} offset index of the first of them @returns {Unit[]} */
function comments(lines, offset) {
  /** @type {Unit[]} */
  const units = []
  /** @type {Unit | undefined} */
  let open
  for (const [index, line] of lines.entries()) {
    const at = index + offset
    const [, pad = '', mark = '', gap = '', text = ''] = wholeLine.exec(line) ?? []
    if (mark === '' || directive.test(line.trim()) || text === '' || tagsOnly.test(text) || setting.test(text)) {
      open = undefined
      const behind = mark === '' ? trailing(line) : undefined
      if (behind) {
        units.push({ ...behind, start: at, end: at })
      }
      continue
    }
    const lead = `${pad}${mark}${gap}`
    // A usage, in columns or not: each line for itself.
    if (/\S {2,}\S|^(scripts|deploy)\/\S+ |\S\t/.test(text)) {
      open = undefined
      units.push({ text, start: at, end: at, lead, follow: lead, wraps: false })
      continue
    }
    if (open !== undefined && open.follow === lead && !listItem.test(text)) {
      open.text += ` ${text}`
      open.end = at
      continue
    }
    const [item = ''] = listItem.exec(text) ?? []
    open = {
      text: text.slice(item.length),
      start: at,
      end: at,
      lead: `${lead}${item}`,
      follow: `${lead}${' '.repeat(item.length)}`,
      wraps: true,
    }
    units.push(open)
  }
  return units
}

/** The comment behind code, unless what looks like one is in a string. @param {string} line */
function trailing(line) {
  const [, code = '', gap = '', mark = '', text = ''] = behindCode.exec(line) ?? []
  const isQuoted = ['"', "'", '`'].some((quote) => (code.split(quote).length - 1) % 2 === 1)
  return mark === '' || isQuoted || directive.test(`${mark} ${text}`)
    ? undefined
    : { text, lead: `${code}${gap}${mark} `, follow: '', wraps: false }
}

/** @param {readonly string[]} lines @returns {Unit[]} */
function markdown(lines) {
  /** @type {Unit[]} */
  const units = []
  /** @type {Unit | undefined} */
  let open
  /** @type {string | undefined} */
  let language
  for (const [at, line] of lines.entries()) {
    const [mark, info = ''] = fence.exec(line) ?? []
    if (mark !== undefined) {
      language = language === undefined ? info : undefined
      open = undefined
    } else if (language === 'mermaid') {
      const text = line.trim()
      // Of a diagram only what has a label: the rest is code.
      if (/["[(|:]|\w\{[A-Z]/.test(line) && !tagsOnly.test(line)) {
        units.push(single(line, text, at))
      }
    } else if (language !== undefined) {
      units.push(...comments([line], at))
    } else if (line.trim() === '' || tagsOnly.test(line) || ruler.test(line.replace(tags, ''))) {
      open = undefined
    } else if (open !== undefined && !/^\s*([-*] |\d+\. |#+ |\|)/.test(line)) {
      open.text += ` ${line.trim()}`
      open.end = at
    } else {
      const unit = single(line, line.trim(), at)
      units.push(unit)
      open = /^\s*(#|\|)/.test(line) ? undefined : unit
    }
  }
  return units
}

/** @param {string} line @param {string} text @param {number} at @returns {Unit} */
function single(line, text, at) {
  const lead = line.slice(0, line.length - line.trimStart().length)
  return { text, start: at, end: at, lead, follow: lead, wraps: false }
}

/** Breaks between words, and between Chinese characters, but never inside a tag. @param {string} text */
function wrap(text) {
  const [first = '', ...pieces] = text.match(/\{\{[^}]*\}\}|[^\s\u2E80-\uFFEF{]+|[\u2E80-\uFFEF]|\s+|\{/g) ?? []
  const lines = [first]
  for (const [index, piece] of pieces.entries()) {
    const line = /** @type {string} */ (lines.at(-1))
    const next = pieces[index + 1] ?? ''
    // Punctuation that closes stays with what it closes, and a word with the punctuation behind it.
    const isFree = /^[\u2E80-\uFFEF\s]/.test(piece) || /[\u2E80-\uFFEF\s]$/.test(line)
    const closes = /^[，。；：、？！）」》”]/.test(piece) || /[（「《“]$/.test(line)
    // A block may hold nothing, and a line that begins with one would then be empty.
    const opens = /^\{\{([#/]|else)/.test(piece) || (/^\s/.test(piece) && next.startsWith('{{#'))
    if (
      isFree &&
      !closes &&
      !opens &&
      width(line) + width(piece) + (/^\S/.test(next) && /^\s/.test(piece) ? width(next) : 0) > columns
    ) {
      lines[lines.length - 1] = line.trimEnd()
      lines.push(piece.trimStart())
    } else {
      lines[lines.length - 1] = line + piece
    }
  }
  return lines.filter((line) => line !== '')
}

/** Columns on a terminal. @param {string} text */
function width(text) {
  return [...text].reduce((sum, character) => sum + (/[\u2E80-\uFFEF]/.test(character) ? 2 : 1), 0)
}
