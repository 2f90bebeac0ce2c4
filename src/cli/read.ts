import fs from 'node:fs'

/** Everything from a descriptor, or undefined when it is more than `limit` bytes: a pipe or a device may never end. */
export function readAtMost(descriptor: number, limit: number): Buffer | undefined {
  const chunks: Buffer[] = []
  let total = 0
  while (total <= limit) {
    const chunk = Buffer.alloc(64 * 1024)
    const count = readChunk(descriptor, chunk)
    if (count === 0) {
      return Buffer.concat(chunks)
    }
    chunks.push(chunk.subarray(0, count))
    total += count
  }
  return undefined
}

/** Bytes read, 0 at the end. A pipe that was set not to block answers EAGAIN until there is something to read. */
function readChunk(descriptor: number, chunk: Buffer): number {
  for (;;) {
    try {
      return fs.readSync(descriptor, chunk)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : ''
      if (code === 'EOF') {
        return 0
      }
      if (code !== 'EAGAIN') {
        throw error
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}
