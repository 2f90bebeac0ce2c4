import fs from 'node:fs'
import net from 'node:net'
import { expect, test } from '@jest/globals'
import { MariaDb } from '../../support/mariadb.js'
import { Nats } from '../../support/nats.js'
import { Postgres } from '../../support/postgres.js'
import { Redis } from '../../support/redis.js'
import type { Server } from '../../support/servers.js'
import { describeWith } from '../../support/tools.js'

/** A server that can keep a word. */
interface Keeper {
  readonly server: Server
  keep(word: string): Promise<unknown>
  kept(): Promise<string>
}

/** What all of them must do, so that a test can rely on it. */
function keepsItsWord(start: () => Promise<Keeper>): void {
  test('keeps port and data through kill, restart and hanging', async () => {
    const { server, keep, kept } = await start()
    await keep('first')

    await server.kill()
    await expect(kept()).rejects.toThrow()
    await server.restart()
    expect(await kept()).toBe('first')

    await keep('second')
    await server.restart()
    expect(await kept()).toBe('second')

    server.pause()
    const late = kept()
    expect(await Promise.race([late, pause(300)])).toBe('nothing yet')
    server.resume()
    expect(await late).toBe('second')

    await server.end()
    expect(fs.existsSync(server.folder)).toBe(false)
  })
}

function pause(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, ms, 'nothing yet'))
}

describeWith(['postgres', 'initdb', 'psql'], 'PostgreSQL for the tests', () => {
  keepsItsWord(async () => {
    const server = await Postgres.start()
    await server.sql('CREATE TABLE word (word text)')
    return {
      server,
      keep: (word) => server.sql(`DELETE FROM word; INSERT INTO word VALUES ('${word}')`),
      kept: () => server.sql('SELECT word FROM word'),
    }
  })

  test('changes a password and the number of connections', async () => {
    const server = await Postgres.start({ max_connections: '10' })
    await server.sql(`CREATE ROLE app LOGIN PASSWORD 'old'`)
    await server.setPassword('app', 'new')
    await expect(server.sql('SELECT 1', { user: 'app', password: 'old' })).rejects.toThrow('authentication failed')
    expect(await server.sql('SELECT current_user', { user: 'app', password: 'new' })).toBe('app')
    server.settings['max_connections'] = '7'
    await server.restart()
    expect(await server.sql('SHOW max_connections')).toBe('7')
  })
})

describeWith(['mariadbd', 'mariadb-install-db', 'mariadb'], 'MariaDB for the tests', () => {
  keepsItsWord(async () => {
    const server = await MariaDb.start()
    await server.createUser('app', 'old', 'words')
    await server.setPassword('app', 'new')
    await server.sql('CREATE TABLE words.word (word text)')
    return {
      server,
      keep: (word) => server.sql(`DELETE FROM words.word; INSERT INTO words.word VALUES ('${word}')`),
      kept: () => server.sql('SELECT word FROM words.word'),
    }
  })
})

describeWith(['redis-server', 'redis-cli'], 'Redis for the tests', () => {
  keepsItsWord(async () => {
    const server = await Redis.start()
    await server.setPassword('new')
    return { server, keep: (word) => server.cli('SET', 'word', word), kept: () => server.cli('GET', 'word') }
  })
})

describeWith(['nats-server'], 'NATS for the tests', () => {
  test('comes back on its port, hangs on demand, and changes who may come in', async () => {
    const server = await Nats.start({ access: { token: 'old' } })
    await server.kill()
    await expect(connect(server.port, 'old')).rejects.toThrow('ECONNREFUSED')
    await server.restart()
    expect(await connect(server.port, 'old')).toContain('PONG')
    server.pause()
    const late = connect(server.port, 'old')
    expect(await Promise.race([late, pause(300)])).toBe('nothing yet')
    server.resume()
    expect(await late).toContain('PONG')
    await server.setAccess({ token: 'new' })
    expect(await connect(server.port, 'old')).toContain('Authorization Violation')
    expect(await connect(server.port, 'new')).toContain('PONG')
  })

  test('says why it does not start', async () => {
    const start = Nats.start({ extra: 'no_such_setting: true' })
    await expect(start).rejects.toThrow('unknown field "no_such_setting"')
  })
})

/** NATS' own protocol, which is text: greeting, who I am, ping. */
function connect(port: number, token: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = net.connect({ host: '127.0.0.1', port, timeout: 10_000 })
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text
      if (/PONG|-ERR/.test(answer)) {
        socket.destroy()
        resolve(answer)
      }
    })
    socket.write(`CONNECT ${JSON.stringify({ verbose: false, auth_token: token })}\r\nPING\r\n`)
    socket.once('error', reject).once('timeout', () => reject(new Error('timeout')))
  })
}
