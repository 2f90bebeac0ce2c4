// @ts-check
// Brings the catalogues in line with templates/ and src/, and says what waits for a translation.
import { messages, readCatalogue, writeCatalogue } from './catalogue.mjs'

const list = await messages()
for (const language of ['zh']) {
  const translations = await readCatalogue(language)
  await writeCatalogue(language, list, translations)
  const missing = list.filter(({ text }) => !translations.has(text))
  console.log(`${language}: ${list.length - missing.length} of ${list.length} texts`)
  for (const { text, files } of missing) {
    console.log(`  ${files[0]}: ${text}`)
  }
}
