import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { until } from './load.js'
import { Server, serverPort } from './servers.js'

/** How clients say who they are; nothing lets everybody in. */
export type NatsAccess = { readonly token: string } | { readonly user: string; readonly password: string } | undefined

/** NATS with JetStream, whose streams are files in the server's folder. */
export class Nats extends Server {
  /** Undefined is a login without permissions, which would leave who is there what it had. */
  private forbidden: readonly string[] | undefined

  private constructor(
    port: number,
    private access: NatsAccess,
    /** More of the configuration file, in its own syntax. */
    private readonly extra: string,
  ) {
    super('nats', port)
  }

  static async start({ access, extra = '' }: { access?: NatsAccess; extra?: string } = {}): Promise<Nats> {
    const server = new Nats(await serverPort(), access, extra)
    await server.launch()
    return server
  }

  /** Changes how clients say who they are, while it runs; whoever came with the old way is disconnected. */
  async setAccess(access: NatsAccess): Promise<void> {
    this.access = access
    this.writeConfig()
    const before = this.reloads()
    this.hangUp()
    await until(() => this.reloads() > before)
  }

  /** Forbids subjects to whoever logs in with user and password; those who are there stay. Nothing forbids no more. */
  async forbid(...subjects: readonly string[]): Promise<void> {
    this.forbidden = subjects
    this.writeConfig()
    const before = this.reloads()
    this.hangUp()
    await until(() => this.reloads() > before)
  }

  /** Publishes a message as any client may, without an id. */
  async publish(subject: string, text: string): Promise<void> {
    await this.converse(`PUB ${subject} ${Buffer.byteLength(text)}\r\n${text}\r\n`)
  }

  /** Makes a stream, with settings as the server's API calls them. */
  async createStream(name: string, subjects: readonly string[], more: object): Promise<void> {
    const config = JSON.stringify({ name, subjects, storage: 'file', ...more })
    await this.publish(`$JS.API.STREAM.CREATE.${name}`, config)
  }

  /** Removes all that a stream holds. */
  async purge(stream: string): Promise<void> {
    await this.publish(`$JS.API.STREAM.PURGE.${stream}`, '')
  }

  protected override command() {
    this.writeConfig()
    return ['nats-server', '-c', this.config] as const
  }

  /** The server speaks first, and then answers a ping. */
  protected override ask() {
    return this.converse('')
  }

  /** Logs in, sends a command of NATS' own protocol, which is text, and waits for the answer to a ping. */
  private converse(command: string): Promise<void> {
    const login = { verbose: false, ...logins(this.access) }
    return new Promise((resolve, reject) => {
      let answer = ''
      const socket = net.connect({ host: '127.0.0.1', port: this.port, timeout: 5_000 })
      const end = (error?: Error) => {
        socket.destroy()
        error === undefined ? resolve() : reject(error)
      }
      socket.setEncoding('utf8').on('data', (text: string) => {
        answer += text
        if (/^(PONG|-ERR)/m.test(answer)) {
          end(answer.includes('-ERR') ? new Error(answer) : undefined)
        }
      })
      socket.once('error', end).once('timeout', () => end(new Error('no answer')))
      socket.once('end', () => end(new Error(`hung up: ${answer}`)))
      socket.write(`CONNECT ${JSON.stringify(login)}\r\n${command}PING\r\n`)
    })
  }

  private get config(): string {
    return path.join(this.folder, 'nats.conf')
  }

  private reloads(): number {
    return this.log.split('Reloaded server configuration').length - 1
  }

  private writeConfig(): void {
    const quoted = Object.entries(this.access ?? {}).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    const login =
      this.forbidden === undefined
        ? quoted.join(', ')
        : `users: [ { ${quoted.join(', ')}, permissions: { publish: { allow: ">", deny: ${JSON.stringify(this.forbidden)} } } } ]`
    const lines = [
      `listen: "${this.address}"`,
      `jetstream { store_dir: ${JSON.stringify(path.join(this.folder, 'jetstream'))} }`,
      ...(quoted.length === 0 ? [] : [`authorization { ${login} }`]),
      this.extra,
    ]
    fs.writeFileSync(this.config, `${lines.join('\n')}\n`)
  }
}

/** As the protocol names them. */
function logins(access: NatsAccess): object {
  if (access === undefined) {
    return {}
  }
  return 'token' in access ? { auth_token: access.token } : { user: access.user, pass: access.password }
}
