import fs from 'node:fs'
import path from 'node:path'
import { type Layer, validValues } from '../spec/resolve.js'
import type { Key } from '../spec/table.js'

/** The repository that a folder lies in. Read by hand: starting git costs more than all of a run. */
export interface Repository {
  readonly root: string
  /** The address of the remote `origin`, without a user's name and word. */
  readonly origin: string | undefined
}

/** The repository around a folder, which need not exist yet; undefined where there is none. */
export function repositoryAround(folder: string): Repository | undefined {
  let at = folder
  for (;;) {
    const config = configOf(path.join(at, '.git'))
    if (config !== undefined) {
      return { root: at, origin: originOf(config) }
    }
    const parent = path.dirname(at)
    if (parent === at) {
      return undefined
    }
    at = parent
  }
}

/** The text of a repository's configuration; of a work tree and of a submodule, `.git` is a file that says where. */
function configOf(git: string): string | undefined {
  try {
    if (fs.statSync(git).isDirectory()) {
      return fs.readFileSync(path.join(git, 'config'), 'utf8')
    }
    const [, place = ''] = /^gitdir: (.+)$/m.exec(fs.readFileSync(git, 'utf8')) ?? []
    const own = path.resolve(path.dirname(git), place)
    const common = path.join(own, 'commondir')
    const folder = fs.existsSync(common) ? path.resolve(own, fs.readFileSync(common, 'utf8').trim()) : own
    return fs.readFileSync(path.join(folder, 'config'), 'utf8')
  } catch {
    return undefined
  }
}

function originOf(config: string): string | undefined {
  const [, section = ''] = /^\[remote "origin"\]\n((?:[^[\n].*\n|\n)*)/m.exec(`${config.replaceAll('\r', '')}\n`) ?? []
  const [, url = ''] = /^\s*url\s*=\s*"?([^"\n]+?)"?\s*$/m.exec(section) ?? []
  return url === '' ? undefined : url.replace(/^(https?:\/\/)[^/@]*@/, '$1')
}

interface Remote {
  readonly host: string
  /** Owner or groups, and the name. */
  readonly place: string
}

/** Host and path of `https://host/owner/name.git`, `ssh://git@host:22/owner/name` and `git@host:owner/name.git`. */
function remoteOf(origin: string): Remote | undefined {
  const [, host, place] =
    /^(?:https?|ssh|git):\/\/(?:[^/@]*@)?([^/:]+)(?::\d+)?\/+(.+?)(?:\.git)?\/*$/.exec(origin) ??
    /^(?:[^/@:]+@)?([^/:]{2,}):\/*(.+?)(?:\.git)?\/*$/.exec(origin) ??
    []
  return host === undefined || place === undefined ? undefined : { host: host.toLowerCase(), place }
}

/** Registries that belong to a host of repositories. */
const registries: Readonly<Record<string, string>> = { 'github.com': 'ghcr.io', 'gitlab.com': 'registry.gitlab.com' }

/**
 * What follows from where a new project lies: its module, its image and the repository that Argo CD reads. Lowest of all
 * answers; what would be no valid answer is not guessed.
 */
export function guesses(repository: Repository | undefined, folder: string, name: string): Layer[] {
  if (repository === undefined) {
    return []
  }
  const below = path.relative(repository.root, folder).split(path.sep).filter(Boolean)
  const place: Layer = {
    name: 'repository',
    values: new Map(below.length === 0 ? [] : [['delivery.path', below.join('/')]]),
    where: (key) => `${key} (where the folder lies in the repository ${repository.root})`,
  }
  const remote = repository.origin === undefined ? undefined : remoteOf(repository.origin)
  if (remote === undefined) {
    return [place]
  }
  const registry = registries[remote.host]
  // A registry has packages beside one another, below the repository or, on GitHub, its owner.
  const owner = remote.host === 'github.com' ? remote.place.split('/')[0] : remote.place
  const values: [Key, string][] = [
    ['module', [remote.host, remote.place, ...below].join('/')],
    ['delivery.argocd.repo', repository.origin as string],
    ...(registry === undefined
      ? []
      : [['image.repository', imageOf(registry, owner ?? '', remote, below, name)] as [Key, string]]),
  ]
  const where = 'the remote origin of the repository'
  return [place, { name: 'repository', values: validValues(values, where), where: (key) => `${key} (from ${where})` }]
}

function imageOf(
  registry: string,
  owner: string,
  { host, place }: Remote,
  below: readonly string[],
  name: string,
): string {
  const isWhole = below.length === 0
  const own = host === 'github.com' ? (isWhole ? place.split('/').at(-1) : name) : isWhole ? '' : name
  return [registry, owner, own].filter(Boolean).join('/').toLowerCase()
}
