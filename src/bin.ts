#!/usr/bin/env node
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { main } from './cli/main.js'
import { readAtMost } from './cli/read.js'
import { exit } from './errors.js'

/** Writes whole, however slow the reader is; a reader that went away is no error. */
function write(descriptor: number, text: string): void {
  let rest = Buffer.from(text)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(fs.writeSync(descriptor, rest))
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'EPIPE') {
        return
      }
      if (code !== 'EAGAIN') {
        fs.writeSync(2, `error cannot write to ${descriptor === 1 ? 'standard output' : 'standard error'} (${code})\n`)
        process.exit(exit.precondition)
      }
    }
  }
}

/**
 * Whether a person sits at a descriptor. Asked late and by the kind of file first: Node's streams and its terminal
 * module cost a tenth of its start, and a run in a pipeline needs neither.
 */
function isTerminal(descriptor: number): boolean {
  try {
    return fs.fstatSync(descriptor).isCharacterDevice() && createRequire(import.meta.url)('node:tty').isatty(descriptor)
  } catch {
    return false // closed
  }
}

/** The working directory; one that was deleted meanwhile can't be worked in. */
function workingFolder(): string {
  try {
    return process.cwd()
  } catch {
    write(2, 'error the working directory does not exist any more\n  change into one that does\n')
    return process.exit(exit.precondition)
  }
}

main(process.argv.slice(2), {
  cwd: workingFolder(),
  env: process.env,
  get interactive() {
    return isTerminal(0) && isTerminal(1)
  },
  get color() {
    return !process.env['NO_COLOR'] && isTerminal(2)
  },
  readStdin: (limit) => readAtMost(0, limit),
  out: (text) => write(1, text),
  err: (text) => write(2, text),
}).then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    write(
      2,
      `This is a bug in create-go-k8s-service. Please report it with the command line and the text below.\n${text}\n`,
    )
    process.exitCode = exit.bug
  },
)
