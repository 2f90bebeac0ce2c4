import { execa } from 'execa'
import type { Warning } from './report.js'

/**
 * Makes the folder a repository with one commit that holds the render. Never fails: what git could not
 * do comes back as warnings. A folder inside a repository gets neither.
 */
export async function initRepository(root: string): Promise<Warning[]> {
  const run = (...args: string[]) => execa('git', args, { cwd: root, stdin: 'ignore', timeout: 60_000, reject: false })
  const inside = await run('rev-parse', '--is-inside-work-tree')
  if (inside.code === 'ENOENT') {
    return [{ code: 'git-missing', message: 'git is not installed; the project is not a repository' }]
  }
  if (inside.exitCode === 0 && inside.stdout.trim() === 'true') {
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
