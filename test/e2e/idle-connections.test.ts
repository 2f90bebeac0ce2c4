import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Manifest, type Overlay, overlaysOf } from '../support/manifests.js'
import { generate, recipe, workFolder } from '../support/project.js'
import { record } from '../support/proof.js'
import { freePorts, Service } from '../support/service.js'
import { describeWith, succeed } from '../support/tools.js'
import { defaultsOf, goSeconds } from './facts-reading.js'
import { buildProgram } from './fire/project.js'

const minutes = 60_000
const hour = 3600

/**
 * Ways in, and the seconds for which the last proxy before the program keeps an idle connection. Envoy's own time is an hour
 * (idle_timeout of HttpProtocolOptions), and neither Istio nor Envoy Gateway states another one unless it is told to: a
 * DestinationRule tells a waypoint and the sidecars, but of a port that several Services share a sidecar may choose any, and
 * then the rule is not about it (buildInboundCluster in Istio's pilot/pkg/networking/core/cluster_builder.go). Load balancers
 * without a proxy of the cluster wait ten minutes at most (Google's).
 */
const ways: Readonly<Record<string, { readonly flags: readonly string[]; readonly longest: number }>> = {
  'nothing but a load balancer': { flags: [], longest: 600 },
  'a sidecar': { flags: ['--istio'], longest: hour },
  'a waypoint': { flags: ['--istio', '--istio-mode=ambient'], longest: hour },
  'a gateway of Istio’s class': { flags: ['--gateway-api', '--gateway-api-class=istio'], longest: hour },
  'Envoy Gateway': { flags: ['--gateway-api'], longest: hour },
}
/** What an hour and ten minutes are here, and what the server's lead is: seconds of a test, in milliseconds. */
const longestHere = 2500
const leadHere = 1000
const connections = 60
/** Milliseconds after which a proxy hears that a connection was closed: as over a network, or when it is busy. */
const news = 100

/** The server's time beside the longest one in front, both in a test's time; no shorter than the program takes. */
function scaled(server: number, front: number): number {
  const ahead = server > front ? longestHere + leadHere : Math.round((longestHere * server) / front)
  return Math.max(ahead, 1000)
}

/** One connection of a proxy's pool. */
class Pooled {
  private answers = ''
  private closed = false
  private constructor(private readonly socket: net.Socket) {
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.answers += text
    })
    socket.on('error', () => {})
    // Who has no news yet chooses it still.
    socket.on('close', () => setTimeout(() => (this.closed = true), news))
  }

  static async open(port: number): Promise<Pooled> {
    const socket = net.connect({ port, host: '127.0.0.1' })
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return new Pooled(socket)
  }

  /** False when the proxy knows that it has to take another connection. */
  get isUsable(): boolean {
    return !this.closed
  }

  /** Sends a POST, once. @returns whether an answer came */
  async post(): Promise<boolean> {
    const before = this.answers.length
    const body = '{"name":"x"}'
    const head = `POST /v1/none HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
    this.socket.write(`${head}${body}`)
    for (let left = 100; left > 0 && !this.answers.slice(before).startsWith('HTTP/1.1 '); left--) {
      if (this.socket.destroyed) {
        return false
      }
      await sleep(10)
    }
    return this.answers.slice(before).startsWith('HTTP/1.1 ')
  }

  close(): void {
    this.socket.destroy()
  }
}

/**
 * POSTs that got no answer: each is sent over a connection that was idle for a while, as long as the proxy keeps one, and
 * many of them for about as long as the server does.
 */
async function lost(port: number, closesAfter: number): Promise<number> {
  const pauses = Array.from({ length: connections }, (_, at) =>
    at % 2 === 0
      ? (longestHere * at) / connections
      : Math.min(longestHere, closesAfter - news + (3 * news * at) / connections),
  )
  const outcomes = await Promise.all(
    pauses.map(async (pause) => {
      const connection = await Pooled.open(port)
      try {
        expect(await connection.post()).toBe(true)
        await sleep(pause)
        return !connection.isUsable || (await connection.post())
      } finally {
        connection.close()
      }
    }),
  )
  return outcomes.filter((answered) => !answered).length
}

describeWith(['go', 'kustomize'], 'requests over connections that were idle', () => {
  const work = workFolder()
  const overlays = new Map<string, Overlay>()
  let program: string

  beforeAll(() => {
    for (const [at, [way, { flags }]] of Object.entries(ways).entries()) {
      const project = generate(work, recipe(`way-${at}`, '--grpc', ...flags))
      overlays.set(way, overlaysOf(project).find(({ environment }) => environment === 'production') as Overlay)
      program ??= buildProgram(project, 'orders')
    }
  }, 5 * minutes)

  const overlayOf = (way: string) => overlays.get(way) as Overlay
  const serverOf = (way: string) => goSeconds(defaultsOf(overlayOf(way)), 'defaultHTTPIdleTimeout')
  const measured = async (closesAfter: number): Promise<number> => {
    const [grpc] = await freePorts(1)
    const env = { HTTP_IDLE_TIMEOUT: `${closesAfter}ms`, SHUTDOWN_DRAIN: '0s', GRPC_PORT: `${grpc}` }
    const service = await Service.start([program], { env })
    try {
      await service.ready()
      return await lost(service.port, closesAfter)
    } finally {
      await service.kill()
    }
  }

  describe.each(Object.keys(ways))('%s', (way) => {
    const { longest } = ways[way] as (typeof ways)[string]

    test('no POST is lost', async () => {
      const count = await measured(scaled(serverOf(way), longest))
      const findings = count === 0 ? [] : [`${count} of ${connections} are lost`]
      record({ ...proof(), subject: 'random specs', judged: connections, findings })
      expect(findings).toEqual([])
    })

    test('what may have taken effect is sent once', () => {
      expect(repeats(overlayOf(way))).toEqual([])
    })
  })

  test('a server that closes before its proxy loses some, and this is noticed', async () => {
    expect(await measured(scaled(75, hour))).toBeGreaterThan(0)
  })
})

/** Rules by which a request is sent again that is no GET or HEAD and that may have arrived. */
function repeats(overlay: Overlay): string[] {
  const unsent = ['connect-failure', 'refused-stream']
  const reads = (matches: readonly Manifest[] = []) =>
    matches.length > 0 && matches.every(({ method }) => ['GET', 'HEAD'].includes(method?.exact ?? method))
  const isMeshed = overlay.all('Gateway').some(({ spec }) => `${spec.gatewayClassName}`.startsWith('istio'))
  return [
    ...overlay.all('VirtualService').flatMap(({ spec }) =>
      spec.http
        .filter(({ match, retries }: Manifest) => !reads(match) && retries?.attempts !== 0)
        .filter(
          ({ retries }: Manifest) =>
            retries === undefined || !retries.retryOn.split(',').every((one: string) => unsent.includes(one)),
        )
        .map(({ name }: Manifest) => `VirtualService: ${name}`),
    ),
    ...overlay.all('HTTPRoute').flatMap(({ metadata, spec }) =>
      spec.rules
        .filter(({ matches, filters }: Manifest) => !reads(matches) && filters === undefined)
        // Without a word Istio repeats what was answered with UNAVAILABLE or 503.
        .filter(({ retry }: Manifest) => retry?.attempts !== 0)
        .map(({ name }: Manifest) => `${metadata.name}: ${name}`),
    ),
    // It has no field for retries, so that Istio gives it those of the mesh; Envoy Gateway gives it none.
    ...(isMeshed ? overlay.all('GRPCRoute').map(({ metadata }) => `GRPCRoute ${metadata.name}`) : []),
  ]
}

const proof = () => ({
  group: 'containers',
  tool: 'POSTs over idle connections',
  version: succeed('go', ['env', 'GOVERSION']).trim().replace('go', ''),
  unit: 'requests',
})
