import fs from 'node:fs'
import path from 'node:path'
import { UserError } from '../errors.js'
import type { Layer } from '../spec/resolve.js'
import { readAtMost } from './read.js'
import type { Terminal } from './terminal.js'

export interface FileLayers {
  /** Lowest first: the organisation's defaults, then the file itself. */
  readonly layers: readonly Layer[]
  /** Absolute path of the file that `extends` names, if it does. */
  readonly extendsFile: string | undefined
}

/** A chain of `extends` longer than this is a mistake. */
const longestChain = 8
/** No service.yaml comes near; pipes and devices may never end. */
const mostBytes = 1024 * 1024

/**
 * Reads --config and what it extends.
 * @throws UserError for a file that can't be read, has mistakes, or extends itself
 */
export async function readFileLayers(config: string | undefined, terminal: Terminal): Promise<FileLayers> {
  if (config === undefined) {
    return { layers: [], extendsFile: undefined }
  }
  const { readDocument } = await import('../spec/document.js')
  const layers: Layer[] = []
  const seen: string[] = []
  let extendsFile: string | undefined
  let file: string | undefined = config === '-' ? '-' : path.resolve(terminal.cwd, config)
  while (file !== undefined) {
    if (seen.includes(file) || seen.length > longestChain) {
      throw new UserError('extends-cycle', `${seen.at(-1)} extends ${file}, which extends it`, {
        path: file,
        hint: 'break the circle',
      })
    }
    seen.push(file)
    const label = file === '-' ? 'standard input' : path.relative(terminal.cwd, file) || file
    const document = readDocument(
      readText(file, label, terminal),
      label,
      layers.length === 0 ? 'service.yaml' : 'extends',
    )
    layers.unshift(document.layer)
    const base: string = file === '-' ? terminal.cwd : path.dirname(file)
    file = document.extends === undefined ? undefined : path.resolve(base, document.extends)
    extendsFile ??= file
  }
  return { layers, extendsFile }
}

function readText(file: string, label: string, terminal: Terminal): string {
  let bytes: Buffer | undefined
  try {
    bytes = file === '-' ? terminal.readStdin(mostBytes) : readFile(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const words = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`
    throw new UserError('cannot-read', `${label} ${words}`, { path: file, hint: 'give the path of a service.yaml' })
  }
  if (bytes === undefined) {
    throw new UserError('file-too-large', `${label} has more than ${mostBytes} bytes; a service.yaml is far smaller`, {
      path: file,
    })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UserError('not-utf8', `${label} is not UTF-8 text`, { path: file, hint: 'save it as UTF-8' })
  }
}

function readFile(file: string): Buffer | undefined {
  const descriptor = fs.openSync(file, 'r')
  try {
    return readAtMost(descriptor, mostBytes)
  } finally {
    fs.closeSync(descriptor)
  }
}
