// @ts-check
// What a language changes in precompiled templates: lines of their strings. Whole templates would be half of the tarball,
// and nearly all of that would be in it twice.
import { diffArrays } from 'diff'

/** As in src/engine/localized.ts, which applies what is found here. */
const literal = /"(?:[^"\\]|\\.)*"/g

/**
 * From one precompiled template to its translation.
 *
 * @param {string} from
 * @param {string} to
 * @returns {import('../src/engine/localized.js').Change | null} null where they are the same
 */
export function changeOf(from, to) {
  if (from === to) {
    return null
  }
  if (from.replace(literal, '""') !== to.replace(literal, '""')) {
    return to
  }
  const translated = to.match(literal) ?? []
  const edits = (from.match(literal) ?? []).flatMap((text, at) => {
    const other = /** @type {string} */ (translated[at])
    return text === other ? [] : [[at, editsOf(JSON.parse(text), JSON.parse(other))]]
  })
  return Object.fromEntries(edits)
}

/** From the last to the first, so that none moves another. @param {string} from @param {string} to */
function editsOf(from, to) {
  /** @type {import('../src/engine/localized.js').Edit[]} */
  const edits = []
  let at = 0
  let removed = 0
  for (const { added, removed: gone, value } of diffArrays(from.split('\n'), to.split('\n'))) {
    if (gone) {
      removed = value.length
    } else {
      if (added || removed > 0) {
        edits.unshift([at, removed, ...(added ? value : [])])
      }
      at += removed + (added ? 0 : value.length)
      removed = 0
    }
  }
  return removed > 0 ? [[at, removed], ...edits] : edits
}
