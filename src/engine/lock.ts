import type { FileSet } from './file-set.js'

/** Folder of the generator's own records in a project. */
const recordsFolder = '.go-k8s-service'
export const lockPath = `${recordsFolder}/lock.json`
export const baselinePath = `${recordsFolder}/baseline.br`

/**
 * The lock: tool and spec version, then per path the SHA-256 of the pristine render, mode and policy.
 * One path a line, sorted, so that a diff of it reads well.
 *
 * @param digest SHA-256 in hex, of text as UTF-8
 */
export function lockText(files: FileSet, toolVersion: string, digest: (content: string) => string): string {
  const lines = files.map(({ path, content, mode, policy }) => {
    const entry = { sha256: digest(content), mode: mode.toString(8), policy }
    return `    ${JSON.stringify(path)}: ${JSON.stringify(entry)}`
  })
  return `{
  "lockVersion": 1,
  "tool": ${JSON.stringify(toolVersion)},
  "specVersion": 1,
  "files": {
${lines.join(',\n')}
  }
}
`
}

/** The pristine render as one text, the merge base of later updates; stored compressed. */
export function baselineText(files: FileSet): string {
  return JSON.stringify({ version: 1, files: Object.fromEntries(files.map(({ path, content }) => [path, content])) })
}
