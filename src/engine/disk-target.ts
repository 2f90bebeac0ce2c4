import fs from 'node:fs'
import path from 'node:path'
import { exit, UserError } from '../errors.js'
import { nearestAncestor, statOf } from './disk-look.js'
import type { Occupant } from './plan.js'

/**
 * Where a project may go: the real path of the target, whose last segment is not a symbolic link.
 * @throws UserError (exit 3) when it is a file, a link, around the working directory, or not writable
 */
export function resolveTarget(cwd: string, dir: string): string {
  const wanted = path.resolve(cwd, dir)
  const relative = path.relative(wanted, path.resolve(cwd))
  if (relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative)) {
    throw new UserError('target-around-cwd', `${dir} is a folder above the working directory`, {
      exit: exit.precondition,
      path: wanted,
      hint: 'change into it and give . if that is meant',
    })
  }
  const stat = statOf(wanted)
  if (stat?.isSymbolicLink()) {
    throw new UserError('target-is-link', `${dir} is a symbolic link`, {
      exit: exit.precondition,
      path: wanted,
      hint: 'give the folder that it points to',
    })
  }
  if (stat !== undefined && !stat.isDirectory()) {
    throw new UserError('target-is-file', `${dir} is a file`, {
      exit: exit.precondition,
      path: wanted,
      hint: 'give another folder',
    })
  }
  const ancestor = nearestAncestor(wanted)
  if (!fs.statSync(ancestor).isDirectory()) {
    throw new UserError('target-is-file', `${ancestor} is a file`, {
      exit: exit.precondition,
      path: ancestor,
      hint: 'give another folder',
    })
  }
  try {
    fs.accessSync(ancestor, fs.constants.W_OK | fs.constants.X_OK)
  } catch {
    throw new UserError('not-writable', `${ancestor} is not writable`, {
      exit: exit.precondition,
      path: ancestor,
      hint: 'give another folder, or change its permissions',
    })
  }
  return path.join(fs.realpathSync(ancestor), path.relative(ancestor, wanted))
}

/**
 * What is at a path of the target now. A link, or a file where a folder is needed, is in the way.
 * Case-only twins on a file system that folds case are found by the file system itself.
 */
export function occupantOf(root: string, file: string, content: string | Uint8Array): Occupant {
  const segments = file.split('/')
  for (let depth = 1; depth < segments.length; depth++) {
    const stat = statOf(path.join(root, ...segments.slice(0, depth)))
    if (stat === undefined) {
      return 'nothing'
    }
    if (!stat.isDirectory()) {
      return 'not-a-file'
    }
  }
  const target = path.join(root, ...segments)
  const stat = statOf(target)
  if (stat === undefined) {
    return 'nothing'
  }
  if (!stat.isFile()) {
    return 'not-a-file'
  }
  return fs.readFileSync(target).equals(Buffer.from(content)) ? 'same' : 'different'
}

/** What a file of the target holds, as text; undefined where there is none, or something in its way. */
export function textOf(root: string, file: string): string | undefined {
  const isFile = ['same', 'different'].includes(occupantOf(root, file, ''))
  return isFile ? fs.readFileSync(path.join(root, ...file.split('/')), 'utf8') : undefined
}

/** Names at the root of a target that exists; empty when it does not. */
export function entriesOf(root: string): string[] {
  return statOf(root)?.isDirectory() ? fs.readdirSync(root).sort() : []
}
