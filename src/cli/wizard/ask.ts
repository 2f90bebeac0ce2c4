import { valueOfFlag, wordsOf } from '../../spec/flags.js'
import { presets } from '../../spec/presets.js'
import { judge } from '../../spec/resolve.js'
import { type Key, optionOf } from '../../spec/table.js'
import type { Draft } from './draft.js'
import { back, type Prompter } from './prompter.js'

/** Options that the wizard asks for, of a group: those with a question that this version does not refuse. */
export function askable(options: object): Key[] {
  return (Object.keys(options) as Key[]).filter((key) => {
    const { ask, later } = optionOf(key)
    return ask !== undefined && later !== true
  })
}

/** Asks for one option and records the answer; Enter takes what holds now. */
export async function askOption(key: Key, draft: Draft, prompter: Prompter): Promise<'next' | 'back'> {
  const option = optionOf(key)
  const current = draft.spec()[key]
  const message = option.ask ?? key
  if (option.choices !== undefined) {
    const answer = await prompter.choose({
      message,
      choices: offered(key).map((value) => ({ value, name: value, note: noteOf(key, value) })),
      initial: String(current),
    })
    return record(key, answer, draft)
  }
  const answer = await prompter.text({
    message,
    initial: current === undefined ? undefined : textOf(key, current),
    optional: isOptional(key),
    help: helpOf(key, current !== undefined),
    problem: (text) => {
      const finding = judge(key, answerOf(key, text), '')
      return finding && [finding.message, finding.hint].filter(Boolean).join('; ')
    },
  })
  return record(key, answer === back || answer === '' ? answer : answerOf(key, answer), draft)
}

function record(key: Key, answer: unknown, draft: Draft): 'next' | 'back' {
  if (answer === back) {
    return 'back'
  }
  draft.record(key, answer === '' ? undefined : answer)
  return 'next'
}

/** Choices that this version takes. */
function offered(key: Key): string[] {
  const { choices = [], later } = optionOf(key)
  return choices.filter((choice) => !Array.isArray(later) || !later.includes(choice))
}

function noteOf(key: Key, value: string): string | undefined {
  return key === 'preset' ? presets[value as keyof typeof presets].help : undefined
}

/** A typed text as a flag would be read, and the words that people answer yes-or-no questions with. */
function answerOf(key: Key, text: string): unknown {
  if (optionOf(key).kind === 'boolean') {
    const word = text.toLowerCase()
    return ['y', 'yes'].includes(word) ? true : ['n', 'no'].includes(word) ? false : valueOfFlag(key, [word])
  }
  return valueOfFlag(key, [text])
}

/** A value as it would be typed. */
export function textOf(key: Key, value: unknown): string {
  return optionOf(key).kind === 'boolean' ? (value === true ? 'yes' : 'no') : wordsOf(key, value).slice(1).join(' ')
}

function helpOf(key: Key, filled: boolean): string {
  const { kind, help } = optionOf(key)
  const keys = [
    ...(kind === 'boolean' ? ['y or n'] : filled ? ['Tab edits'] : []),
    ...(filled && isOptional(key) ? ['Backspace leaves it out'] : []),
    'Esc goes back',
  ]
  return [help, ...keys].join(' · ')
}

/** True for an option that may stay without a value. */
function isOptional(key: Key): boolean {
  const { default: preset, derived } = optionOf(key)
  return preset === undefined && derived === undefined
}
