import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { statOf } from './disk-look.js'
import type { DiskFile } from './disk-write.js'
import { type FileSet, isInside } from './file-set.js'
import { baselinePath, baselineText, lockPath, lockText } from './lock.js'

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

/** Files of an earlier render that the new one no longer has. */
export interface StaleFiles {
  /** As they were rendered: nobody's work is in them. */
  readonly pristine: readonly string[]
  /** Changed since. */
  readonly edited: readonly string[]
}

/**
 * Compares an earlier lock with the disk and the new render. Without a lock that can be read, nothing is stale.
 *
 * @param at where a file of the project is, from `base`; what is returned is that, too
 */
export function staleFiles(base: string, root: string, files: FileSet, at: (file: string) => string): StaleFiles {
  const current = new Set(files.map((file) => file.path))
  const pristine: string[] = []
  const edited: string[] = []
  for (const [file, digest] of Object.entries(lockedDigests(root))) {
    const place = at(file)
    const target = path.join(base, ...place.split('/'))
    if (!current.has(file) && isInside(file) && isPlainFile(base, place)) {
      const same = createHash('sha256').update(fs.readFileSync(target)).digest('hex') === digest
      ;(same ? pristine : edited).push(place)
    }
  }
  return { pristine, edited }
}

/** A file whose folders are folders, not links out of the project. */
function isPlainFile(root: string, file: string): boolean {
  const segments = file.split('/')
  const folders = segments.slice(0, -1).map((_, depth) => path.join(root, ...segments.slice(0, depth + 1)))
  return (
    folders.every((folder) => statOf(folder)?.isDirectory()) && statOf(path.join(root, ...segments))?.isFile() === true
  )
}

function lockedDigests(root: string): Record<string, unknown> {
  try {
    const lock = JSON.parse(fs.readFileSync(path.join(root, lockPath), 'utf8')) as {
      files?: Record<string, { sha256?: unknown }>
    }
    return Object.fromEntries(Object.entries(lock.files ?? {}).map(([file, entry]) => [file, entry?.sha256]))
  } catch {
    return {}
  }
}
