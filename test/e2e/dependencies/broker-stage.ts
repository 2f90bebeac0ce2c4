import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from '@jest/globals'
import { creation } from '../../support/greetings.js'
import { send, until } from '../../support/load.js'
import { generate, recipe } from '../../support/project.js'
import { record } from '../../support/proof.js'
import type { Server } from '../../support/servers.js'
import { records, Service } from '../../support/service.js'
import { succeed } from '../../support/tools.js'
import { toolVersion } from '../tools/table.mjs'

/** A broker that runs, and what a service has to know of it. */
export interface Broker {
  /** As the service calls it. */
  readonly name: string
  /** As the table of tools does. */
  readonly tool: string
  readonly server: Server
  readonly env: Readonly<Record<string, string>>
  /** Files beside the password. */
  readonly credentials?: Readonly<Record<string, string>>
}

/** What a handler does for one name, so that a message can end the process each time. */
export const deadly = 'if event.Name == "deadly" {\n\t\t\tos.Exit(1)\n\t\t}\n\t\t'

/** The program of a project with this broker, whose handler tells whose message it was, as the example does not. */
export function built(work: string, flag: string, more = ''): string {
  const project = generate(work, recipe('orders', flag))
  // The example keeps names out of the log, and the tests have to know whose message was handled.
  const handler = path.join(project, 'internal/greeting/greeted/greeted.go')
  const source = fs.readFileSync(handler, 'utf8')
  const telling = source
    .replace('"message_id", m.ID)', '"message_id", m.ID, "name", event.Name)')
    .replace('// Without the name', `${more}// Without the name`)
    .replace('"log/slog"', more.includes('os.') ? '"log/slog"\n\t"os"' : '"log/slog"')
  expect(telling).toContain('event.Name)')
  fs.writeFileSync(handler, telling)
  // Other clients name no type, so somebody has to handle what has none.
  const components = path.join(project, 'internal/app/components.go')
  const typed = 'greeted.Type: greeted.Handler(a.logger),\n'
  const wired = fs.readFileSync(components, 'utf8')
  expect(wired).toContain(typed)
  fs.writeFileSync(components, wired.replace(typed, `${typed}\t\t"": greeted.Handler(a.logger),\n`))
  succeed('make', ['build'], { cwd: project })
  return path.join(project, 'bin/orders')
}

/** One broker and the services that run against it, one after the other. */
export class Stage {
  /** Names of the greetings that were answered with 201: the broker has said that it has them. */
  readonly acknowledged = new Set<string>()
  private readonly services: Service[] = []
  private readonly credentials: string
  private greetings = 0
  private loading = false

  constructor(
    private readonly binary: string,
    work: string,
    private readonly broker: Broker,
  ) {
    this.credentials = fs.mkdtempSync(path.join(work, 'credentials-'))
    this.write(`${broker.name}-password`, 'first')
    for (const [file, text] of Object.entries(broker.credentials ?? {})) {
      this.write(file, text)
    }
  }

  async start(more: Record<string, string> = {}): Promise<Service> {
    const service = await Service.start([this.binary], {
      env: {
        ...this.broker.env,
        CREDENTIALS_DIR: this.credentials,
        SHUTDOWN_DRAIN: '0s',
        HEALTH_CHECK_CACHE: '0s',
        ...more,
      },
    })
    this.services.push(service)
    return service
  }

  /** Waits until the service says that the broker is there, or that it is not. Readiness doesn't depend on it. */
  async sees(there: boolean): Promise<void> {
    const line = there ? `[+]${this.broker.name} ok` : `[!]${this.broker.name} failed`
    await until(async () => {
      const { status: answer, body } = await this.current
        .admin('/readyz?verbose')
        .catch(() => ({ status: 0, body: '' }))
      return answer === 200 && body.includes(line)
    })
  }

  setPassword(password: string): void {
    this.write(`${this.broker.name}-password`, password)
  }

  /** Writes a credential as the kubelet does it: no reader finds half of it. */
  write(file: string, text: string): void {
    const target = path.join(this.credentials, file)
    fs.writeFileSync(`${target}.new`, text)
    fs.renameSync(`${target}.new`, target)
  }

  /** One greeting, whose status is returned; 0 without an answer. */
  async greet(name: string): Promise<number> {
    const { status } = await send(this.current.port, creation(name)).catch(() => ({ status: 0 }))
    if (status === 201) {
      this.acknowledged.add(name)
    }
    return status
  }

  /** Four at a time, until it is stopped. */
  load(): { stop(): Promise<void> } {
    this.loading = true
    const clients = [1, 2, 3, 4].map(async () => {
      while (this.loading) {
        this.greetings += 1
        const status = await this.greet(`n${this.greetings}`)
        await sleep(status === 201 ? 1 : 50)
      }
    })
    return {
      stop: async () => {
        this.loading = false
        await Promise.all(clients)
      },
    }
  }

  /** Whether the metrics of the current service have a text. */
  async exports(text: string): Promise<boolean> {
    return (await this.current.admin('/metrics')).body.includes(text)
  }

  /** How many messages of an outcome the current service counts. */
  async count(outcome: string): Promise<number> {
    const { body } = await this.current.admin('/metrics')
    return Number(new RegExp(`^consumer_messages_total\\{.*outcome="${outcome}"\\} (\\d+)$`, 'm').exec(body)?.[1])
  }

  /** Waits until all that was acknowledged is handled, then looks for what was handled twice. */
  async settled(event: string): Promise<void> {
    const missing = () => {
      const names = new Set(this.handled().map(({ name }) => name))
      return [...this.acknowledged].filter((name) => !names.has(name))
    }
    await until(() => missing().length === 0).catch(() => undefined)
    // What would come again does so before its acknowledgement is waited for in vain.
    await sleep(500)
    const ids = this.handled().map(({ message_id: id }) => id)
    const repeated = ids.filter((id, at) => ids.indexOf(id) !== at)
    const findings = [
      ...missing().map((name) => `lost: ${name}`),
      ...[...new Set(repeated)].map((id) => `handled twice: ${id}`),
    ]
    record({
      group: 'dependencies',
      tool: this.broker.tool,
      version: toolVersion(this.broker.tool),
      subject: event,
      judged: 1,
      unit: 'runs',
      findings,
    })
    expect(findings).toEqual([])
    const counted = await this.count('processed')
    const { length } = records(this.current.stdout).filter(({ message }) => message === 'somebody was greeted')
    expect(counted).toBe(length)
  }

  async end(): Promise<void> {
    this.loading = false
    for (const service of this.services) {
      await service.kill()
    }
    await this.broker.server.end()
  }

  private get current(): Service {
    return this.services.at(-1) as Service
  }

  /** Events that a handler has finished, in every service. */
  private handled() {
    return this.services
      .flatMap((service) => records(service.stdout.slice(0, service.stdout.lastIndexOf('\n') + 1)))
      .filter(({ message }) => message === 'somebody was greeted')
  }
}

/** The answer of a probe; 0 without one. */
export const status = async (service: Service, probe: string) =>
  service.admin(probe).then(
    (answer) => answer.status,
    () => 0,
  )

/** What the service has written, line by line. */
export const messages = (service: Service) => records(service.stdout).map(({ message }) => message)

/** Its components, in the order in which they ended. */
export const stopped = (service: Service) =>
  records(service.stdout)
    .filter(({ message }) => message === 'component stopped')
    .map(({ component }) => component)
