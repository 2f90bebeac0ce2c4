import { textOf } from '../engine/disk-target.js'
import type { FileSet, OutputFile } from '../engine/file-set.js'

/** A file that a server reads at the root of a repository alone, where all that lie in it have lines of theirs. */
interface SharedFile {
  readonly path: string
  /** Where it may be; the first that is there is the one that counts. */
  readonly homes: readonly string[]
  /** What a file says that has a service's lines already, whoever wrote them. */
  readonly has: (text: string, folder: string) => boolean
}

const names = (text: string, folder: string) => new RegExp(`/${folder.replaceAll('.', '\\.')}(?![\\w.-])`).test(text)

const sharedFiles: readonly SharedFile[] = [
  { path: '.gitlab-ci.yml', homes: ['.gitlab-ci.yml'], has: (text) => text.includes('start.gitlab-ci.yml') },
  {
    path: 'CODEOWNERS',
    homes: ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS'],
    has: names,
  },
  {
    path: '.github/dependabot.yml',
    homes: ['.github/dependabot.yml', '.github/dependabot.yaml'],
    has: names,
  },
]

/** True for a file that a service below a repository's root shares with others, by its path in the project. */
export function isShared(file: string): boolean {
  return sharedFiles.some(({ path }) => path === file)
}

/** Lines for a file that somebody else has written. */
export interface Addition {
  /** From the root of the repository. */
  readonly path: string
  readonly lines: readonly string[]
}

/** The files of a project below a repository's root. */
export interface Shares {
  /** What is the project's own, and the records know. */
  readonly own: FileSet
  /** For everybody, and not there yet, or there as they would be written. */
  readonly missing: readonly OutputFile[]
  /** For everybody, and somebody's already: what to add there. Nothing of theirs is changed, whoever asks. */
  readonly additions: readonly Addition[]
}

/**
 * Takes what is shared out of a project's files.
 *
 * @param base the root of the repository
 * @param folder `delivery.path`; without it nothing is shared
 */
export function sharesOf(files: FileSet, base: string, folder: string | undefined): Shares {
  if (folder === undefined) {
    return { own: files, missing: [], additions: [] }
  }
  const missing: OutputFile[] = []
  const additions: Addition[] = []
  for (const { path, homes, has } of sharedFiles) {
    const file = files.find((one) => one.path === path)
    if (file === undefined) {
      continue
    }
    const home = homes.find((one) => textOf(base, one) !== undefined)
    const text = home === undefined ? undefined : textOf(base, home)
    if (home === undefined || text === undefined || (home === path && text === file.content)) {
      missing.push(file)
    } else if (!has(text, folder)) {
      additions.push({ path: home, lines: linesOf(file.content) })
    }
  }
  return { own: files.filter((file) => !isShared(file.path)), missing, additions }
}

/** A service's part of a shared file comes behind the first blank line; before it is what all have in common. */
function linesOf(content: string): string[] {
  return content
    .slice(content.indexOf('\n\n') + 2)
    .trimEnd()
    .split('\n')
}
