import fs from 'node:fs'
import path from 'node:path'
import { asUserError, nearestAncestor, statOf } from './disk-look.js'

/** A file as it goes to the disk. */
export interface DiskFile {
  readonly path: string
  readonly content: string | Uint8Array
  readonly mode: number
}

/**
 * Writes all files or none. A target that doesn't exist yet is built beside its place and renamed into
 * it; in one that exists, new files are staged, then moved one by one, and moved back when one fails.
 * Modes are the given ones whatever the umask.
 *
 * @param deletions paths to remove, with the folders that they leave empty
 * @throws UserError (exit 3) for a full disk, missing permission and the like; the tree is as before
 */
export function writeAll(root: string, files: readonly DiskFile[], deletions: readonly string[] = []): void {
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
      moveInto(root, stage, files, deletions)
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

function moveInto(root: string, stage: string, files: readonly DiskFile[], deletions: readonly string[]): void {
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
    for (const file of deletions) {
      const target = path.join(root, file)
      const kept = path.join(stage, `${file}.kept`)
      makeFolder(path.dirname(kept))
      fs.renameSync(target, kept)
      undo.push(() => fs.renameSync(kept, target))
    }
  } catch (error) {
    for (const step of undo.reverse()) {
      step()
    }
    throw error
  }
  fs.rmSync(stage, { recursive: true, force: true })
  for (const file of deletions) {
    removeEmpty(path.dirname(path.join(root, file)), path.join(root, file.split('/')[0] ?? ''))
  }
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
