import { type ChildProcess, execFile, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll } from '@jest/globals'
import { freePorts } from './service.js'
import { programPath } from './tools.js'

const execute = promisify(execFile)

/** A bound for a server's start and stop, on a machine that is busy. */
const patience = 60_000

/** A bound for one question to a server, which may hang because a test wants it to. */
export const answerWithin = 10_000

/** What was started here and must end with the test file. */
const started = new Set<Server>()

afterAll(async () => {
  await Promise.all([...started].map((server) => server.end()))
})

/** A user of this machine. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/**
 * A real server on the loopback device, on a port and with data of its own, both of which it keeps through
 * `kill()` and `restart()`. It ends with the test file, whatever state it is in.
 */
export abstract class Server {
  /** What the program printed since the first start. */
  log = ''
  /** The folder of its data, sockets and files; gone after the tests. */
  readonly folder: string
  private child: ChildProcess | undefined
  private ended: Promise<unknown> = Promise.resolve()

  /** @param account who runs it, for programs that refuse root; the user of the tests otherwise */
  protected constructor(
    readonly name: string,
    readonly port: number,
    readonly account?: Account,
  ) {
    // Short, because the path of a Unix socket has 107 bytes at most.
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), `${name}-`))
    if (account !== undefined) {
      fs.chownSync(this.folder, account.uid, account.gid)
    }
    started.add(this)
  }

  /** The program and its arguments, read again at each start. */
  protected abstract command(): readonly [program: string, ...args: string[]]

  /** Asks the server something that it answers once it is ready. @throws when it doesn't */
  protected abstract ask(): Promise<unknown>

  /** The signal for an orderly end. */
  protected readonly stopSignal: NodeJS.Signals = 'SIGTERM'

  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  /** Starts the program and waits until it answers. @throws Error with the log when it doesn't in time */
  async launch(): Promise<void> {
    const [program, ...args] = this.command()
    const child = spawn(programPath(program), args, {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...this.account,
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.log += text
      })
    }
    let over = false
    this.child = child
    this.ended = new Promise((resolve) => {
      child.once('error', resolve).once('close', resolve)
    }).then(() => {
      over = true
    })
    const deadline = Date.now() + patience
    for (;;) {
      const answered = await this.ask().then(
        () => true,
        () => false,
      )
      if (over || (!answered && Date.now() > deadline)) {
        throw new Error(`${this.name} ${over ? 'ended' : `did not answer within ${patience} ms`}\n${this.log}`)
      }
      if (answered) {
        return
      }
      await sleep(50)
    }
  }

  /** Ends it in order. @throws Error with the log when it takes too long */
  async stop(): Promise<void> {
    this.child?.kill(this.stopSignal)
    const late = sleep(patience, undefined, { ref: false }).then(() => {
      throw new Error(`${this.name} did not stop within ${patience} ms\n${this.log}`)
    })
    await Promise.race([this.ended, late])
  }

  /** Ends every process of it at once, as a failing machine does. */
  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.ended
  }

  /** Starts it again on the same port and data; in order where it still runs. */
  async restart(): Promise<void> {
    await this.stop()
    await this.launch()
  }

  /**
   * Makes it hang: connections stay, and nothing is answered until `resume()`. Returns when the last thread stands still,
   * which on a busy machine is later than the signal. @throws Error when one goes on
   */
  pause(): void {
    const family = this.signal('SIGSTOP')
    const deadline = Date.now() + patience
    while (family.some(isRunning)) {
      if (Date.now() > deadline) {
        throw new Error(`${this.name} did not stand still within ${patience} ms`)
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }

  resume(): void {
    this.signal('SIGCONT')
  }

  /** Asks the program to read its configuration again. */
  protected hangUp(): void {
    this.child?.kill('SIGHUP')
  }

  /** Ends it and removes its data; after the tests. */
  async end(): Promise<void> {
    await this.kill()
    started.delete(this)
    fs.rmSync(this.folder, { recursive: true, force: true })
  }

  /** Runs a program that belongs to the server, as its user and within a bound. @throws Error with its output */
  protected async tool(
    program: string,
    args: readonly string[],
    { env = {}, timeout = answerWithin }: { env?: Record<string, string>; timeout?: number } = {},
  ): Promise<string> {
    const { stdout } = await execute(programPath(program), args, {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], HOME: this.folder, ...env },
      timeout,
      killSignal: 'SIGKILL',
      ...this.account,
    })
    return stdout.trim()
  }

  /** Signals the whole family, and returns it: PostgreSQL's processes, for example, lead sessions of their own. */
  private signal(signal: NodeJS.Signals): number[] {
    const { child } = this
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
      return []
    }
    // The parent first, so that it starts no more and replaces none.
    const family = [child.pid, ...descendants(child.pid)]
    for (const pid of family) {
      try {
        process.kill(pid, signal)
      } catch {
        // It has ended since.
      }
    }
    return family
  }
}

/** A free port for a server. */
export async function serverPort(): Promise<number> {
  const [port = 0] = await freePorts(1)
  return port
}

/** The account of a name when the tests run as root, whom some servers refuse; nothing otherwise. */
export function accountOf(name: string): Account | undefined {
  if (process.getuid?.() !== 0) {
    return undefined
  }
  const entry = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([user]) => user === name)
  if (entry === undefined) {
    throw new Error(`no user ${name}`)
  }
  return { uid: Number(entry[2]), gid: Number(entry[3]) }
}

function descendants(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of fs.readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(name) : undefined
    if (parent !== undefined) {
      parents.set(Number(name), parent)
    }
  }
  const below = (of: number): number[] =>
    [...parents].filter(([, parent]) => parent === of).flatMap(([child]) => [child, ...below(child)])
  return below(pid)
}

/** The fourth field of stat; the second is a name in parentheses that may have spaces. */
function parentOf(pid: string): number | undefined {
  try {
    return Number(/\) \S (\d+)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1])
  } catch {
    return undefined
  }
}

/** Whether a thread of the process does not stand still yet; what has ended or waits to be buried is no longer asked. */
function isRunning(pid: number): boolean {
  try {
    return fs
      .readdirSync(`/proc/${pid}/task`)
      .some((thread) => !/\) [TtZX] /.test(fs.readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')))
  } catch {
    return false
  }
}
