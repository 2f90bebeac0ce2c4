import path from 'node:path'
import { exit, UserError } from '../errors.js'
import { isShared } from './shared.js'

/** Where the files of a project go. Those that a server reads at a repository's root alone go there. */
export interface Place {
  /** The folder that paths start from: the project's own, or the repository's. */
  readonly base: string
  /** The path from there of a file of the project. */
  readonly at: (file: string) => string
}

/**
 * The place of a project that lies in a folder of a repository, or is one of its own. Two services beside each other have
 * workflows of their own, by name, and share what is everybody's.
 *
 * @param folder `delivery.path`, if it has been answered
 * @throws UserError when the project isn't rendered into that folder
 */
export function placeOf(root: string, folder: string | undefined, name: string): Place {
  if (folder === undefined) {
    return { base: root, at: (file) => file }
  }
  const segments = folder.split('/')
  const base = path.join(root, ...segments.map(() => '..'))
  if (path.join(base, ...segments) !== root) {
    throw new UserError('not-in-its-folder', `delivery.path is ${folder}, and ${root} is another folder`, {
      exit: exit.usage,
      path: root,
      hint: `render into ${folder} of the repository, or change delivery.path`,
    })
  }
  return {
    base,
    at: (file) => {
      const [, workflow] = /^\.github\/workflows\/(.+)$/.exec(file) ?? []
      return workflow !== undefined
        ? `.github/workflows/${name}-${workflow}`
        : isShared(file)
          ? file
          : `${folder}/${file}`
    },
  }
}
