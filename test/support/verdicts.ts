import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { filesBelow } from './project.js'

/** What a judge reads: texts, or files of a folder under their names. */
export type Read = readonly (string | Uint8Array)[]

/** Clean verdicts of one judge. */
export interface Verdicts {
  /**
   * The verdict on what was read: that of an earlier run over the same bytes by the same judge, else what `judge` says,
   * which is kept if it is clean. What isn't clean is judged anew every time.
   */
  readonly of: <T>(read: Read, judge: () => T, isClean: (verdict: T) => boolean) => T
  /** The verdict of an earlier run, if there is one. */
  readonly kept: <T>(read: Read) => T | undefined
  readonly keep: (read: Read, verdict: unknown) => void
}

/**
 * Keeps verdicts in the folder that VERDICTS_DIR names, as .ci/run does; without one every verdict is come to anew.
 * @param by the judge with its version
 * @param sources files and folders of this repository that say how it judges: a change of one is another judge
 */
export function verdictsOf(by: string, sources: readonly string[]): Verdicts {
  const folder = process.env['VERDICTS_DIR']
  const judge = folder === undefined ? '' : digestOf([by, ...sources.flatMap(bytesOf)])
  const fileOf = (read: Read) => {
    const digest = digestOf([judge, ...read])
    return path.join(folder ?? '', digest.slice(0, 2), `${digest.slice(2)}.json`)
  }
  const kept = <T>(read: Read): T | undefined => {
    const file = fileOf(read)
    if (folder === undefined || !fs.existsSync(file)) {
      return undefined
    }
    const now = new Date()
    // Those that nobody has asked for in a while are removed by .ci/run.
    fs.utimesSync(file, now, now)
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  }
  const keep = (read: Read, verdict: unknown) => {
    if (folder !== undefined) {
      const file = fileOf(read)
      fs.mkdirSync(path.dirname(file), { recursive: true })
      // Test files run in several processes at once: no one reads half a verdict.
      fs.writeFileSync(`${file}.${process.pid}`, JSON.stringify(verdict))
      fs.renameSync(`${file}.${process.pid}`, file)
    }
  }
  return {
    kept,
    keep,
    of: <T>(read: Read, come: () => T, isClean: (verdict: T) => boolean) => {
      const earlier = kept<T>(read)
      if (earlier !== undefined) {
        return earlier
      }
      const verdict = come()
      if (isClean(verdict)) {
        keep(read, verdict)
      }
      return verdict
    },
  }
}

/** Files of a folder with their names, for {@link Verdicts}. */
export function readOf(folder: string, files: readonly string[] = filesBelow(folder)): Read {
  return files.flatMap((file) => [file, fs.readFileSync(path.join(folder, file))])
}

/** A file, or every file below a folder. */
function bytesOf(source: string): Read {
  return fs.statSync(source).isDirectory() ? readOf(source) : [source, fs.readFileSync(source)]
}

/** A digest that tells ['ab', 'c'] from ['a', 'bc']. */
function digestOf(parts: Read): string {
  const hash = createHash('sha256')
  for (const part of parts) {
    hash.update(`${part.length}\0`).update(part)
  }
  return hash.digest('hex')
}
