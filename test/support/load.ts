import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Service } from './service.js'

export interface Shot {
  readonly method?: string
  readonly path: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What stands before a service: it asks for readiness and sends no more once the answer is no. */
export class Balancer {
  open = true
  sent = 0

  constructor(private readonly service: Service) {
    void this.watch()
  }

  private async watch(): Promise<void> {
    while (this.open) {
      const status = await this.service.admin('/readyz').then(
        (answer) => answer.status,
        () => 0,
      )
      this.open = status === 200
      await sleep(50)
    }
  }
}

/** Sends one request after the other over a kept connection, and returns what failed. */
export async function client(
  service: Service,
  balancer: { open: boolean; sent: number },
  shot: Shot | (() => Shot),
): Promise<string[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const failures: string[] = []
  while (balancer.open) {
    try {
      const { status } = await send(service.port, typeof shot === 'function' ? shot() : shot, agent)
      if (status !== 200 && status !== 201) {
        failures.push(`status ${status}`)
      }
    } catch (error) {
      failures.push(String(error))
    }
    balancer.sent += 1
  }
  agent.destroy()
  return failures
}

/** One request, with a body or without, read to its end. */
export function send(
  port: number,
  { method = 'GET', path, body, headers = {} }: Shot,
  agent?: http.Agent,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, headers: { ...headers }, timeout: 30_000 }
    const sent = http.request(agent === undefined ? options : { ...options, agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
      response.on('error', reject)
    })
    sent.on('timeout', () => sent.destroy(new Error(`no answer from ${port}${path}`)))
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Polls, because a process has nothing else to wait on. */
export async function until(holds: () => boolean | Promise<boolean>, within = 30_000): Promise<void> {
  for (let left = within / 50; left > 0; left--) {
    if (await holds()) {
      return
    }
    await sleep(50)
  }
  throw new Error(`not within ${within / 1_000} s`)
}
