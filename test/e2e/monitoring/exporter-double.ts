import http from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Plays kube-state-metrics and cAdvisor for one pod: there is no kubelet to restart or throttle anything in a test. What it
 * says is what the test sets.
 */
export class ExporterDouble {
  restarts = 0
  memory = 50
  throttled = 0
  replicas = 3
  private periods = 0
  private readonly server = http.createServer((_, response) => {
    this.periods += 100
    response.setHeader('Content-Type', 'text/plain; version=0.0.4').end(this.text())
  })

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return (this.server.address() as AddressInfo).port
  }

  close(): void {
    this.server.closeAllConnections()
    this.server.close()
  }

  private text(): string {
    const container = 'namespace="orders",pod="a",container="orders"'
    const scaler = 'namespace="orders",horizontalpodautoscaler="orders"'
    return `${[
      `kube_pod_container_status_restarts_total{${container}} ${this.restarts}`,
      `kube_pod_container_resource_limits{${container},resource="memory"} 100`,
      `kube_horizontalpodautoscaler_status_current_replicas{${scaler}} ${this.replicas}`,
      `kube_horizontalpodautoscaler_spec_max_replicas{${scaler}} 10`,
      `container_memory_working_set_bytes{${container}} ${this.memory}`,
      `container_cpu_cfs_periods_total{${container}} ${this.periods}`,
      `container_cpu_cfs_throttled_periods_total{${container}} ${(this.periods * this.throttled) / 100}`,
    ].join('\n')}\n`
  }
}
