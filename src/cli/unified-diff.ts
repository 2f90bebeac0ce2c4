import fs from 'node:fs'
import path from 'node:path'
import { createTwoFilesPatch } from 'diff'
import type { FileSet } from '../engine/file-set.js'
import type { Action } from '../engine/plan.js'

/** What the actions would change, as one patch that `git apply` takes. The generator's own records are left out. */
export function unifiedDiff(root: string, files: FileSet, actions: readonly Action[]): string {
  const byPath = new Map(files.map((file) => [file.path, file]))
  return actions
    .map(({ path: file, action }) => {
      const next = byPath.get(file)
      const before =
        action === 'update' || action === 'delete' ? fs.readFileSync(path.join(root, file), 'utf8') : undefined
      if (action === 'delete') {
        return patch(file, before, undefined, `deleted file mode 100${modeOf(root, file)}\n`)
      }
      if (next === undefined || action === 'keep') {
        return ''
      }
      return patch(
        file,
        before,
        next.content,
        before === undefined ? `new file mode 100${next.mode.toString(8)}\n` : '',
      )
    })
    .join('')
}

function modeOf(root: string, file: string): string {
  return (fs.statSync(path.join(root, file)).mode & 0o100) === 0 ? '644' : '755'
}

function patch(file: string, before: string | undefined, after: string | undefined, header: string): string {
  const from = before === undefined ? '/dev/null' : `a/${file}`
  const to = after === undefined ? '/dev/null' : `b/${file}`
  const body = createTwoFilesPatch(from, to, before ?? '', after ?? '', '', '')
  return `diff --git a/${file} b/${file}\n${header}${body.replace(/^=+\n/, '').replace(/^(---|\+\+\+) (.*)\t$/gm, '$1 $2')}`
}
