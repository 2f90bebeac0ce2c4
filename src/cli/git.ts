import { existsSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import type { Warning } from './warning.js'

/**
 * Makes the folder a repository with one commit that holds the render. Never fails: what git could not
 * do comes back as warnings. A folder inside a repository gets neither.
 */
export async function initRepository(root: string): Promise<Warning[]> {
  const run = gitIn(root)
  const state = await repositoryState(root)
  if (state === 'no git') {
    return [{ code: 'git-missing', message: 'git is not installed; the project is not a repository' }]
  }
  if (state === 'inside') {
    return [{ code: 'git-inside', message: 'the folder is inside a git repository already; nothing was committed' }]
  }
  for (const step of [
    ['init', '--quiet', '--initial-branch=main'],
    ['add', '--all'],
    ['commit', '--quiet', '--no-verify', '--message', 'Generate the service'],
  ]) {
    const result = await run(...step)
    if (result.exitCode !== 0) {
      const reason = String(result.stderr || result.shortMessage).split('\n')[0]
      return [{ code: 'git-failed', message: `git ${step[0]} failed: ${reason}` }]
    }
  }
  return []
}

/** Whether a folder, or the nearest one above it that exists, lies in a repository's work tree. */
export async function repositoryState(folder: string): Promise<'inside' | 'outside' | 'no git'> {
  let nearest = folder
  while (!existsSync(nearest) && path.dirname(nearest) !== nearest) {
    nearest = path.dirname(nearest)
  }
  const inside = await gitIn(nearest)('rev-parse', '--is-inside-work-tree')
  if (inside.code === 'ENOENT') {
    return 'no git'
  }
  return inside.exitCode === 0 && inside.stdout.trim() === 'true' ? 'inside' : 'outside'
}

function gitIn(folder: string) {
  return (...args: string[]) => execa('git', args, { cwd: folder, stdin: 'ignore', timeout: 60_000, reject: false })
}
