import path from 'node:path'
import { expect } from '@jest/globals'
import { english } from '../../src/cli/language.js'
import { filesOf, modelOf } from '../../src/cli/project.js'
import { painter } from '../../src/cli/report.js'
import { type Back, back, Cancelled, type Prompter } from '../../src/cli/wizard/prompter.js'
import { interview, type WizardStart } from '../../src/cli/wizard/run.js'
import { layerOf, resolve } from '../../src/spec/resolve.js'

type Answer = string | Back | typeof interrupt
export const interrupt = Symbol('Ctrl-C')

/** Answers the questions that a script names, in its order, and takes the default of every other. */
export function scripted(script: readonly (readonly [question: string, answer: Answer])[]) {
  const left = [...script]
  const asked: string[] = []
  const offered: Record<string, readonly string[]> = {}
  const problems: string[] = []
  const said: string[] = []
  const next = (message: string): Answer | undefined => {
    asked.push(message)
    if (asked.length > 500) {
      throw new Error('the questions do not end')
    }
    const answer = left[0]?.[0] === message ? left.shift()?.[1] : undefined
    if (answer === interrupt) {
      throw new Cancelled()
    }
    return answer
  }
  const prompter: Prompter = {
    paint: painter(false),
    columns: 80,
    say: (text) => said.push(text),
    text: async ({ message, initial, problem }) => {
      for (;;) {
        const answer = next(message)
        const text = answer ?? initial ?? ''
        const wrong = typeof text === 'string' && text !== '' ? problem(text) : undefined
        if (wrong === undefined && text !== interrupt) {
          return text
        }
        problems.push(String(wrong))
      }
    },
    choose: async ({ message, choices, initial }) => {
      offered[message] = choices.map(({ value }) => value)
      const answer = next(message)
      if (answer !== undefined && answer !== back && !choices.some(({ value }) => value === answer)) {
        throw new Error(`${message}: ${String(answer)} is not offered`)
      }
      return (answer ?? initial) as typeof initial | Back
    },
  }
  return { prompter, asked, offered, problems, said, left }
}

/** A start in a folder `orders`, with answers that flags gave. */
export function startOf(answers: Record<string, unknown> = {}, rest: Partial<WizardStart> = {}): WizardStart {
  return {
    layers: [layerOf('flag', answers, (key) => `--${key}`)],
    dir: 'orders',
    cwd: '/nowhere',
    git: undefined,
    offersGit: async () => true,
    preview: ({ layers, dir }) => {
      const project = modelOf(layers, dir && path.basename(dir))
      const files = filesOf(project, english)
      const actions = files.map(({ path: file, policy }) => ({ path: file, policy, action: 'create' as const }))
      return { dir: dir ?? project.model.name, project, actions }
    },
    ...rest,
  }
}

/** Plays a script to its end; what it did not come to is an error. */
export async function play(script: readonly (readonly [string, Answer])[], start = startOf()) {
  const session = scripted(script)
  const wishes = await interview(start, session.prompter)
  expect(session.left).toEqual([])
  const resolved = wishes && resolve(wishes.layers, wishes.dir)
  const answers = resolved && 'answers' in resolved ? resolved.answers : undefined
  return { ...session, wishes, answers, prompted: wishes?.layers.at(-1)?.values }
}

export const sections = 'Sections'
export const create = 'Create it?'
export const blocked = 'This cannot be created yet'
export const git = 'Make it a git repository with a first commit?'
