import fs from 'node:fs'
import path from 'node:path'

export interface TreeEntry {
  /** Permission bits in octal. */
  readonly mode: string
  readonly content: string
}

/**
 * Every file below a folder by relative path, sorted: what two trees are compared by. The lock and the baseline
 * are digests of the rest, so they are left out where `stamps` says that versions differ.
 */
export function readTree(root: string, stamps?: RegExp): Record<string, TreeEntry> {
  const files = fs
    .readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => stamps === undefined || !file.startsWith('.go-k8s-service/'))
    .sort()
  return Object.fromEntries(
    files.map((file) => {
      const full = path.join(root, file)
      const content = fs.readFileSync(full, file.endsWith('.br') ? 'base64' : 'utf8')
      return [
        file,
        { mode: (fs.statSync(full).mode & 0o777).toString(8), content: stamps ? content.replace(stamps, '') : content },
      ]
    }),
  )
}
