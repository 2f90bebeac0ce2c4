import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from '@jest/globals'
import { creation } from '../../support/greetings.js'
import { send, until } from '../../support/load.js'
import { record } from '../../support/proof.js'
import { records, Service } from '../../support/service.js'

/** At most one swap in this time: reloadMinInterval of the generated program. */
const interval = 5

/** Something that holds settings which may change: by their keys, undefined removes one. */
export interface Holder {
  /** As the proof names it. */
  readonly name: string
  readonly version: string
  set(values: Readonly<Record<string, string | undefined>>): Promise<void> | void
}

/** A directory with config.yaml, as the kubelet mounts a ConfigMap. */
export class ConfigMapMount {
  readonly file: string
  private version = 0

  constructor(
    private readonly folder: string,
    content: string,
  ) {
    fs.mkdirSync(folder, { recursive: true })
    this.file = path.join(folder, 'config.yaml')
    this.swap(content)
    fs.symlinkSync('..data/config.yaml', this.file)
  }

  /** Points ..data to another directory, in one step. */
  swap(content: string): void {
    this.version += 1
    const next = `..version-${this.version}`
    fs.mkdirSync(path.join(this.folder, next))
    fs.writeFileSync(path.join(this.folder, next, 'config.yaml'), content)
    fs.symlinkSync(next, path.join(this.folder, '..data_tmp'))
    fs.renameSync(path.join(this.folder, '..data_tmp'), path.join(this.folder, '..data'))
    fs.rmSync(path.join(this.folder, `..version-${this.version - 1}`), { recursive: true, force: true })
  }
}

/** The program with its mount, and questions to it. */
export class Configured {
  private constructor(
    readonly service: Service,
    private readonly name: string,
    private readonly version: string,
  ) {}

  static async start(
    { name, version }: Pick<Holder, 'name' | 'version'>,
    command: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<Configured> {
    const service = await Service.start(command, { env: { SHUTDOWN_DRAIN: '0s', ...env } })
    const configured = new Configured(service, name, version)
    await service.ready()
    return configured
  }

  /** The lines of the log with this message. */
  logged(message: string): ReturnType<typeof records> {
    return [...records(whole(this.service.stdout)), ...records(whole(this.service.stderr))].filter((line) =>
      `${line['message']}`.includes(message),
    )
  }

  /** The audit lines of a key: its values, old and new. */
  audit(key: string): unknown[][] {
    return this.logged('config changed')
      .filter((line) => line['key'] === key)
      .map((line) => [line['old'], line['new']])
  }

  async greeting(): Promise<string> {
    const { body } = await send(this.service.port, creation('Ada'))
    return `${JSON.parse(body).message}`.replace(', Ada!', '')
  }

  /** A metric without labels, or with any. */
  async metric(name: string): Promise<number> {
    const { body } = await this.service.admin('/metrics')
    return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(body)?.[1])
  }

  async label(name: string, label: string): Promise<string | undefined> {
    const { body } = await this.service.admin('/metrics')
    return new RegExp(`^${name}\\{${label}="([^"]*)"\\}`, 'm').exec(body)?.[1]
  }

  async isReady(): Promise<boolean> {
    return (await this.service.admin('/readyz')).status === 200
  }

  /** Judges one event: what should hold, by name. It is on record before a failure shows. */
  judge(event: string, expectations: Readonly<Record<string, boolean>>): void {
    const findings = Object.entries(expectations).flatMap(([what, holds]) => (holds ? [] : [`${event}: ${what}`]))
    record({
      group: 'dependencies',
      tool: this.name,
      version: this.version,
      subject: event,
      judged: Object.keys(expectations).length,
      unit: 'expectations',
      findings,
    })
    expect(findings).toEqual([])
  }
}

/** Without a line that is still being written. */
const whole = (stream: string) => stream.slice(0, stream.lastIndexOf('\n') + 1)

/** Waits until nothing limits the next swap. */
export const quiet = () => sleep((interval + 1) * 1000)

const seconds = (since: number) => (Date.now() - since) / 1000

/** A change, its audit, and how long it took. */
export async function changes(program: Configured, holder: Holder): Promise<void> {
  await holder.set({ 'values.greeting': 'Hello', 'values.api_token': 'hunter1' })
  await until(async () => (await program.greeting()) === 'Hello')
  await quiet()
  const before = await program.metric('config_reloads_total')
  const begin = Date.now()
  await holder.set({
    'values.greeting': 'Moin',
    'log.level': 'debug',
    'values.api_token': 'hunter2',
    'http.maxBodyBytes': '2MiB',
  })
  await until(async () => (await program.greeting()) === 'Moin')
  const took = seconds(begin)
  await until(() => program.audit('values.greeting').length > 0 && program.logged('needs restart').length > 0)
  program.judge('a change', {
    [`live within 2 s (${took.toFixed(1)} s)`]: took <= 2,
    'an audit line with old and new': same(program.audit('values.greeting').at(-1), ['Hello', 'Moin']),
    'an audit line for the other key': same(program.audit('log.level').at(-1), ['info', 'debug']),
    'secrets are masked in it': same(program.audit('values.api_token').at(-1), ['***', '***']),
    'no secret in any line': !`${program.service.stdout}${program.service.stderr}`.includes('hunter'),
    'the level is in force': (await program.service.admin('/loglevel')).body.includes('debug'),
    'a key that is not reloadable needs a restart': program
      .logged('needs restart')
      .some((line) => line['key'] === 'http.maxBodyBytes'),
    'one swap': (await program.metric('config_reloads_total')) === before + 1,
  })
  await quiet()
  await holder.set({ 'log.level': 'info', 'http.maxBodyBytes': undefined })
  await until(() => same(program.audit('log.level').at(-1), ['debug', 'info']))
}

/** A change with a mistake, and its repair. */
export async function refuses(program: Configured, holder: Holder): Promise<void> {
  await holder.set({ 'values.greeting': 'Hello' })
  await until(async () => (await program.greeting()) === 'Hello')
  await quiet()
  const failures = await program.metric('config_reload_failures_total')
  const refusals = program.logged('refused').length
  await holder.set({ 'values.greeting': 'Moin', 'log.level': 'loud' })
  await until(async () => (await program.metric('config_reload_failures_total')) > failures)
  await sleep(3_000)
  program.judge('an invalid change', {
    'refused as a whole': (await program.greeting()) === 'Hello',
    'the service stays ready': await program.isReady(),
    'logged once, with the key':
      program.logged('refused').length === refusals + 1 &&
      `${program.logged('refused').at(-1)?.['error']}`.includes('log.level'),
    'counted once': (await program.metric('config_reload_failures_total')) === failures + 1,
    'shown as not successful': (await program.metric('config_last_reload_successful')) === 0,
  })
  await holder.set({ 'log.level': 'info' })
  await until(async () => (await program.greeting()) === 'Moin')
  program.judge('its repair', { 'shown as successful': (await program.metric('config_last_reload_successful')) === 1 })
}

/** A hundred changes a second, for twelve seconds. */
export async function storm(program: Configured, holder: Holder): Promise<void> {
  await quiet()
  const length = 12
  const before = await program.metric('config_reloads_total')
  const begin = Date.now()
  let sent = 0
  while (seconds(begin) < length) {
    sent += 1
    await holder.set({ 'values.greeting': `n${sent}` })
    await sleep(Math.max(0, begin + sent * 10 - Date.now()))
  }
  await until(async () => (await program.greeting()) === `n${sent}`)
  const swaps = (await program.metric('config_reloads_total')) - before
  const most = Math.floor(seconds(begin) / interval) + 1
  program.judge('100 changes a second', {
    [`${sent} changes in ${length} s`]: sent > 0.8 * length * 100,
    [`at most one swap in ${interval} s (${swaps} of ${most})`]: swaps >= 2 && swaps <= most,
    'the last one is in force': (await program.greeting()) === `n${sent}`,
    'each swap in the audit': program.audit('values.greeting').at(-1)?.[1] === `n${sent}`,
    'nothing refused': (await program.metric('config_last_reload_successful')) === 1,
  })
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
