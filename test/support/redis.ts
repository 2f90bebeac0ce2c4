import { Server, serverPort } from './servers.js'

/** Redis with a password, and with its data on disk. */
export class Redis extends Server {
  private constructor(
    port: number,
    /** Of the default user. */
    private password: string,
    /** Further options of the server, e.g. --tls-port. */
    private readonly options: readonly string[],
  ) {
    super('redis', port)
  }

  static async start(password = 'of the default user', options: readonly string[] = []): Promise<Redis> {
    const server = new Redis(await serverPort(), password, options)
    await server.launch()
    return server
  }

  /** Runs a command as the default user; users made by `ACL SETUSER` last until the next start. */
  async cli(...command: string[]): Promise<string> {
    const answer = await this.tool('redis-cli', ['-e', '-h', '127.0.0.1', '-p', `${this.port}`, ...command], {
      env: { REDISCLI_AUTH: this.password },
    })
    return answer
  }

  /** Changes the password of the default user; connections that are open stay. */
  async setPassword(password: string): Promise<void> {
    await this.cli('CONFIG', 'SET', 'requirepass', password)
    this.password = password
  }

  protected override command() {
    const access = ['--bind', '127.0.0.1', '--port', `${this.port}`, '--requirepass', this.password]
    // Every write is in the file before it is answered, so that a kill loses none.
    const data = ['--dir', this.folder, '--appendonly', 'yes', '--save', '']
    return ['redis-server', ...access, ...data, ...this.options] as const
  }

  protected override ask() {
    return this.cli('PING')
  }
}
