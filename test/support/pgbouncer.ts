import fs from 'node:fs'
import path from 'node:path'
import { accountOf, Server, serverPort } from './servers.js'

/** PgBouncer with its defaults, but that it lends a connection for each transaction. */
export class PgBouncer extends Server {
  private constructor(
    port: number,
    private readonly database: { readonly port: number; readonly name: string },
    private readonly login: { readonly user: string; readonly password: string },
  ) {
    super('pgbouncer', port, accountOf('postgres'))
  }

  static async start(
    database: { readonly port: number; readonly name: string },
    login: { readonly user: string; readonly password: string },
  ): Promise<PgBouncer> {
    const server = new PgBouncer(await serverPort(), database, login)
    await server.launch()
    return server
  }

  protected override command() {
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
    fs.writeFileSync(this.file('users'), `${quoted(this.login.user)} ${quoted(this.login.password)}\n`)
    fs.writeFileSync(
      this.file('ini'),
      [
        '[databases]',
        `${this.database.name} = host=127.0.0.1 port=${this.database.port} dbname=${this.database.name}`,
        '[pgbouncer]',
        'listen_addr = 127.0.0.1',
        `listen_port = ${this.port}`,
        'unix_socket_dir =',
        'auth_type = scram-sha-256',
        `auth_file = ${this.file('users')}`,
        'pool_mode = transaction',
        // Fewer than clients, so that each meets the connections of the others.
        'default_pool_size = 3',
        '',
      ].join('\n'),
    )
    return ['pgbouncer', '-q', this.file('ini')] as const
  }

  protected override ask() {
    const target = ['-h', '127.0.0.1', '-p', `${this.port}`, '-U', this.login.user, '-d', this.database.name]
    return this.tool('psql', ['-X', '-q', '-A', '-t', ...target, '-c', 'SELECT 1'], {
      env: { PGPASSWORD: this.login.password, PGCONNECT_TIMEOUT: '5' },
    })
  }

  private file(name: string): string {
    return path.join(this.folder, name)
  }
}
