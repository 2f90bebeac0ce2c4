import { createHash } from 'node:crypto'
import http from 'node:http'
import { freePorts } from './service.js'

const path = '/nacos/v1/cs/configs'

/**
 * A double of Nacos 2 on the wire: what its documentation says of the configuration's HTTP API, no more. The server
 * itself is not among the packages that these tests can install.
 */
export class NacosDouble {
  private server: http.Server | undefined
  private content = ''
  private wake: (() => void)[] = []
  private hanging: (() => void)[] | undefined

  private constructor(readonly port: number) {}

  static async prepare(): Promise<NacosDouble> {
    const [port = 0] = await freePorts(1)
    return new NacosDouble(port)
  }

  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  publish(content: string): void {
    this.content = content
    for (const wake of this.wake.splice(0)) {
      wake()
    }
  }

  async launch(): Promise<void> {
    const server = http.createServer((request, response) => {
      if (this.hanging !== undefined) {
        this.hanging.push(() => this.answer(request, response))
        return
      }
      this.answer(request, response)
    })
    this.server = server
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve))
  }

  async kill(): Promise<void> {
    const { server } = this
    this.server = undefined
    await new Promise<void>((resolve) => {
      if (server === undefined) {
        resolve()
        return
      }
      server.close(() => resolve())
      server.closeAllConnections()
    })
  }

  /** Connections stay, and nothing is answered until `resume()`. */
  pause(): void {
    this.hanging = []
    this.wake = []
  }

  resume(): void {
    const late = this.hanging ?? []
    this.hanging = undefined
    for (const answer of late) {
      answer()
    }
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const url = new URL(request.url ?? '', 'http://double')
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part
    })
    request.on('end', () => {
      if (url.pathname === `${path}/listener` && request.method === 'POST') {
        this.listen(new URLSearchParams(body).get('Listening-Configs') ?? '', response)
      } else if (url.pathname === path && url.searchParams.get('dataId') === 'orders.yaml') {
        const found = this.content !== ''
        response.writeHead(found ? 200 : 404).end(found ? this.content : 'config data not exist')
      } else {
        response.writeHead(404).end('no such page')
      }
    })
  }

  /** Answers at once where the MD5 is another, else when it changes, or after ten seconds with nothing. */
  private listen(asked: string, response: http.ServerResponse): void {
    const changed = () => asked.split('\u0002')[2]?.replace('\u0001', '') !== this.md5
    const end = () => response.end(changed() ? 'orders.yaml%02DEFAULT_GROUP%01\n' : '')
    if (changed()) {
      end()
      return
    }
    const timer = setTimeout(end, 10_000)
    response.on('close', () => clearTimeout(timer))
    this.wake.push(end)
  }

  private get md5(): string {
    return this.content === '' ? '' : createHash('md5').update(this.content).digest('hex')
  }
}
