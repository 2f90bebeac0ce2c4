import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from '@jest/globals'
import { Consul } from '../../support/consul.js'
import { until } from '../../support/load.js'
import { generate, recipe, workFolder } from '../../support/project.js'
import { describeWith, succeed } from '../../support/tools.js'
import { scenarios } from './centre.js'
import { Configured, quiet } from './settings.js'

const consul = { name: 'Consul', version: '1.20.6' }

describeWith(['go', 'make', 'consul'], 'settings from a real Consul', () => {
  scenarios(async () => {
    const server = await Consul.prepare()
    return {
      ...consul,
      source: 'consul',
      env: { CONSUL_ADDRESS: `http://${server.address}` },
      set: (values) =>
        server.set(
          Object.fromEntries(Object.entries(values).map(([key, value]) => [`orders/${key.replace('.', '/')}`, value])),
        ),
      launch: () => server.launch(),
      kill: () => server.kill(),
      pause: () => server.pause(),
      resume: () => server.resume(),
    }
  })
})

describeWith(['go', 'make', 'consul'], 'settings from a real Consul that asks for tokens', () => {
  const work = workFolder()

  test('a token is rotated while it is used, and one without rights takes no setting away', async () => {
    const server = await Consul.prepare({ management: randomUUID() })
    await server.launch()
    const set = (greeting: string) => server.set({ 'orders/values/greeting': greeting })
    const project = generate(work, recipe('orders', '--config-source=consul'))
    succeed('make', ['build'], { cwd: project })
    const credentials = path.join(work, 'credentials')
    fs.mkdirSync(credentials)
    const use = (secret: string) => fs.writeFileSync(path.join(credentials, 'consul-token'), `${secret}\n`)

    await set('Hello')
    const first = await server.grant('orders/')
    use(first.secret)
    const program = await Configured.start(consul, [path.join(project, 'bin/orders')], {
      CREDENTIALS_DIR: credentials,
      CONSUL_ADDRESS: `http://${server.address}`,
    })
    try {
      program.judge('a token that may read', { 'the settings count': (await program.greeting()) === 'Hello' })

      await quiet()
      const second = await server.grant('orders/')
      use(second.secret)
      // The question that waits still has the old one; the next has the new one.
      await set('Moin')
      await until(async () => (await program.greeting()) === 'Moin')
      await sleep(1_000)
      await server.revoke(first.id)
      await quiet()
      await set('Servus')
      await until(async () => (await program.greeting()) === 'Servus')
      program.judge('a rotated token', {
        'read again without a restart': (await program.metric('config_centre_fetch_failures_total')) === 0,
      })

      const stranger = await server.grant('others/')
      use(stranger.secret)
      await server.revoke(second.id)
      await until(async () => (await program.metric('config_centre_up')) === 0)
      await sleep(2_000)
      const logged = `${program.service.stdout}${program.service.stderr}`
      program.judge('a token without rights', {
        'takes no setting away': (await program.greeting()) === 'Servus',
        'logged once, with the reason': program
          .logged('config centre is down')
          .every((line, at, all) => all.length === 1 && at === 0 && /token|ACL|Permission/i.test(`${line['error']}`)),
        'no token in the log': ![first, second, stranger].some(({ secret }) => logged.includes(secret)),
        ready: await program.isReady(),
      })

      use((await server.grant('orders/')).secret)
      await until(() => program.logged('config centre is back').length === 1)
      program.judge('a token with rights again', {
        'config_centre_up is 1': (await program.metric('config_centre_up')) === 1,
      })
    } finally {
      await program.service.kill()
    }
  }, 180_000)
})
