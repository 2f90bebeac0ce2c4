import { execFile, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, test } from '@jest/globals'
import { toolPath, tools } from '../e2e/tools/table.mjs'

/** go.mod of every generated project asks for this much. */
const oldestGo = [1, 26] as const

export interface Outcome {
  /** Exit code; 128 + signal number is not used: a killed program has -1. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Both streams, for messages. */
  readonly output: string
}

export interface Setting {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/**
 * Runs a program to its end. `name` is a tool of the table, else a program of the PATH.
 * @throws Error when it can't be started or takes longer than ten minutes
 */
export function run(name: string, args: readonly string[], { cwd, env, input }: Setting = {}): Outcome {
  const tool = toolPath(name)
  const result = spawnSync(tool ?? name, args, {
    cwd: cwd ?? os.tmpdir(),
    // Most tools are Go programs that soon end: memory is cheaper than collecting it.
    env: { ...process.env, ...(tool === undefined ? {} : { GOGC: '400' }), ...env },
    ...(input === undefined ? {} : { input }),
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
    timeout: 600_000,
  })
  if (result.error !== undefined) {
    throw result.error
  }
  const { stdout, stderr } = result
  return { code: result.status ?? -1, stdout, stderr, output: `${stdout}${stderr}`.trim() }
}

/** As {@link run}, and anything but exit code 0 is an error that shows what was printed. */
export function succeed(name: string, args: readonly string[], setting: Setting = {}): string {
  const { code, stdout, output } = run(name, args, setting)
  if (code !== 0) {
    throw new Error(`${name} ${args.join(' ')}: exit code ${code}\n${output}`)
  }
  return stdout
}

/**
 * As {@link succeed}, while servers that this process has started go on: their words are read meanwhile, and a server
 * whose pipe is full stands still.
 */
export async function succeedBeside(
  name: string,
  args: readonly string[],
  { cwd, env }: Setting = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(toolPath(name) ?? name, args, {
    cwd: cwd ?? os.tmpdir(),
    env: { ...process.env, ...env },
    maxBuffer: 64 * 2 ** 20,
    timeout: 600_000,
  }).catch((error: Error & { stdout?: string; stderr?: string }) => {
    throw new Error(`${name} ${args.join(' ')}: ${error.message}\n${error.stdout}${error.stderr}`)
  })
  return stdout
}

/** What Go has said, but for the modules that it had to fetch first: those tell of a cold cache and of nothing else. */
export function withoutDownloads(output: string): string {
  return output
    .split('\n')
    .filter((line) => !line.startsWith('go: downloading '))
    .join('\n')
}

/** Which of these can't be used, each with the way to get it; `root` stands for the rights. */
export function missingTools(names: readonly string[]): string[] {
  return names.flatMap((name) => lackOf(name) ?? [])
}

function lackOf(name: string): string | undefined {
  if (tools.some((tool) => tool.name === name)) {
    return toolPath(name) === undefined ? `${name} (npm run tools ${name})` : undefined
  }
  if (name === 'root') {
    return process.getuid?.() === 0 ? undefined : 'root (mounts and namespaces)'
  }
  if (name !== 'go') {
    return fs.existsSync(programPath(name)) || isOnPath(name) ? undefined : `${name} (not on the PATH)`
  }
  const version = isOnPath('go') ? goVersion() : undefined
  const [major = 0, minor = 0] = version ?? []
  const recent = major > oldestGo[0] || (major === oldestGo[0] && minor >= oldestGo[1])
  return recent ? undefined : `go ${oldestGo.join('.')} or newer (https://go.dev/dl)`
}

/** Debian keeps PostgreSQL's programs off the PATH, in a folder of each version. */
const postgresFolders = '/usr/lib/postgresql'

/** What to call to run a program: a tool of the table, one of the newest PostgreSQL, or a name for the PATH. */
export function programPath(name: string): string {
  const tool = toolPath(name)
  if (tool !== undefined || isOnPath(name) || !fs.existsSync(postgresFolders)) {
    return tool ?? name
  }
  const versions = fs.readdirSync(postgresFolders).sort((a, b) => Number(b) - Number(a))
  const files = versions.map((version) => path.join(postgresFolders, version, 'bin', name))
  return files.find((file) => fs.existsSync(file)) ?? name
}

function isOnPath(name: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name]).status === 0
}

function goVersion(): number[] | undefined {
  const found = /^go(\d+)\.(\d+)/.exec(
    spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', cwd: os.tmpdir() }).stdout,
  )
  return found?.slice(1).map(Number)
}

/**
 * `describe` for tests that need tools. Without one of them there is a single test in their place that says so:
 * skipped, or failed where every tier is required (REQUIRE_ALL_TIERS=1, as in CI).
 */
export function describeWith(names: readonly string[], title: string, body: () => void): void {
  const missing = missingTools(names)
  if (missing.length === 0) {
    describe(title, body)
    return
  }
  describe(title, () => {
    const why = `needs ${missing.join(', ')}`
    if (process.env['REQUIRE_ALL_TIERS'] === '1') {
      test(why, () => {
        throw new Error(`${title} ${why}, and REQUIRE_ALL_TIERS=1 allows no gap`)
      })
    } else {
      test.skip(why, () => {})
    }
  })
}
