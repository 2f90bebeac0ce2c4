// @ts-check
// A copy of the repository in a temporary folder, in which mistakes are planted: the repository itself stays as it is.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root } from './templates.mjs'

/**
 * The folder of a copy, which is gone when this process ends. It has no Git, and shares the installed packages.
 *
 * @param {string} name
 */
export function plantedCopy(name) {
  const copy = mkdtempSync(path.join(tmpdir(), `${name}-`))
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
  for (const entry of readdirSync(root).filter((entry) => !['.git', 'node_modules', 'dist'].includes(entry))) {
    cpSync(path.join(root, entry), path.join(copy, entry), { recursive: true })
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'))
  return copy
}

/**
 * What `judge` says while a file of the copy has another text.
 *
 * @template T
 * @param {string} copy @param {string} file @param {(text: string) => string} change @param {() => T} judge @returns {T}
 */
export function planted(copy, file, change, judge) {
  const target = path.join(copy, file)
  const before = readFileSync(target, 'utf8')
  writeFileSync(target, change(before))
  try {
    return judge()
  } finally {
    writeFileSync(target, before)
  }
}

export const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js']

/**
 * Runs Node in the copy; whether it has ended with 0, and what it has said where that isn't shown.
 *
 * @param {string} copy @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, isShown?: boolean, timeout: number }} setting in milliseconds
 */
export function nodeIn(copy, args, { env = {}, isShown = false, timeout }) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: copy,
    // A verdict that is kept is one of an earlier day; here each is come to anew.
    env: { ...process.env, VERDICTS_DIR: undefined, ...env },
    stdio: isShown ? 'inherit' : 'pipe',
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
    timeout,
  })
  return { passed: status === 0, output: `${stdout ?? ''}${stderr ?? ''}` }
}
