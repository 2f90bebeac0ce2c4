import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect } from '@jest/globals'
import { groups } from '../../src/spec/table.js'
import { hasPty, keys, Pty } from './pty.js'
import { readTree, type TreeEntry } from './tree.js'

export const bin = path.resolve('dist/bin.js')
/** How a question looks while it is open. */
export const open = {
  name: '? Name of the service',
  module: '? Go module path',
  preset: '? Preset',
  sections: '? Sections',
  git: '? Make it a git repository',
  create: '? Create it?',
  blocked: '? This cannot be created yet',
}

/** Keys that open a section while the cursor is on "Continue". */
export const section = (title: string) =>
  keys.down.repeat(groups.findIndex((group) => group.title === title) + 1) + keys.enter

/** Each test has an empty folder of its own. */
export let cwd: string
beforeEach(() => {
  cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'wizard-'))
})
afterEach(() => {
  fs.rmSync(cwd, { recursive: true, force: true })
})

/** A question of a section, with whatever the section asks before it. */
export const later = (question: string) => ({ later: question })

/** Starts the wizard, answers in order and gives the exit code. An array of one element waits only. */
export async function run(
  args: readonly string[],
  script: readonly (readonly [shown: string | { readonly later: string }, pressed?: string])[],
  options: { columns?: number; env?: Record<string, string> } = {},
) {
  const pty = new Pty([process.execPath, bin, ...args], { cwd, ...options })
  const answered: string[] = []
  for (const [shown, pressed] of script) {
    if (typeof shown === 'string') {
      await pty.waitFor(shown)
    } else {
      await pty.waitForQuestion(shown.later, answered)
    }
    answered.push(typeof shown === 'string' ? shown : shown.later)
    if (pressed !== undefined) {
      pty.send(pressed)
    }
  }
  const code = await pty.exit()
  return { code, text: pty.text, raw: pty.raw }
}

/** Runs without a terminal. */
export function plain(...args: string[]) {
  return spawnSync(process.execPath, [bin, ...args], { cwd, encoding: 'utf8', input: '' })
}

/** A project's files, but for its repository. */
export function tree(folder: string): Record<string, TreeEntry> {
  const entries = Object.entries(readTree(path.join(cwd, folder)))
  return Object.fromEntries(entries.filter(([file]) => !file.startsWith('.git/')))
}

/** Puts the project aside and runs the command that was printed, in the same place. */
export function again(text: string): Record<string, TreeEntry> {
  const printed = /questions:\n([\s\S]*?)\n\n/.exec(text)?.[1] ?? ''
  fs.renameSync(path.join(cwd, 'orders'), path.join(cwd, 'first'))
  const line = printed.replace('npx create-go-k8s-service', '"$0" "$1"')
  const { status, stdout } = spawnSync('sh', ['-c', line, process.execPath, bin], { cwd, encoding: 'utf8' })
  expect([status, stdout]).toEqual([0, ''])
  return tree('orders')
}

const { enter } = keys

/** Enter through every question, when the folder gives the name. */
export const through = [
  [open.module, enter],
  [open.preset, enter],
  [open.sections, enter],
  [open.git, enter],
  [open.create, enter],
] as const

// Without util-linux's `script` there is no terminal to ask on; the report then shows these tests as skipped.
export const onTerminal = hasPty ? describe : describe.skip
