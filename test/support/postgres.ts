import fs from 'node:fs'
import path from 'node:path'
import { accountOf, answerWithin, Server, serverPort } from './servers.js'

/** PostgreSQL, whose superuser is `postgres`; passwords by SCRAM. */
export class Postgres extends Server {
  readonly password = 'of the superuser'
  /** Fast: running statements are cancelled. */
  protected override readonly stopSignal = 'SIGINT'

  private constructor(
    port: number,
    /** Settings of the server by name, e.g. max_connections; a change takes effect at the next start. */
    readonly settings: Record<string, string>,
  ) {
    super('postgres', port, accountOf('postgres'))
  }

  static async start(settings: Record<string, string> = {}): Promise<Postgres> {
    const server = new Postgres(await serverPort(), settings)
    await server.create()
    await server.launch()
    return server
  }

  /** Runs SQL and returns rows by line, columns by `|`. @throws Error with the server's words */
  sql(
    text: string,
    { user = 'postgres', password = this.password, database = 'postgres' }: Readonly<Record<string, string>> = {},
    /** Seconds that the statement takes by itself. */
    sleeps = 0,
  ): Promise<string> {
    const target = ['-h', '127.0.0.1', '-p', `${this.port}`, '-U', user, '-d', database]
    return this.tool('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', ...target, '-c', text], {
      env: { PGPASSWORD: password, PGCONNECT_TIMEOUT: '5' },
      timeout: answerWithin + sleeps * 1000,
    })
  }

  /** Changes the password of a role; its connections stay. */
  async setPassword(role: string, password: string): Promise<void> {
    await this.sql(`ALTER ROLE "${role.replaceAll('"', '""')}" PASSWORD '${password.replaceAll("'", "''")}'`)
  }

  protected override command() {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: `${this.port}`,
      unix_socket_directories: this.folder,
      // What a killed process has written is safe with the kernel; only a machine's failure would lose it.
      fsync: 'off',
      ...this.settings,
    }
    const given = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
    return ['postgres', '-D', this.data, ...given] as const
  }

  protected override ask() {
    return this.sql('SELECT 1')
  }

  private get data(): string {
    return path.join(this.folder, 'data')
  }

  private async create(): Promise<void> {
    const file = path.join(this.folder, 'password')
    fs.writeFileSync(file, `${this.password}\n`)
    const access = ['--username=postgres', `--pwfile=${file}`, '--auth=scram-sha-256']
    const locale = ['--locale=C.UTF-8', '--encoding=UTF8']
    await this.tool('initdb', ['-D', this.data, '--no-sync', ...access, ...locale], { timeout: 60_000 })
  }
}
