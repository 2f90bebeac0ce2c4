import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'

/** True where util-linux `script` can make a pseudo-terminal; tests that need one are skipped elsewhere. */
export const hasPty = spawnSync('script', ['-qfec', 'true', '/dev/null'], { stdio: 'ignore' }).status === 0

export const keys = {
  enter: '\r',
  esc: '\u001b',
  up: '\u001b[A',
  down: '\u001b[B',
  interrupt: '\u0003',
  end: '\u0004',
}

export interface PtyOptions {
  readonly cwd: string
  readonly columns?: number
  readonly env?: Readonly<Record<string, string>>
}

/** A program on a pseudo-terminal of its own: keys go in, the screen's text comes out. */
export class Pty {
  private output = ''
  private from = 0
  private readonly ended: Promise<number | null>
  private readonly child: ChildProcess

  constructor(command: readonly string[], { cwd, columns = 80, env = {} }: PtyOptions) {
    const line = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
    this.child = spawn('script', ['-qfec', `stty cols ${columns} rows 30; exec ${line}`, '/dev/null'], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TERM: 'xterm', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
    })
    // A test that fails leaves its program where it is: nobody is there to end it.
    process.once('exit', () => this.child.kill('SIGKILL'))
    this.ended = new Promise((resolve) => this.child.once('close', resolve))
  }

  /** Everything shown so far, escape sequences included. */
  get raw(): string {
    return this.output
  }

  /** Everything shown so far as text. */
  get text(): string {
    return stripVTControlCharacters(this.output).replaceAll('\r', '')
  }

  /**
   * Waits until a text appears after what earlier waits have seen.
   * @throws Error with the screen when it does not within `timeout` milliseconds
   */
  async waitFor(expected: string, timeout = 15_000): Promise<void> {
    const deadline = Date.now() + timeout
    for (;;) {
      const at = this.text.indexOf(expected, this.from)
      if (at >= 0) {
        this.from = at + expected.length
        return
      }
      if (Date.now() > deadline) {
        this.child.kill('SIGKILL')
        throw new Error(`${JSON.stringify(expected)} did not appear in\n${this.text.slice(this.from)}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  /**
   * Waits for a question, and leaves others that come before it as they are (Enter), so that a new one in a section is no
   * concern of whoever asks for another.
   * @param answered words of questions that have their answer, and may be drawn again
   */
  async waitForQuestion(expected: string, answered: readonly string[], timeout = 15_000): Promise<void> {
    const passed = [...answered]
    const deadline = Date.now() + timeout
    while (Date.now() < deadline) {
      const shown = this.text.slice(this.from)
      if (shown.includes(expected)) {
        break
      }
      const other = [...shown.matchAll(/^\? [^\n(]+/gm)]
        .map(([question]) => question.trimEnd())
        .find((question) => !passed.some((one) => question.startsWith(one) || one.startsWith(question)))
      if (other !== undefined) {
        passed.push(other)
        this.send(keys.enter)
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await this.waitFor(expected, Math.max(deadline - Date.now(), 0))
  }

  /** Presses keys, or types a text. */
  send(text: string): void {
    this.child.stdin?.write(text)
  }

  /** Waits for a text, then presses keys. */
  async answer(expected: string, text: string): Promise<void> {
    await this.waitFor(expected)
    this.send(text)
  }

  /** The program's exit code. Kills it after `timeout` milliseconds. */
  async exit(timeout = 20_000): Promise<number | null> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), timeout)
    const code = await this.ended
    clearTimeout(timer)
    return code
  }
}
