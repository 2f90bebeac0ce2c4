import { createHash } from 'node:crypto'
import zlib from 'node:zlib'
import type { DiskFile } from './disk-write.js'
import type { FileSet } from './file-set.js'
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
