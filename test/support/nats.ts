import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { until } from './load.js'
import { Server, serverPort } from './servers.js'

/** How clients say who they are; nothing lets everybody in. */
export type NatsAccess = { readonly token: string } | { readonly user: string; readonly password: string } | undefined

/** NATS with JetStream, whose streams are files in the server's folder. */
export class Nats extends Server {
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

  protected override command() {
    this.writeConfig()
    return ['nats-server', '-c', this.config] as const
  }

  /** The server speaks first, as soon as it takes clients. */
  protected override ask() {
    return new Promise<void>((resolve, reject) => {
      const socket = net.connect({ host: '127.0.0.1', port: this.port, timeout: 5_000 })
      const fail = (error?: Error) => {
        socket.destroy()
        reject(error ?? new Error('no greeting'))
      }
      socket.once('data', (data) => (`${data}`.startsWith('INFO ') ? resolve(void socket.destroy()) : fail()))
      socket.once('error', fail).once('timeout', fail).once('end', fail)
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
    const lines = [
      `listen: "${this.address}"`,
      `jetstream { store_dir: ${JSON.stringify(path.join(this.folder, 'jetstream'))} }`,
      ...(quoted.length === 0 ? [] : [`authorization { ${quoted.join(', ')} }`]),
      this.extra,
    ]
    fs.writeFileSync(this.config, `${lines.join('\n')}\n`)
  }
}
