import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { send, until } from '../support/load.js'
import type { Manifest } from '../support/manifests.js'
import { workFolder } from '../support/project.js'
import { Prometheus } from '../support/prometheus.js'
import { record } from '../support/proof.js'
import { Service } from '../support/service.js'
import { describeWith } from '../support/tools.js'
import { buildProgram, plantedProject } from './fire/project.js'
import { compressedGroups, factor } from './monitoring/compressed.js'
import { ExporterDouble } from './monitoring/exporter-double.js'
import { toolVersion } from './tools/table.mjs'

const minutes = 60_000
const greeting = { path: '/v1/greetings/Ada' }
/** A minute of healthy load is two hours of a cluster. */
const healthy = 60_000

/**
 * The real program, scraped by a real Prometheus with the rules that were generated: each alert fires by a fault, and none
 * does while all is well. Windows, offsets and `for` are 120 times shorter, and so is the scrape interval; everything else is
 * as generated. What the cluster would export comes from a double.
 */
describeWith(['go', 'prometheus'], `alerts, live and ${factor} times faster`, () => {
  const work = workFolder()
  const double = new ExporterDouble()
  let rules: Manifest[]
  let service: Service
  let prometheus: Prometheus
  let load: Load

  beforeAll(async () => {
    // So little memory that a test can have enough goroutines.
    const memory = ['--resources-memory-limit=64Mi', '--resources-memory-request=64Mi']
    const project = plantedProject(work, '--alerts', ...memory)
    const program = buildProgram(project, 'orders')
    const file = path.join(project, 'deploy/monitoring/alerts/production/rules.yaml')
    const groups = compressedGroups(parse(fs.readFileSync(file, 'utf8')).spec.groups)
    rules = groups.flatMap((group) => group.rules).filter(({ alert }) => alert !== undefined)
    service = await Service.start([program], { env: { SHUTDOWN_DRAIN: '0s' } })
    await service.ready()
    prometheus = await Prometheus.start(
      {
        global: { scrape_interval: '250ms', scrape_timeout: '250ms', evaluation_interval: '250ms' },
        scrape_configs: [
          {
            job_name: 'orders',
            static_configs: [
              {
                targets: [`127.0.0.1:${service.adminPort}`],
                labels: { namespace: 'orders', pod: 'a', service: 'orders' },
              },
            ],
          },
          { job_name: 'cluster', static_configs: [{ targets: [`127.0.0.1:${await double.listen()}`] }] },
        ],
      },
      groups,
    )
    load = new Load(service.port, greeting, 20)
    // Before the first scrape the service is absent, as it is before it is first deployed.
    await until(async () => (await prometheus.query('up == 1')).length === 2 && (await firing()).length === 0)
  }, 5 * minutes)
  afterAll(async () => {
    await load.stop()
    double.close()
    await service.kill()
  })

  /** What fires: the alert, and its window where it has several. */
  const firing = async () =>
    [
      ...new Set(
        (await prometheus.query('ALERTS{alertstate="firing"}')).map(({ labels: { alertname, window } }) =>
          window === undefined ? alertname : `${alertname} ${window}`,
        ),
      ),
    ].sort()
  /** Waits until all of these fire. @returns those that don't in time */
  const lacking = async (alerts: readonly string[], patience: number) => {
    const deadline = Date.now() + patience
    for (;;) {
      const now = await firing()
      const absent = alerts.filter((alert) => !now.includes(alert))
      if (absent.length === 0 || Date.now() > deadline) {
        return absent
      }
      await sleep(250)
    }
  }
  const seen = new Set<string>()
  const proven = (fault: string, alerts: readonly string[], findings: readonly string[]) => {
    for (const alert of alerts) {
      seen.add(alert)
    }
    record({
      group: 'monitoring',
      tool: 'Prometheus',
      version: toolVersion('prometheus'),
      subject: fault,
      judged: alerts.length,
      unit: 'alerts',
      findings,
    })
    expect(findings).toEqual([])
  }

  test(
    'stay silent for two hours of healthy load',
    async () => {
      await sleep(healthy)
      const [requests] = await prometheus.query('sum(http_requests_total{job="orders"})')
      expect(requests?.value).toBeGreaterThan(500)
      const fired = await prometheus.query(
        `count by (alertname) (max_over_time(ALERTS{alertstate="firing"}[${healthy / 1000}s]))`,
      )
      proven(
        'healthy load, silent',
        rules.map(({ alert }) => alert),
        fired.map(({ labels }) => labels['alertname'] as string),
      )
      seen.clear()
    },
    2 * minutes,
  )

  test(
    'tell of errors: growth and panics at once, the budget window by window',
    async () => {
      const failing = new Load(service.port, { path: '/plant/panic' }, 100)
      const quick = ['ErrorBudgetBurn 1h', 'ErrorRatioUp', 'Panicked']
      const missed = await lacking(quick, 30_000)
      const early = (await firing()).filter(
        (alert) => alert === 'LatencyHigh' || alert?.startsWith('ErrorBudgetBurn 3d'),
      )
      const slow = ['ErrorBudgetBurn 6h', 'ErrorBudgetBurn 1d', 'ErrorBudgetBurn 3d']
      const late = await lacking(slow, 150_000)
      await failing.stop()
      proven(
        'handlers that panic',
        [...quick, ...slow],
        [...missed, ...early.map((alert) => `too early: ${alert}`), ...late],
      )
    },
    4 * minutes,
  )

  test('tell of slow answers', async () => {
    const slow = new Load(service.port, { path: '/plant/slow' }, 50)
    const missed = await lacking(['LatencyHigh'], 30_000)
    await slow.stop()
    proven('handlers that are slow', ['LatencyHigh'], missed)
  })

  test('tell of connections, and so goroutines, that pile up', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1000, maxFreeSockets: 1000, timeout: 60_000 })
    const slow = () => send(service.port, { path: '/plant/slow' }, agent).catch(() => undefined)
    await Promise.all(Array.from({ length: 1000 }, slow))
    const missed = await lacking(['GoroutinesPileUp'], 30_000)
    agent.destroy()
    proven('a thousand connections', ['GoroutinesPileUp'], missed)
  })

  test('tell of what the cluster says, here by a double', async () => {
    Object.assign(double, { restarts: 1, memory: 96, throttled: 30, replicas: 10 })
    const restarted = await lacking(['ContainerRestarted'], 20_000)
    const alerts = ['MemoryNearLimit', 'CPUThrottled', 'AutoscalerAtMax']
    const missed = await lacking(alerts, 30_000)
    proven('metrics of the cluster (a double)', ['ContainerRestarted', ...alerts], [...restarted, ...missed])
  })

  test('tell of a program that was killed', async () => {
    await load.stop()
    await service.kill()
    const alerts = ['TargetDown', 'ServiceAbsent']
    proven('a program that was killed', alerts, await lacking(alerts, 30_000))
  })

  test('each of them was seen, but for those of the configuration, whose metrics other tests look at', () => {
    const all = rules.map(({ alert, labels }) => (labels.window === undefined ? alert : `${alert} ${labels.window}`))
    expect([...new Set(all)].filter((alert) => !seen.has(alert))).toEqual(['ConfigRefused'])
  })
})

/** Requests one after the other at a steady pace, whatever becomes of them. */
class Load {
  private open = true
  private readonly sent: Promise<void>

  /** @param pace milliseconds from one request to the next */
  constructor(
    port: number,
    shot: { readonly path: string },
    private readonly pace: number,
  ) {
    this.sent = this.run(() => send(port, shot))
  }

  async stop(): Promise<void> {
    this.open = false
    await this.sent
  }

  private async run(shoot: () => Promise<unknown>): Promise<void> {
    const waiting = new Set<Promise<unknown>>()
    while (this.open) {
      const one = shoot()
        .catch(() => undefined)
        .finally(() => waiting.delete(one))
      waiting.add(one)
      await sleep(this.pace)
    }
    await Promise.all(waiting)
  }
}
