import { type ChildProcess, spawn } from 'node:child_process'
import http from 'node:http'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A bound for what should come at once, on a machine that is busy. */
const patience = 30_000

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A line of the log, and the stream it came on. */
export type Record = Readonly<globalThis.Record<string, unknown>>

/** A running program of a generated project, on ports of its own. */
export class Service {
  stdout = ''
  stderr = ''
  readonly exited: Promise<Exit>

  private constructor(
    readonly process: ChildProcess,
    readonly port: number,
    readonly adminPort: number,
  ) {
    process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.exited = new Promise((resolve, reject) => {
      process.on('error', reject)
      process.on('close', (code, signal) => resolve({ code, signal }))
    })
  }

  /** Starts a command with the ports in its environment; `group` makes it the leader of a process group. */
  static async start(
    command: readonly string[],
    { cwd, env = {}, group = false }: { cwd?: string; env?: globalThis.Record<string, string>; group?: boolean } = {},
  ): Promise<Service> {
    const [port, adminPort] = await freePorts(2)
    const [program = '', ...args] = command
    const child = spawn(program, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        HTTP_PORT: `${port}`,
        ADMIN_PORT: `${adminPort}`,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: group,
    })
    return new Service(child, port as number, adminPort as number)
  }

  get(path: string, headers: globalThis.Record<string, string> = {}, agent?: http.Agent): Promise<Answer> {
    return request({ port: this.port, path, headers, ...(agent === undefined ? {} : { agent }) })
  }

  admin(path: string): Promise<Answer> {
    return request({ port: this.adminPort, path })
  }

  /** Waits until the readiness probe says yes. @throws Error with the logs when it doesn't */
  async ready(path = '/readyz'): Promise<void> {
    const deadline = Date.now() + patience
    for (;;) {
      const status = await this.admin(path).then(
        (answer) => answer.status,
        () => 0,
      )
      if (status === 200) {
        return
      }
      if (Date.now() > deadline || this.process.exitCode !== null) {
        throw new Error(`not ready: exit code ${this.process.exitCode}\n${this.stdout}${this.stderr}`)
      }
      await sleep(20)
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal)
  }

  /** The exit, within a bound. */
  async exit(): Promise<Exit> {
    const late = sleep(patience, undefined, { ref: false }).then(() => {
      throw new Error(`still running after ${patience} ms\n${this.stdout}${this.stderr}`)
    })
    return Promise.race([this.exited, late])
  }

  /** Ends it, whatever state it is in; for `finally`. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL')
    await this.exited
  }
}

/** Every line of a stream as JSON. @throws SyntaxError at a line that isn't */
export function records(stream: string): Record[] {
  return stream
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record)
}

/** An HTTP request to this machine, read to its end. */
function request(options: http.RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = http.request({ host: '127.0.0.1', timeout: patience, ...options }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
      response.on('error', reject)
    })
    sent.on('timeout', () => sent.destroy(new Error(`no answer from ${options.port}${options.path}`)))
    sent.on('error', reject)
    sent.end()
  })
}

/** One block of ports for each of jest's workers, so two of them never choose the same one at the same time. */
const blocks = 12
const blockSize = 1000
const block = 20_000 + (Number(process.env['JEST_WORKER_ID'] ?? 1) % blocks) * blockSize
let next = Math.floor(Math.random() * blockSize)

/**
 * Ports that nothing listens on, and that are not given a second time soon: whoever asks may listen only later. They
 * lie below those that the kernel hands out for outgoing connections, which could be taken in between.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = []
  for (let tried = 0; found.length < count; tried++) {
    if (tried === blockSize) {
      throw new Error(`no free port from ${block} to ${block + blockSize - 1}`)
    }
    const port = block + next
    next = (next + 1) % blockSize
    if (await isFree(port)) {
      found.push(port)
    }
  }
  return found
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
}
