import { describe, expect, test } from '@jest/globals'
import { judge } from '../../../src/spec/resolve.js'
import { type Key, keys, optionOf } from '../../../src/spec/table.js'

/** Smallest and largest of every number, stated here as well: a bound that moves by mistake must not take its test along. */
const numbers: Readonly<Record<string, readonly [number, number]>> = {
  'entrypoint.timeout': [1, 600],
  'http.port': [1024, 65535],
  'http.adminPort': [1024, 65535],
  'grpc.port': [1024, 65535],
  'shutdown.drain': [0, 300],
  'shutdown.timeout': [1, 3600],
  'probes.liveness.initialDelay': [0, 3600],
  'probes.liveness.period': [1, 3600],
  'probes.liveness.timeout': [1, 3600],
  'probes.liveness.failureThreshold': [1, 1000],
  'probes.readiness.initialDelay': [0, 3600],
  'probes.readiness.period': [1, 3600],
  'probes.readiness.timeout': [1, 3600],
  'probes.readiness.failureThreshold': [1, 1000],
  'probes.startup.initialDelay': [0, 3600],
  'probes.startup.period': [1, 3600],
  'probes.startup.timeout': [1, 3600],
  'probes.startup.failureThreshold': [1, 3600],
  'workload.replicas': [1, 1000],
  'autoscaling.min': [1, 1000],
  'autoscaling.max': [1, 1000],
  'autoscaling.cpu': [1, 1000],
  'autoscaling.memory': [1, 1000],
  'autoscaling.qps': [1, 1000000],
  'autoscaling.queue.target': [1, 1000000000],
  'autoscaling.scaleUp.window': [0, 3600],
  'autoscaling.scaleUp.percent': [1, 1000],
  'autoscaling.scaleDown.window': [0, 3600],
  'autoscaling.scaleDown.percent': [1, 100],
  'istio.retries': [0, 10],
  'istio.outlierErrors': [1, 1000],
  'gatewayApi.retries': [0, 10],
  'postgres.port': [1, 65535],
  'postgres.connections': [5, 100000],
  'mysql.port': [1, 65535],
  'mysql.connections': [5, 100000],
  'redis.port': [1, 65535],
  'redis.connections': [5, 100000],
  'nats.replicas': [1, 5],
  'slo.availability': [50, 99.999],
}

/** Texts of so many characters that are right in all but their length, and how long each may be. */
const lengths: Readonly<Record<string, readonly [most: number, of: (length: number) => unknown]>> = {
  name: [40, (length) => 'x'.repeat(length)],
  description: [500, (length) => '订'.repeat(length)],
  owner: [500, (length) => 'o'.repeat(length)],
  namespace: [63, (length) => 'n'.repeat(length)],
  module: [200, (length) => `a.b/${'m'.repeat(length - 4)}`],
  'image.repository': [200, (length) => 'r'.repeat(length)],
  'autoscaling.queue.name': [63, (length) => 'q'.repeat(length)],
  'postgres.database': [32, (length) => 'd'.repeat(length)],
  'mysql.user': [32, (length) => 'u'.repeat(length)],
  'kafka.topic': [128, (length) => 't'.repeat(length)],
  'nats.stream': [48, (length) => 's'.repeat(length)],
  'probes.liveness.path': [100, (length) => `/${'p'.repeat(length - 1)}`],
  'workload.volume.path': [200, (length) => `/${'d'.repeat(length - 1)}`],
  'secrets.path': [200, (length) => 's'.repeat(length)],
  'config.nacos.group': [128, (length) => 'g'.repeat(length)],
  'alerts.wecom.corpId': [64, (length) => 'w'.repeat(length)],
  'alerts.wecom.agentId': [10, (length) => '1'.repeat(length)],
}

const takes = (key: string, value: unknown) => judge(key as Key, value, key) === undefined

describe('bounds', () => {
  test('of every number are stated here', () => {
    const bounded = keys.filter((key) => /^a (whole )?number from /.test(optionOf(key).expect))
    expect(bounded.filter((key) => numbers[key] === undefined)).toEqual([])
  })
  test.each(Object.entries(numbers))('%s: from %j, and nothing outside', (key, [min, max]) => {
    expect([takes(key, min), takes(key, max)]).toEqual([true, true])
    expect([takes(key, min - 1), takes(key, max + 1)]).toEqual([false, false])
  })
  test.each(Object.entries(lengths))('%s: at its longest, and one character more', (key, [most, of]) => {
    expect([takes(key, of(most)), takes(key, of(most + 1))]).toEqual([true, false])
  })
})
