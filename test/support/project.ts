import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll } from '@jest/globals'
import { succeed } from './tools.js'

const bin = path.resolve('dist/bin.js')
const examplesFolder = path.resolve('examples')

/** A project to generate: its folder's name, and what the command line adds to it. */
export interface Recipe {
  readonly id: string
  readonly args: readonly string[]
}

/** The committed examples, whichever there are. */
export const examples: readonly Recipe[] = fs
  .readdirSync(examplesFolder)
  .sort()
  .map((id) => ({ id, args: ['--config', path.join(examplesFolder, id, 'service.yaml')] }))

/** A recipe of flags, for a service named `orders`. */
export function recipe(id: string, ...flags: string[]): Recipe {
  return { id, args: ['--name', 'orders', ...flags] }
}

/** A folder that is gone after the tests of the file. Call it inside `describe`. */
export function workFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'create-go-k8s-service-'))
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Generates a project with the built command line and returns its folder. */
export function generate(parent: string, { id, args }: Recipe): string {
  const folder = path.join(parent, id)
  succeed(process.execPath, [bin, folder, '--yes', '--quiet', ...args])
  return folder
}

/** Every file below a folder whose relative path matches, as relative paths, sorted. */
export function filesBelow(folder: string, pattern = /./): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => pattern.test(file))
    .sort()
}
