import fs from 'node:fs'
import path from 'node:path'
import { exit, UserError } from '../errors.js'

/** The deepest folder of a path that exists, be it the path itself. */
export function nearestAncestor(folder: string): string {
  let ancestor = folder
  while (statOf(ancestor) === undefined && path.dirname(ancestor) !== ancestor) {
    ancestor = path.dirname(ancestor)
  }
  return ancestor
}

/** What is at a path, links not followed; undefined when nothing is. @throws UserError for a path that can't be looked at */
export function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false })
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') {
      return undefined
    }
    throw asUserError(error, file)
  }
}

const systemErrors: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  ENAMETOOLONG: 'the path is too long',
  ENOENT: 'no folder can be made there',
  EINVAL: 'no such name can be made there',
  EEXIST: 'something appeared there meanwhile',
  ENOTEMPTY: 'something appeared there meanwhile',
  ENOTDIR: 'a file is where a folder is needed',
  ELOOP: 'too many symbolic links',
  EIO: 'the disk reported an error',
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** A system's error in words (exit 3); anything else as it is. */
export function asUserError(error: unknown, root: string): unknown {
  const code = codeOf(error)
  const words = systemErrors[code]
  return words === undefined
    ? error
    : new UserError('cannot-write', `cannot write ${root}: ${words} (${code})`, {
        exit: exit.precondition,
        path: root,
        hint: 'nothing was changed',
      })
}
