import fs from 'node:fs'
import path from 'node:path'
import { stringify } from 'yaml'
import type { Manifest } from './manifests.js'
import { Server, serverPort } from './servers.js'

/** A Prometheus server that scrapes what it is told, with rules in a file of their own. */
export class Prometheus extends Server {
  private constructor(
    port: number,
    private readonly settings: { readonly config: object; readonly groups: readonly Manifest[] },
  ) {
    super('prometheus', port)
  }

  static async start(config: object, groups: readonly Manifest[]): Promise<Prometheus> {
    const server = new Prometheus(await serverPort(), { config, groups })
    await server.launch()
    return server
  }

  /** The present value of each series of an instant query. */
  async query(expr: string): Promise<{ labels: Record<string, string>; value: number }[]> {
    const answer = await fetch(`http://${this.address}/api/v1/query?query=${encodeURIComponent(expr)}`)
    const { data, error } = (await answer.json()) as Manifest
    if (error !== undefined) {
      throw new Error(`${expr}: ${error}`)
    }
    return data.result.map(({ metric, value }: Manifest) => ({ labels: metric, value: Number(value[1]) }))
  }

  protected override command() {
    const { config, groups } = this.settings
    fs.writeFileSync(path.join(this.folder, 'rules.yaml'), stringify({ groups }))
    fs.writeFileSync(
      path.join(this.folder, 'prometheus.yaml'),
      stringify({ ...config, rule_files: [path.join(this.folder, 'rules.yaml')] }),
    )
    return [
      'prometheus',
      `--config.file=${this.folder}/prometheus.yaml`,
      `--storage.tsdb.path=${this.folder}/data`,
      `--web.listen-address=${this.address}`,
      '--log.level=warn',
    ] as const
  }

  protected override async ask() {
    const { status } = await fetch(`http://${this.address}/-/ready`)
    if (status !== 200) {
      throw new Error(`not ready: ${status}`)
    }
  }
}
