import http from 'node:http'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { greetings } from '../support/greetings.js'
import { send, until } from '../support/load.js'
import { workFolder } from '../support/project.js'
import { Service } from '../support/service.js'
import { describeWith } from '../support/tools.js'
import { buildProgram, plantedProject } from './fire/project.js'
import { factor } from './monitoring/compressed.js'
import { ExporterDouble } from './monitoring/exporter-double.js'
import { LiveAlerts, Load } from './monitoring/live.js'

const minutes = 60_000
const greeting = { path: greetings }
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
  let service: Service
  let alerts: LiveAlerts
  let load: Load

  beforeAll(async () => {
    // So little memory that a test can have enough goroutines.
    const memory = ['--resources-memory-limit=64Mi', '--resources-memory-request=64Mi']
    const project = plantedProject(work, { flags: ['--alerts', ...memory] })
    const program = buildProgram(project, 'orders')
    service = await Service.start([program], { env: { SHUTDOWN_DRAIN: '0s' } })
    await service.ready()
    alerts = await LiveAlerts.start(project, service, await double.listen())
    load = new Load(service.port, greeting, 20)
    // Before the first scrape the service is absent, as it is before it is first deployed.
    await until(
      async () => (await alerts.prometheus.query('up == 1')).length === 2 && (await alerts.firing()).length === 0,
    )
  }, 5 * minutes)
  afterAll(async () => {
    await load.stop()
    double.close()
    await service.kill()
  })

  test(
    'stay silent for two hours of healthy load',
    async () => {
      await alerts.silent('healthy load, silent', healthy)
      const [requests] = await alerts.prometheus.query('sum(http_requests_total{job="orders"})')
      expect(requests?.value).toBeGreaterThan(500)
    },
    2 * minutes,
  )

  test(
    'tell of errors: growth and panics at once, the budget window by window',
    async () => {
      const failing = new Load(service.port, { path: '/plant/panic' }, 100)
      const quick = ['ErrorBudgetBurn 1h', 'ErrorRatioUp', 'Panicked']
      const missed = await alerts.lacking(quick, 30_000)
      const early = (await alerts.firing()).filter(
        (alert) => alert === 'LatencyHigh' || alert?.startsWith('ErrorBudgetBurn 3d'),
      )
      const slow = ['ErrorBudgetBurn 6h', 'ErrorBudgetBurn 1d', 'ErrorBudgetBurn 3d']
      const late = await alerts.lacking(slow, 150_000)
      await failing.stop()
      alerts.proven(
        'handlers that panic',
        [...quick, ...slow],
        [...missed, ...early.map((alert) => `too early: ${alert}`), ...late],
      )
    },
    4 * minutes,
  )

  test('tell of slow answers', async () => {
    const slow = new Load(service.port, { path: '/plant/slow' }, 50)
    const missed = await alerts.lacking(['LatencyHigh'], 30_000)
    await slow.stop()
    alerts.proven('handlers that are slow', ['LatencyHigh'], missed)
  })

  test('tell of connections, and so goroutines, that pile up', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1000, maxFreeSockets: 1000, timeout: 60_000 })
    const slow = () => send(service.port, { path: '/plant/slow' }, agent).catch(() => undefined)
    await Promise.all(Array.from({ length: 1000 }, slow))
    const missed = await alerts.lacking(['GoroutinesPileUp'], 30_000)
    agent.destroy()
    alerts.proven('a thousand connections', ['GoroutinesPileUp'], missed)
  })

  test('tell of what the cluster says, here by a double', async () => {
    Object.assign(double, { restarts: 1, memory: 96, throttled: 30, replicas: 10 })
    const restarted = await alerts.lacking(['ContainerRestarted'], 20_000)
    const later = ['MemoryNearLimit', 'CPUThrottled', 'AutoscalerAtMax']
    const missed = await alerts.lacking(later, 30_000)
    alerts.proven('metrics of the cluster (a double)', ['ContainerRestarted', ...later], [...restarted, ...missed])
  })

  test('tell of a program that was killed', async () => {
    await load.stop()
    await service.kill()
    const gone = ['TargetDown', 'ServiceAbsent']
    alerts.proven('a program that was killed', gone, await alerts.lacking(gone, 30_000))
  })

  test('each of them was seen, but for those that other files make outages for', () => {
    // alerts-live-dependencies.test.ts has the last one, outages.test.ts the others: there are no pods here to be gone.
    const elsewhere = ['NotReady', 'PodsNotReady', 'Unavailable', 'ReleaseStuck', 'ConfigRefused']
    expect(alerts.all.filter((alert) => !alerts.seen.has(alert))).toEqual(elsewhere)
  })
})
