import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from '@jest/globals'
import { until } from '../../support/load.js'
import { generate, recipe, workFolder } from '../../support/project.js'
import { succeed } from '../../support/tools.js'
import { ConfigMapMount, Configured, changes, type Holder, quiet, refuses, storm } from './settings.js'

/** A configuration centre that can fail. */
export interface Centre extends Holder {
  readonly source: 'consul' | 'nacos'
  /** What leads the program to it. */
  readonly env: Readonly<Record<string, string>>
  launch(): Promise<void>
  kill(): Promise<void>
  pause(): void
  resume(): void
}

/** What happens between a program and its centre, each event seen in log, metrics and readiness. */
export function scenarios(prepare: () => Promise<Centre>): void {
  const work = workFolder()
  let centre: Centre
  let command: string[]
  let mount: ConfigMapMount
  let env: Record<string, string>

  beforeAll(async () => {
    centre = await prepare()
    const project = generate(work, recipe('orders', `--config-source=${centre.source}`))
    succeed('make', ['build'], { cwd: project })
    mount = new ConfigMapMount(path.join(work, 'mount'), 'values:\n  greeting: from the file\n')
    command = [path.join(project, 'bin/orders'), '--config', mount.file]
    env = { ...centre.env, CONFIG_CACHE_DIR: fs.mkdtempSync(path.join(work, 'cache-')) }
  })

  async function running(use: (program: Configured) => Promise<void>): Promise<void> {
    const program = await Configured.start(centre, command, env)
    try {
      await use(program)
      const begin = Date.now()
      program.service.signal('SIGTERM')
      expect(await program.service.exit()).toEqual({ code: 0, signal: null })
      program.judge('SIGTERM', { 'within 3 s, whatever the centre does': Date.now() - begin < 3_000 })
    } finally {
      await program.service.kill()
    }
  }

  test('down at the start, without a snapshot: file and environment, until it is there', () =>
    running(async (program) => {
      program.judge('down at the start, without a snapshot', {
        ready: await program.isReady(),
        'the file counts': (await program.greeting()) === 'from the file',
        'logged as an error': program.logged('starting without the config centre').length === 1,
        'logged as down, once': program.logged('config centre is down').length === 1,
        'config_centre_up is 0': (await program.metric('config_centre_up')) === 0,
        'failures are counted': (await program.metric('config_centre_fetch_failures_total')) > 0,
        'no age without a document': Number.isNaN(await program.metric('config_centre_age_seconds')),
      })
      await centre.launch()
      await centre.set({ 'values.greeting': 'from the centre' })
      await until(async () => (await program.greeting()) === 'from the centre')
      program.judge('up for the first time', {
        'logged as back': program.logged('config centre is back').length === 1,
        'config_centre_up is 1': (await program.metric('config_centre_up')) === 1,
        'an age of seconds': (await program.metric('config_centre_age_seconds')) < 15,
      })
    }))

  test(
    'changes, mistakes and storms, and a file below it',
    () =>
      running(async (program) => {
        await changes(program, centre)
        await refuses(program, centre)
        await quiet()
        const revision = await program.label('config_centre_info', 'revision')
        mount.swap('values:\n  greeting: from the file again\n  other: new\n')
        await until(() => program.audit('values.other').length === 1)
        program.judge('a change of the file below', {
          'no effect on a key of the centre': (await program.greeting()) === 'Moin',
          'an effect on another key': program.audit('values.other').at(-1)?.[1] === 'new',
          'the revision stays': (await program.label('config_centre_info', 'revision')) === revision,
        })
        await storm(program, centre)
        await until(async () => (await program.label('config_centre_info', 'revision')) !== revision)
      }),
    240_000,
  )

  for (const [event, fail, repair] of [
    ['killed', () => centre.kill(), () => centre.launch()],
    ['hanging', async () => centre.pause(), async () => centre.resume()],
  ] as const) {
    test(
      `${event}, and back`,
      () =>
        running(async (program) => {
          await centre.set({ 'values.greeting': 'last good' })
          await until(async () => (await program.greeting()) === 'last good')
          await quiet()
          const failed: unknown[] = []
          let watched = true
          const watch = (async () => {
            while (watched) {
              const ok = (await program.isReady()) && (await program.greeting()) !== 'from the file'
              failed.push(...(ok ? [] : [Date.now()]))
              await sleep(20)
            }
          })()
          await fail()
          await until(async () => (await program.metric('config_centre_up')) === 0)
          await sleep(8_000)
          program.judge(event, {
            'the last good settings stay': (await program.greeting()) === 'last good',
            'logged once, not per try': program.logged('config centre is down').length === 1,
            'tries are counted': (await program.metric('config_centre_fetch_failures_total')) > 1,
            'the age grows': (await program.metric('config_centre_age_seconds')) > 7,
          })
          await repair()
          await until(() => program.logged('config centre is back').length === 1)
          await centre.set({ 'values.greeting': 'after it' })
          await until(async () => (await program.greeting()) === 'after it')
          watched = false
          await watch
          program.judge(`back after it was ${event}`, {
            'config_centre_up is 1': (await program.metric('config_centre_up')) === 1,
            'never unready, never without settings': failed.length === 0,
          })
        }),
      180_000,
    )
  }

  test('down at the start, with a snapshot: the last good settings', async () => {
    await centre.set({ 'values.greeting': 'remembered' })
    await running((program) => until(async () => (await program.greeting()) === 'remembered'))
    await centre.kill()
    await running(async (program) => {
      const [file = ''] = fs.readdirSync(env['CONFIG_CACHE_DIR'] as string)
      const { mode } = fs.statSync(path.join(env['CONFIG_CACHE_DIR'] as string, file))
      program.judge('down at the start, with a snapshot', {
        'the snapshot counts': (await program.greeting()) === 'remembered',
        'logged as a warning, with its age': program
          .logged('starting with the config centre')
          .some((line) => line['level'] === 'WARN' && line['age'] !== undefined),
        'for the service alone': (mode & 0o777) === 0o600,
        'a revision and an age': (await program.metric('config_centre_age_seconds')) >= 0,
      })
    })
  })
}
