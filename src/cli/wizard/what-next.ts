import { type Attempt, findingLines } from './check.js'
import type { Back, Prompter } from './prompter.js'
import { back } from './prompter.js'
import { summaryOf } from './summary.js'

export type WhatNext = 'create' | 'change' | 'quit'

/** The end of the questions: the summary, or what stands in the way, and what to do about it. */
export async function askWhatNext(attempt: Attempt, git: boolean, prompter: Prompter): Promise<WhatNext | 'back'> {
  const blocked = 'findings' in attempt
  prompter.say(
    blocked ? prompter.paint.red(findingLines(attempt.findings).join('\n')) : summaryOf(attempt, git, prompter.columns),
  )
  const answer: WhatNext | Back = await prompter.choose<WhatNext>({
    message: blocked ? 'This cannot be created yet' : 'Create it?',
    choices: [
      ...(blocked ? [] : [{ value: 'create' as const, name: 'Create' }]),
      { value: 'change', name: 'Change something' },
      { value: 'quit', name: 'Quit', note: 'nothing is written' },
    ],
    initial: blocked ? 'change' : 'create',
  })
  return answer === back ? 'back' : answer
}
