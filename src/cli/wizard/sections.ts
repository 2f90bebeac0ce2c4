import type { Finding } from '../../errors.js'
import { groups, type Key } from '../../spec/table.js'
import { askable, askOption } from './ask.js'
import { findingLines } from './check.js'
import type { Draft } from './draft.js'
import { back, type Choice, type Prompter } from './prompter.js'

interface Section {
  readonly id: string
  readonly title: string
  readonly keys: readonly Key[]
}

/** The option table's groups that have a question. */
const sections: readonly Section[] = groups
  .map(({ id, title, options }) => ({ id, title, keys: askable(options) }))
  .filter(({ keys }) => keys.length > 0)

const onward = 'continue'

/**
 * The page of sections: each can be opened, or left as the preset has it.
 *
 * @param problems what is wrong with the answers so far; the cursor starts where it can be put right
 */
export async function askSections(
  draft: Draft,
  problems: () => readonly Finding[],
  prompter: Prompter,
): Promise<'next' | 'back'> {
  for (;;) {
    const findings = problems()
    if (findings.length > 0) {
      prompter.say(prompter.paint.red(findingLines(findings).join('\n')))
    }
    const concerned = sections.filter(({ keys }) => keys.some((key) => concerns(findings, key)))
    const chosen = await prompter.choose({
      message: 'Sections',
      choices: [
        { value: onward, name: 'Continue', note: `the rest stays as preset ${draft.spec().preset} has it` },
        ...sections.map((section) => choiceOf(section, draft, concerned.includes(section))),
      ],
      initial: concerned[0]?.id ?? onward,
    })
    if (chosen === back || chosen === onward) {
      return chosen === back ? 'back' : 'next'
    }
    await askSection(sections.find(({ id }) => id === chosen)?.keys ?? [], draft, prompter)
  }
}

/** Asks through a section. Esc leaves it; what was answered until then stays. */
async function askSection(keys: readonly Key[], draft: Draft, prompter: Prompter): Promise<void> {
  for (const key of keys) {
    if (draft.applies(key) && (await askOption(key, draft, prompter)) === 'back') {
      return
    }
  }
}

function choiceOf({ id, title, keys }: Section, draft: Draft, concerned: boolean): Choice<string> {
  const changed = draft.changed(keys).length
  const notes = [...(concerned ? ['! see above'] : []), ...(changed > 0 ? [`${changed} changed`] : [])]
  return { value: id, name: title, note: notes.join(', ') || undefined }
}

function concerns(findings: readonly Finding[], key: Key): boolean {
  return findings.some(({ options }) => options?.includes(key))
}
