import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { creation } from '../../support/greetings.js'
import { send } from '../../support/load.js'
import { Postgres } from '../../support/postgres.js'
import { generate, recipe, workFolder } from '../../support/project.js'
import { record } from '../../support/proof.js'
import { Service } from '../../support/service.js'
import { describeWith, succeed } from '../../support/tools.js'

/** During an update replicas of both versions answer, and a client that repeats a request meets either. */
describeWith(['go', 'postgres'], 'a repeated request that meets another version of the service', () => {
  const work = workFolder()
  const credentials = path.join(work, 'credentials')
  const programs: Record<'old' | 'young', string> = { old: '', young: '' }

  beforeAll(() => {
    for (const version of ['old', 'young'] as const) {
      const project = generate(work, recipe(version, '--postgres', '--no-tracing'))
      programs[version] = path.join(project, 'bin/orders')
      if (version === 'young') {
        const file = path.join(project, 'internal/greeting/http.go')
        const source = fs.readFileSync(file, 'utf8')
        const edited = source.replace(
          'Name string `json:"name"`',
          'Name  string `json:"name"`\n\tTitle string `json:"title"`',
        )
        expect(edited).not.toBe(source)
        fs.writeFileSync(file, edited)
      }
      succeed('go', ['build', '-o', programs[version], './cmd/orders'], { cwd: project })
    }
    fs.mkdirSync(credentials)
    fs.writeFileSync(path.join(credentials, 'postgres-password'), 'first')
  })

  test('it has the first answer, whatever the other version makes of it', async () => {
    const postgres = await Postgres.start()
    await postgres.sql("CREATE ROLE orders LOGIN PASSWORD 'first'")
    await postgres.sql('CREATE DATABASE orders OWNER orders')
    const env = {
      CREDENTIALS_DIR: credentials,
      SHUTDOWN_DRAIN: '0s',
      POSTGRES_HOST: '127.0.0.1',
      POSTGRES_PORT: `${postgres.port}`,
      POSTGRES_TLS: 'disable',
    }
    succeed(programs.old, ['migrate', 'up'], { env })
    const old = await Service.start([programs.old], { env })
    // Its settings are stricter, too.
    const young = await Service.start([programs.young], { env: { ...env, OWN_BLOCKED_NAMES: 'Mallory' } })
    try {
      await Promise.all([old.ready(), young.ready()])
      const post = async (service: Service, key: string, body: string) => {
        const { status, headers, body: text } = await send(service.port, { ...creation('', key), body })
        return { status, replayed: headers['idempotent-replayed'] === 'true', text }
      }
      const findings: string[] = []
      const rounds: [string, Service, Service, string][] = [
        ['a field is new', old, young, '{"name":"Ada"}'],
        ['a field is not known yet', young, old, '{"name":"Ada","title":"Dr"}'],
        ['a name is refused by now', old, young, '{"name":"Mallory"}'],
        ['other blanks', old, young, '{ "name": "Ada" }'],
      ]
      for (const [event, first, second, body] of rounds) {
        const key = `versions: ${event}`.replaceAll(' ', '-')
        const done = await post(first, key, body)
        const again = await post(second, key, body.replaceAll(': ', ':'))
        const same = done.status === 201 && again.status === 201 && again.replayed && again.text === done.text
        findings.push(...(same ? [] : [`${event}: ${done.status}, then ${again.status} ${again.text}`]))
      }
      const other = await post(young, 'versions:-a-field-is-new', '{"name":"Ada","title":"Dr"}')
      findings.push(...(other.status === 422 ? [] : [`another request: ${other.status}`]))
      const refused = await post(young, 'versions:-nobody-knows-it', '{"name":"Mallory"}')
      findings.push(...(refused.status === 400 ? [] : [`a first request that is refused: ${refused.status}`]))
      record({
        group: 'dependencies',
        tool: 'PostgreSQL',
        version: '17',
        subject: 'repeated requests during an update',
        judged: rounds.length,
        unit: 'requests',
        findings,
      })
      expect(findings).toEqual([])
    } finally {
      await Promise.all([old.kill(), young.kill()])
    }
  })
})
