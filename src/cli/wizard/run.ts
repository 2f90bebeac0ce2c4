import path from 'node:path'
import { errorFromFindings, exit, UserError } from '../../errors.js'
import { invalidValues, judge, type Layer } from '../../spec/resolve.js'
import type { Key } from '../../spec/table.js'
import type { Wishes } from '../prepare.js'
import type { Terminal } from '../terminal.js'
import { askOption } from './ask.js'
import { check, findingsOf, type Preview } from './check.js'
import { Draft } from './draft.js'
import { back, Cancelled, type Prompter } from './prompter.js'
import { askSections } from './sections.js'
import { askWhatNext, type WhatNext } from './what-next.js'

export interface WizardStart {
  /** What files and flags have said already. */
  readonly layers: readonly Layer[]
  readonly dir: string | undefined
  readonly cwd: string
  /** undefined: neither asked for nor forbidden. */
  readonly git: boolean | undefined
  /** True when a repository can be made of a folder: git is there, and the folder is in none yet. */
  readonly offersGit: (dir: string) => Promise<boolean>
  /** Renders in memory. @throws UserError when the answers or the folder don't allow it */
  readonly preview: (wishes: Wishes) => Preview
}

/** Asked before the page of sections, unless a file or a flag has the answer. */
const opening: readonly Key[] = ['name', 'module', 'preset']

/** `next` and `back` move by one step, `skip` on in the direction taken, `change` to the page of sections. */
type Move = 'next' | 'back' | 'skip' | WhatNext

/**
 * Asks on the terminal for what files and flags left open.
 * @returns undefined when the user left, in whatever way; nothing was written then
 */
export async function runWizard(start: WizardStart, terminal: Terminal): Promise<Wishes | undefined> {
  const { openTerminalPrompter } = await import('./terminal-prompter.js')
  const prompter = openTerminalPrompter(terminal)
  try {
    const wishes = await interview(start, prompter)
    if (wishes === undefined) {
      prompter.say('nothing was written')
    }
    return wishes
  } catch (error) {
    if (!(error instanceof Cancelled)) {
      throw error
    }
    prompter.say('cancelled, nothing was written')
    return undefined
  } finally {
    prompter.close()
  }
}

/** The questions in order; the prompter answers them. @throws Cancelled, and UserError for what was given */
export async function interview(start: WizardStart, prompter: Prompter): Promise<Wishes | undefined> {
  const wrong = invalidValues(start.layers)
  if (wrong.length > 0) {
    throw errorFromFindings(wrong, `${wrong.length} answers are wrong`)
  }
  const draft = new Draft(start.layers, folderName(start))
  const asked = opening.filter((key) => !draft.isGiven(key) && !(key === 'name' && draft.spec().name !== undefined))
  refuseFolder(start)
  let wanted = true
  let offered = false
  const git = () => start.git ?? (offered && wanted)
  const wishes = (): Wishes => ({ layers: draft.layers(), dir: start.dir, git: git() })
  const attempt = () => check(() => start.preview(wishes()), start.dir === undefined)

  const askGit = async (): Promise<Move> => {
    offered = start.git === undefined && (await start.offersGit(start.dir ?? draft.spec().name ?? '.'))
    if (!offered) {
      return 'skip'
    }
    const answer = await prompter.choose<'yes' | 'no'>({
      message: 'Make it a git repository with a first commit?',
      choices: [
        { value: 'yes', name: 'Yes' },
        { value: 'no', name: 'No' },
      ],
      initial: wanted ? 'yes' : 'no',
    })
    wanted = answer === back ? wanted : answer === 'yes'
    return answer === back ? 'back' : 'next'
  }
  const steps: readonly (() => Promise<Move>)[] = [
    ...asked.map((key) => () => askOption(key, draft, prompter)),
    () => askSections(draft, () => findingsOf(attempt()), prompter),
    askGit,
    () => askWhatNext(attempt(), git(), prompter),
  ]
  prompter.say(prompter.paint.dim('Enter takes what is shown. Esc goes back.'))
  prompter.say(prompter.paint.dim('Ctrl-C leaves; nothing is written before the end.'))
  return (await walk(steps, asked.length)) === 'create' ? wishes() : undefined
}

/** Steps through the questions until one of them ends it. @param page index of the page of sections */
async function walk(steps: readonly (() => Promise<Move>)[], page: number): Promise<Move> {
  let at = 0
  let direction = 1
  for (;;) {
    const move = (await steps[at]?.()) ?? 'quit'
    if (move === 'create' || move === 'quit') {
      return move
    }
    direction = move === 'next' ? 1 : move === 'back' ? -1 : direction
    at = move === 'change' ? page : Math.max(0, at + direction)
  }
}

/** A folder that was given and can't be used: no answer helps, so it ends before the first question. */
function refuseFolder({ layers, dir, preview }: WizardStart): void {
  try {
    if (dir !== undefined) {
      preview({ layers, dir, git: false })
    }
  } catch (error) {
    if (!(error instanceof UserError) || error.exit !== exit.usage) {
      throw error
    }
  }
}

/** The name that the folder suggests, if it can be one; otherwise the name is asked for. */
function folderName({ dir, cwd }: WizardStart): string | undefined {
  const name = dir === undefined ? undefined : path.basename(path.resolve(cwd, dir))
  return name === undefined || judge('name', name, 'name') !== undefined ? undefined : name
}
