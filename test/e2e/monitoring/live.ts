import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from '@jest/globals'
import { parse } from 'yaml'
import { send } from '../../support/load.js'
import type { Manifest } from '../../support/manifests.js'
import { Prometheus } from '../../support/prometheus.js'
import { record } from '../../support/proof.js'
import type { Service } from '../../support/service.js'
import { toolVersion } from '../tools/table.mjs'
import { compressedGroups } from './compressed.js'

/** The generated rules in a real Prometheus that scrapes a real program, both as much faster as `compressed.ts` says. */
export class LiveAlerts {
  /** Alerts that some fault was to make fire, with their windows. */
  readonly seen = new Set<string>()

  private constructor(
    readonly prometheus: Prometheus,
    private readonly rules: readonly Manifest[],
  ) {}

  /** @param clusterPort where a double answers for the cluster's own exporters */
  static async start(project: string, service: Service, clusterPort?: number): Promise<LiveAlerts> {
    const file = path.join(project, 'deploy/monitoring/alerts/production/rules.yaml')
    const groups = compressedGroups(parse(fs.readFileSync(file, 'utf8')).spec.groups)
    const target = {
      targets: [`127.0.0.1:${service.adminPort}`],
      labels: { namespace: 'orders', pod: 'a', service: 'orders' },
    }
    const prometheus = await Prometheus.start(
      {
        global: { scrape_interval: '250ms', scrape_timeout: '250ms', evaluation_interval: '250ms' },
        scrape_configs: [
          { job_name: 'orders', static_configs: [target] },
          ...(clusterPort === undefined
            ? []
            : [{ job_name: 'cluster', static_configs: [{ targets: [`127.0.0.1:${clusterPort}`] }] }]),
        ],
      },
      groups,
    )
    return new LiveAlerts(
      prometheus,
      groups.flatMap((group) => group.rules).filter(({ alert }) => alert !== undefined),
    )
  }

  /** Every alert, with its window where it has several. */
  get all(): string[] {
    return [...new Set(this.rules.map(({ alert, labels }) => titleOf(alert, labels.window)))]
  }

  /** What fires. */
  async firing(): Promise<string[]> {
    const found = await this.prometheus.query('ALERTS{alertstate="firing"}')
    return [...new Set(found.map(({ labels: { alertname = '', window } }) => titleOf(alertname, window)))].sort()
  }

  /** Waits until all of these fire. @returns those that don't within so many milliseconds */
  async lacking(alerts: readonly string[], patience: number): Promise<string[]> {
    const deadline = Date.now() + patience
    for (;;) {
      const now = await this.firing()
      const absent = alerts.filter((alert) => !now.includes(alert))
      if (absent.length === 0 || Date.now() > deadline) {
        return absent
      }
      await sleep(250)
    }
  }

  /** Keeps the verdict on a fault and its alerts, then demands that there is nothing to find. */
  proven(fault: string, alerts: readonly string[], findings: readonly string[]): void {
    for (const alert of alerts) {
      this.seen.add(alert)
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

  /** Demands that nothing fires for so many milliseconds. */
  async silent(what: string, milliseconds: number): Promise<void> {
    await sleep(milliseconds)
    const fired = await this.prometheus.query(
      `count by (alertname) (max_over_time(ALERTS{alertstate="firing"}[${Math.round(milliseconds / 1000)}s]))`,
    )
    this.proven(
      what,
      this.all,
      fired.map(({ labels }) => labels['alertname'] as string),
    )
    this.seen.clear()
  }
}

function titleOf(alert: string, window: string | undefined): string {
  return window === undefined ? alert : `${alert} ${window}`
}

/** Requests one after the other at a steady pace, whatever becomes of them. */
export class Load {
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
