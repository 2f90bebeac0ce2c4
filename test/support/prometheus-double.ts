import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a query gets: a number (NaN included), nothing at all, or no answer but an error of the server. */
export type Answer = number | 'nothing' | 'down'

/**
 * A double of Prometheus' query API, for whoever decides by its answers. It computes nothing: queries that contain a
 * word get the answer that was set for it.
 */
export class PrometheusDouble {
  /** By a word of the query; the first that fits. */
  readonly answers = new Map<string, Answer>()
  readonly queries: string[] = []
  private readonly server = http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const query = new URLSearchParams(body || request.url?.split('?')[1]).get('query') ?? ''
      this.queries.push(query)
      const answer = [...this.answers].find(([word]) => query.includes(word))?.[1] ?? 'nothing'
      response.writeHead(answer === 'down' ? 503 : 200, { 'Content-Type': 'application/json' })
      const sample = { metric: {}, value: [Date.now() / 1000, String(answer)] }
      const result = answer === 'nothing' ? [] : [sample]
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }))
    })
  })

  /** Starts it on a free port. */
  static async start(): Promise<PrometheusDouble> {
    const double = new PrometheusDouble()
    await new Promise<void>((resolve) => double.server.listen(0, '127.0.0.1', resolve))
    return double
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.server.closeAllConnections()
    this.server.close()
  }
}
