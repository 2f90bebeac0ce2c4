import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { exit, UserError } from '../errors.js'
import type { FileSet } from './file-set.js'
import { baselinePath, baselineText, lockPath, lockText } from './lock.js'
import type { Occupant } from './plan.js'

/** A file as it goes to the disk. */
export interface DiskFile {
  readonly path: string
  readonly content: string | Uint8Array
  readonly mode: number
}

interface RecordFile extends DiskFile {
  readonly policy: 'generated'
}

/**
 * The generator's own records of a render: lock and baseline.
 * Brotli at quality 4 and a window of 256 KiB: a fiftieth of the default's time for a fifth more bytes. Both are
 * fixed so that the bytes depend on the text alone; Node 20, 22 and 24 write the same.
 */
export function recordFiles(files: FileSet, toolVersion: string): RecordFile[] {
  const lock = lockText(files, toolVersion, (content) => createHash('sha256').update(content).digest('hex'))
  const baseline = zlib.brotliCompressSync(baselineText(files), {
    params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4, [zlib.constants.BROTLI_PARAM_LGWIN]: 18 },
    chunkSize: 128 * 1024,
  })
  return [
    { path: baselinePath, content: baseline, mode: 0o644, policy: 'generated' },
    { path: lockPath, content: lock, mode: 0o644, policy: 'generated' },
  ]
}

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

function nearestAncestor(folder: string): string {
  let ancestor = folder
  while (statOf(ancestor) === undefined && path.dirname(ancestor) !== ancestor) {
    ancestor = path.dirname(ancestor)
  }
  return ancestor
}

function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false })
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') {
      return undefined
    }
    throw asUserError(error, file)
  }
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

/** Names at the root of a target that exists; empty when it does not. */
export function entriesOf(root: string): string[] {
  return statOf(root)?.isDirectory() ? fs.readdirSync(root).sort() : []
}

/**
 * Writes all files or none. A target that doesn't exist yet is built beside its place and renamed into
 * it; in one that exists, new files are staged, then moved one by one, and moved back when one fails.
 * Modes are the given ones whatever the umask.
 *
 * @throws UserError (exit 3) for a full disk, missing permission and the like; the tree is as before
 */
export function writeAll(root: string, files: readonly DiskFile[]): void {
  const umask = process.umask(0o022)
  const stage = `${statOf(root) === undefined ? root : path.join(root, '.go-k8s-service')}.new-${process.pid}`
  const created = firstMissing(path.dirname(stage))
  try {
    const folders = new Set<string>()
    makeFolder(stage, folders)
    for (const file of files) {
      const target = path.join(stage, file.path)
      makeFolder(path.dirname(target), folders)
      fs.writeFileSync(target, file.content, { mode: file.mode, flag: 'wx' })
    }
    if (statOf(root) === undefined) {
      fs.renameSync(stage, root)
    } else {
      moveInto(root, stage, files)
    }
  } catch (error) {
    fs.rmSync(stage, { recursive: true, force: true })
    if (created !== undefined && statOf(root) === undefined) {
      removeEmpty(path.dirname(stage), created)
    }
    throw asUserError(error, root)
  } finally {
    process.umask(umask)
  }
}

function moveInto(root: string, stage: string, files: readonly DiskFile[]): void {
  const undo: (() => void)[] = []
  try {
    for (const file of files) {
      const target = path.join(root, file.path)
      const missing = firstMissing(path.dirname(target))
      makeFolder(path.dirname(target))
      if (missing !== undefined) {
        undo.push(() => removeEmpty(path.dirname(target), missing))
      }
      if (statOf(target) === undefined) {
        undo.push(() => fs.rmSync(target, { force: true }))
      } else {
        const kept = path.join(stage, `${file.path}.kept`)
        fs.renameSync(target, kept)
        undo.push(() => fs.renameSync(kept, target))
      }
      fs.renameSync(path.join(stage, file.path), target)
    }
  } catch (error) {
    for (const step of undo.reverse()) {
      step()
    }
    throw error
  }
  fs.rmSync(stage, { recursive: true, force: true })
}

/**
 * Makes a folder and those above it. Not Node's own recursive mkdir: on a file system that refuses new folders
 * with ENOENT, as /proc does, it never returns.
 *
 * @param known folders that exist, to spare the system the question
 */
function makeFolder(folder: string, known: Set<string> = new Set()): void {
  if (known.has(folder) || statOf(folder) !== undefined) {
    known.add(folder)
    return
  }
  makeFolder(path.dirname(folder), known)
  fs.mkdirSync(folder)
  known.add(folder)
}

/** The outermost folder of a path that doesn't exist yet. */
function firstMissing(folder: string): string | undefined {
  const ancestor = nearestAncestor(folder)
  return ancestor === folder ? undefined : path.join(ancestor, path.relative(ancestor, folder).split(path.sep)[0] ?? '')
}

/** Removes the folders from `inner` up to `outer` as far as they are empty. */
function removeEmpty(inner: string, outer: string): void {
  let folder = inner
  while (folder.startsWith(outer)) {
    try {
      fs.rmdirSync(folder)
    } catch {
      return
    }
    folder = path.dirname(folder)
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

function asUserError(error: unknown, root: string): unknown {
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
