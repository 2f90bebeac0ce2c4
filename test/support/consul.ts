import http from 'node:http'
import { Server } from './servers.js'
import { freePorts } from './service.js'

/** A Consul server of one, whose data outlives its processes. */
export class Consul extends Server {
  private constructor(
    port: number,
    private readonly inner: readonly number[],
    /** May everything; without one everybody may. */
    private readonly management: string | undefined,
  ) {
    super('consul', port)
  }

  /** On ports of its own; it is not started. */
  static async prepare({ management }: { management?: string } = {}): Promise<Consul> {
    const [port = 0, ...inner] = await freePorts(3)
    return new Consul(port, inner, management)
  }

  protected override command() {
    const [rpc, serf] = this.inner
    const ports = { http: this.port, server: rpc, serf_lan: serf, dns: -1, grpc: -1, grpc_tls: -1, serf_wan: -1 }
    const settings = {
      ports,
      performance: { raft_multiplier: 1 },
      connect: { enabled: false },
      disable_update_check: true,
      ...(this.management === undefined
        ? {}
        : {
            acl: {
              enabled: true,
              default_policy: 'deny',
              tokens: { initial_management: this.management, agent: this.management },
            },
          }),
    }
    return [
      'consul',
      'agent',
      '-server',
      '-bootstrap-expect=1',
      '-bind=127.0.0.1',
      '-client=127.0.0.1',
      `-data-dir=${this.folder}/data`,
      `-hcl=${Object.entries(settings)
        .map(([key, value]) => `${key} = ${JSON.stringify(value).replaceAll('":', '"=')}`)
        .join('\n')}`,
    ] as const
  }

  /** It answers questions about keys once it has a leader. */
  protected override async ask() {
    if (JSON.parse(await this.request('GET', '/v1/status/leader')) === '') {
      throw new Error('no leader')
    }
    await this.request('PUT', '/v1/kv/ready', 'yes')
  }

  /** Sets keys in one transaction, or removes those without a value. */
  async set(values: Readonly<Record<string, string | undefined>>): Promise<void> {
    const operations = Object.entries(values).map(([Key, value]) => ({
      KV: value === undefined ? { Verb: 'delete', Key } : { Verb: 'set', Key, Value: btoa(value) },
    }))
    await this.request('PUT', '/v1/txn', JSON.stringify(operations))
  }

  /** A token that may read the keys below a prefix, and no others. */
  async grant(prefix: string): Promise<{ id: string; secret: string }> {
    const Name = `read-${Math.random().toString(36).slice(2)}`
    await this.request(
      'PUT',
      '/v1/acl/policy',
      JSON.stringify({ Name, Rules: `key_prefix "${prefix}" { policy = "read" }` }),
    )
    const token = JSON.parse(await this.request('PUT', '/v1/acl/token', JSON.stringify({ Policies: [{ Name }] })))
    return { id: token.AccessorID, secret: token.SecretID }
  }

  async revoke(id: string): Promise<void> {
    await this.request('DELETE', `/v1/acl/token/${id}`)
  }

  private request(method: string, path: string, body = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = this.management === undefined ? {} : { 'X-Consul-Token': this.management }
      const options = { host: '127.0.0.1', port: this.port, path, method, headers, timeout: 5_000 }
      const sent = http.request(options, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))))
        response.on('error', reject)
      })
      sent.on('timeout', () => sent.destroy(new Error('no answer')))
      sent.on('error', reject)
      sent.end(body)
    })
  }
}
