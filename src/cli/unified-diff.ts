import fs from 'node:fs'
import path from 'node:path'
import { createTwoFilesPatch } from 'diff'
import type { FileSet } from '../engine/file-set.js'
import type { Action } from '../engine/plan.js'

/** What the actions would change, as one patch that `git apply` takes. */
export function unifiedDiff(root: string, files: FileSet, actions: readonly Action[]): string {
  const kinds = new Map(actions.map(({ path: file, action }) => [file, action]))
  return files
    .map((file) => {
      const kind = kinds.get(file.path)
      if (kind === 'create') {
        return patch(file.path, undefined, file.content, file.mode)
      }
      return kind === 'update'
        ? patch(file.path, fs.readFileSync(path.join(root, file.path), 'utf8'), file.content, file.mode)
        : ''
    })
    .join('')
}

function patch(file: string, before: string | undefined, after: string, mode: number): string {
  const header = before === undefined ? `new file mode 100${mode.toString(8)}\n` : ''
  const body = createTwoFilesPatch(
    before === undefined ? '/dev/null' : `a/${file}`,
    `b/${file}`,
    before ?? '',
    after,
    '',
    '',
  )
  return `diff --git a/${file} b/${file}\n${header}${body.replace(/^=+\n/, '').replace(/^(---|\+\+\+) (.*)\t$/gm, '$1 $2')}`
}
