import path from 'node:path'
import { accountOf, Server, serverPort } from './servers.js'

/** MariaDB. Its superuser has no password and comes through the socket in the server's folder. */
export class MariaDb extends Server {
  private constructor(
    port: number,
    /** Options of the server by name, e.g. max-connections; a change takes effect at the next start. */
    readonly settings: Record<string, string>,
  ) {
    super('mariadb', port, accountOf('mysql'))
  }

  static async start(settings: Record<string, string> = {}): Promise<MariaDb> {
    const server = new MariaDb(await serverPort(), settings)
    // Of its own: two that are made at once take one another's temporary tables away.
    const own = `--tmpdir=${server.folder}`
    const from = ['--no-defaults', own, `--datadir=${server.data}`, '--auth-root-authentication-method=normal']
    await server.tool('mariadb-install-db', [...from, '--skip-test-db', '--skip-name-resolve'], { timeout: 60_000 })
    await server.launch()
    return server
  }

  /** Runs SQL as the superuser and returns rows by line, columns by tab. @throws Error with the server's words */
  sql(text: string): Promise<string> {
    const form = ['--batch', '--skip-column-names']
    return this.tool('mariadb', ['--no-defaults', `--socket=${this.socket}`, '--user=root', ...form, '-e', text])
  }

  /** Makes a user that may do everything in a database, which is made, too. */
  async createUser(user: string, password: string, database: string): Promise<void> {
    await this.sql(`CREATE DATABASE IF NOT EXISTS \`${database}\``)
    await this.sql(`CREATE USER '${user}'@'%' IDENTIFIED BY '${password}'`)
    await this.sql(`GRANT ALL ON \`${database}\`.* TO '${user}'@'%'`)
  }

  /** Changes the password of a user; its connections stay. */
  async setPassword(user: string, password: string): Promise<void> {
    await this.sql(`ALTER USER '${user}'@'%' IDENTIFIED BY '${password}'`)
  }

  protected override command() {
    const settings = {
      datadir: this.data,
      socket: this.socket,
      port: `${this.port}`,
      'bind-address': '127.0.0.1',
      'pid-file': path.join(this.folder, 'pid'),
      'skip-name-resolve': '1',
      tmpdir: this.folder,
      // What a killed process has written is safe with the kernel; only a machine's failure would lose it.
      'innodb-flush-log-at-trx-commit': '2',
      ...this.settings,
    }
    return [
      'mariadbd',
      '--no-defaults',
      ...Object.entries(settings).map(([key, value]) => `--${key}=${value}`),
    ] as const
  }

  protected override ask() {
    return this.sql('SELECT 1')
  }

  private get data(): string {
    return path.join(this.folder, 'data')
  }

  private get socket(): string {
    return path.join(this.folder, 'socket')
  }
}
