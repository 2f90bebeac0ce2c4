import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from '@jest/globals'
import { generate, recipe, workFolder } from '../support/project.js'
import { freePorts } from '../support/service.js'
import { describeWith, run } from '../support/tools.js'

/** The shells that the script meets: Debian's and Ubuntu's, Alpine's, and a strict one for comparison. */
const shells: readonly {
  readonly name: string
  readonly needs: readonly string[]
  readonly command: readonly string[]
}[] = [
  { name: 'dash', needs: ['dash', 'bash'], command: ['dash'] },
  { name: 'bash --posix', needs: ['bash'], command: ['bash', '--posix'] },
  { name: 'busybox, and no bash to connect with', needs: ['busybox'], command: ['busybox', 'sh'] },
]

/** Prints its own process id, then waits for SIGTERM and says so. */
const program = [
  'sh',
  '-c',
  'trap "echo term; exit 7" TERM; echo "pid $$ args $*"; while :; do sleep 0.1; done',
  'sh',
  'a b',
  'c',
]

for (const { name, needs, command } of shells) {
  describeWith(needs, `scripts/entrypoint.sh under ${name}`, () => {
    const work = workFolder()
    let script: string
    let env: Record<string, string>
    beforeAll(() => {
      const flags = ['--image-base=alpine', '--entrypoint', '--entrypoint-wait-for=db.example.com:5432']
      script = path.join(generate(work, recipe('waits', ...flags)), 'scripts/entrypoint.sh')
      env = command[0] === 'busybox' ? { PATH: appletsFolder(work) } : { PATH: process.env['PATH'] ?? '' }
    })

    function start(settings: Record<string, string>, rest: readonly string[] = program, cwd = work): Waiting {
      const [shell = '', ...args] = command
      const found = run('sh', ['-c', 'command -v "$1"', 'sh', shell]).stdout.trim()
      return new Waiting(
        spawn(found, [...args, script, ...rest], {
          cwd,
          env: { ...env, ...settings },
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      )
    }

    test('waits for nothing when there is nothing to wait for, and becomes the program', async () => {
      const waiting = start({ WAIT_FOR: '' })
      await waiting.says('args')
      // The same process: the program gets signals itself, and its exit code is the container's.
      expect(waiting.stdout).toBe(`pid ${waiting.child.pid} args a b c\n`)
      waiting.child.kill('SIGTERM')
      expect(await waiting.exit()).toBe(7)
      expect(waiting.stdout).toContain('term\n')
    })

    test('passes the exit code on', async () => {
      expect(await start({ WAIT_FOR: '' }, ['sh', '-c', 'exit 42']).exit()).toBe(42)
    })

    test('waits for a dependency that comes late', async () => {
      const [port = 0] = await freePorts(1)
      const waiting = start({ WAIT_FOR: `127.0.0.1:${port}`, WAIT_TIMEOUT: '20' })
      await waiting.says('waiting for')
      await sleep(1500)
      expect(waiting.stdout).not.toContain('args')
      const server = await listen(port)
      try {
        await waiting.says('args')
        waiting.child.kill('SIGTERM')
        expect(await waiting.exit()).toBe(7)
      } finally {
        server.close()
      }
    })

    test.each([
      ['postgres', 'pg_isready', 'exit $((LOOKS < 3))'],
      ['mysql', 'mariadb-admin', 'exit $((LOOKS < 3))'],
      ['redis', 'redis-cli', '[ "$LOOKS" -lt 3 ] && echo LOADING || echo "NOAUTH Authentication required."'],
    ])('%s is asked by %s where there is one, until it says that it is ready', async (kind, client, body) => {
      const [port = 0] = await freePorts(1)
      const folder = fs.mkdtempSync(path.join(work, 'client-'))
      // Counts how often it was asked.
      const counted = `#!/bin/sh\necho "$*" >>"${folder}/asked"\nLOOKS=0\nwhile read -r _; do LOOKS=$((LOOKS + 1)); done <"${folder}/asked"\n${body}\n`
      fs.writeFileSync(path.join(folder, client), counted, { mode: 0o755 })
      // A server that accepts connections and isn't ready for more.
      const server = await listen(port)
      const waiting = start({
        WAIT_FOR: `${kind}://127.0.0.1:${port}`,
        WAIT_TIMEOUT: '20',
        PATH: `${folder}:${env['PATH']}`,
      })
      try {
        await waiting.says('args')
        const asked = fs.readFileSync(path.join(folder, 'asked'), 'utf8').trim().split('\n')
        expect(asked).toHaveLength(3)
        expect(asked[0]).toContain(`${port}`)
        waiting.child.kill('SIGTERM')
        expect(await waiting.exit()).toBe(7)
      } finally {
        server.close()
      }
    })

    test('asks an IPv6 address, and takes its brackets for no pattern of file names', async () => {
      const [port = 0] = await freePorts(1)
      const folder = fs.mkdtempSync(path.join(work, 'pattern-'))
      fs.writeFileSync(path.join(folder, `1:${port}`), '')
      const waiting = start({ WAIT_FOR: `[::1]:${port}`, WAIT_TIMEOUT: '20' }, program, folder)
      await waiting.says(`waiting for [::1]:${port}`)
      await sleep(500)
      expect(waiting.stdout).not.toContain('args')
      const server = await listen(port, '::1')
      try {
        await waiting.says('args')
        waiting.child.kill('SIGTERM')
        expect(await waiting.exit()).toBe(7)
      } finally {
        server.close()
      }
    })

    test('waits for all of several', async () => {
      const [first = 0, second = 0] = await freePorts(2)
      const server = await listen(first)
      const waiting = start({ WAIT_FOR: `127.0.0.1:${first} 127.0.0.1:${second}`, WAIT_TIMEOUT: '20' })
      try {
        await waiting.says(`127.0.0.1:${first} is reachable`)
        await sleep(500)
        expect(waiting.stdout).not.toContain('args')
        const other = await listen(second)
        await waiting.says('args')
        other.close()
        waiting.child.kill('SIGTERM')
        expect(await waiting.exit()).toBe(7)
      } finally {
        server.close()
      }
    })

    test('gives up on one that never comes, in time, and says which', async () => {
      const [port = 0] = await freePorts(1)
      const begin = Date.now()
      const waiting = start({ WAIT_FOR: `127.0.0.1:${port}`, WAIT_TIMEOUT: '2' })
      expect(await waiting.exit()).toBe(1)
      // One attempt of two seconds and one pause may lie beyond the limit.
      expect(Date.now() - begin).toBeLessThan(8000)
      const last = JSON.parse(waiting.stderr.trim().split('\n').at(-1) ?? '')
      expect(last).toMatchObject({
        level: 'ERROR',
        service: 'orders',
        message: expect.stringContaining(`127.0.0.1:${port}`),
      })
      expect(waiting.stdout).not.toContain('args')
    })

    test('SIGTERM while it waits ends it at once, and nothing is left behind', async () => {
      const [port = 0] = await freePorts(1)
      const waiting = start({ WAIT_FOR: `127.0.0.1:${port}`, WAIT_TIMEOUT: '60' })
      await waiting.says('waiting for')
      await sleep(300)
      const begin = Date.now()
      waiting.child.kill('SIGTERM')
      expect(await waiting.exit()).toBe(143)
      expect(Date.now() - begin).toBeLessThan(3000)
      expect(waiting.stdout).not.toContain('args')
    })

    test.each(['db', 'db:', ':5432', 'db:http', 'postgres://db', 'postgres://:1', 'oracle://db:1521'])(
      'WAIT_FOR=%s is a setting that is wrong',
      async (target) => {
        expect(await start({ WAIT_FOR: target }).exit()).toBe(2)
      },
    )
    test('so is WAIT_TIMEOUT=soon', async () => {
      expect(await start({ WAIT_FOR: '', WAIT_TIMEOUT: 'soon' }).exit()).toBe(2)
    })
  })
}

describeWith(
  ['dash', 'bash', 'pg_isready', 'mariadb-admin', 'redis-cli'],
  'scripts/entrypoint.sh with real clients',
  () => {
    const work = workFolder()
    test.each(['postgres', 'mysql', 'redis'])(
      'something that is no %s server accepts connections: it waits',
      async (kind) => {
        const flags = ['--image-base=debian', '--entrypoint', '--entrypoint-wait-for=db.example.com:5432']
        const script = path.join(generate(work, recipe(`real-${kind}`, ...flags)), 'scripts/entrypoint.sh')
        const [port = 0] = await freePorts(1)
        const server = await listen(port)
        const address = `127.0.0.1:${port}`
        const ask = (target: string) =>
          new Waiting(
            spawn('sh', [script, 'true'], {
              env: { PATH: process.env['PATH'] ?? '', WAIT_FOR: target, WAIT_TIMEOUT: '2' },
              stdio: ['ignore', 'pipe', 'pipe'],
            }),
          ).exit()
        try {
          expect(await ask(address)).toBe(0)
          expect(await ask(`${kind}://${address}`)).toBe(1)
        } finally {
          server.close()
        }
      },
    )
  },
)

/** The script, or the program it has become. */
class Waiting {
  stdout = ''
  stderr = ''
  private readonly done: Promise<number>

  constructor(readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    // `close` and not `exit`: it comes once nobody holds the streams, so a child that was left behind delays it.
    this.done = new Promise((resolve) => {
      child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGTERM' ? 143 : 137)))
    })
  }

  async says(text: string): Promise<void> {
    for (let left = 300; left > 0; left--) {
      if (this.stdout.includes(text)) {
        return
      }
      await sleep(50)
    }
    this.child.kill('SIGKILL')
    throw new Error(`never said ${text}:\n${this.stdout}${this.stderr}`)
  }

  async exit(): Promise<number> {
    const late = sleep(30_000, undefined, { ref: false }).then(() => {
      this.child.kill('SIGKILL')
      throw new Error(`did not end:\n${this.stdout}${this.stderr}`)
    })
    return Promise.race([this.done, late])
  }
}

/** A PATH of busybox alone, as in Alpine. */
function appletsFolder(parent: string): string {
  const folder = path.join(parent, 'applets')
  fs.mkdirSync(folder, { recursive: true })
  const busybox = run('sh', ['-c', 'command -v busybox']).stdout.trim()
  for (const applet of ['sh', 'nc', 'timeout', 'sleep', 'date', 'kill', 'true']) {
    fs.symlinkSync(busybox, path.join(folder, applet))
  }
  return folder
}

function listen(port: number, host = '127.0.0.1'): Promise<net.Server> {
  const server = net.createServer((socket) => socket.on('error', () => {}).end())
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve(server))
  })
}
