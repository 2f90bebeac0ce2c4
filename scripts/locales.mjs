// @ts-check
// Brings the catalogues in line with templates/ and src/, and says what waits for a translation: until then it is English.
//   npm run locales
//   node scripts/locales.mjs --complete   writes nothing, and fails while anything waits (npm run release:check)
import { messages, readEntries, renewed, writeCatalogue } from './catalogue.mjs'

const list = await messages()
const files = new Map(list.map(({ text, files: [file] }) => [text, file]))
for (const language of ['zh']) {
  const entries = renewed(list, await readEntries(language))
  const waiting = entries.filter(({ translation, fuzzy }) => translation === '' || fuzzy)
  console.log(`${language}: ${list.length - waiting.length} of ${list.length} texts`)
  for (const { text, fuzzy } of waiting) {
    console.log(`  ${files.get(text)}: ${fuzzy ? 'changed: ' : ''}${text}`)
  }
  if (!process.argv.includes('--complete')) {
    await writeCatalogue(language, list, entries)
  } else if (waiting.length > 0) {
    process.exitCode = 1
  }
}
