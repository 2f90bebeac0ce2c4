import { describe, expect, test } from '@jest/globals'
import { bytesOf, duration, millicoresOf, millisecondsOf } from '../../../src/model/quantity.js'
import { modelFor } from '../../support/specs.js'

describe('quantities', () => {
  test.each([
    ['15s', 15_000],
    ['1m30s', 90_000],
    ['800ms', 800],
    ['1h1m1s1ms', 3_661_001],
    ['1.5s', 1500],
  ])('%s is %d ms', (text, ms) => {
    expect(millisecondsOf(text)).toBe(ms)
  })
  test('bytes and millicores', () => {
    expect([bytesOf('512Mi'), bytesOf('1G'), millicoresOf('500m'), millicoresOf('2.5')]).toEqual([
      536_870_912, 1e9, 500, 2500,
    ])
  })
  test('durations print as Go and as text', () => {
    expect(duration(1500)).toEqual({
      ms: 1500,
      go: '1500 * time.Millisecond',
      text: '1.5s',
      proto: '1.5s',
      gateway: '1s500ms',
    })
    expect(duration(800)).toMatchObject({ text: '800ms', proto: '0.8s', gateway: '800ms' })
    expect(duration(15_000)).toMatchObject({ go: '15 * time.Second', text: '15s', proto: '15s', gateway: '15s' })
  })
})

describe('the standard numbers', () => {
  const model = modelFor({ 'istio.enabled': true })
  test('shutdown: 5 + 5 + 20 + 5 + 5', () => {
    expect(model.shutdown.grace).toBe(40)
  })
  test('mesh: three tries of 16 s and their back-off, rounded up', () => {
    expect([model.istio?.perTryTimeout.text, model.istio?.timeout.text]).toEqual(['16s', '49s'])
  })
  test('memory: nine tenths', () => {
    expect(model.resources.goMemLimit).toBe('460MiB')
  })
  test('every decision shows arithmetic and a reason', () => {
    expect(model.decisions.length).toBeGreaterThan(10)
    expect(model.decisions.filter(({ arithmetic, reason }) => arithmetic === '' || reason === '')).toEqual([])
  })
  test('the startup budget follows the wait of the entrypoint', () => {
    const waiting = modelFor({
      'image.base': 'debian',
      'entrypoint.enabled': true,
      'entrypoint.waitFor': ['db:5432'],
      'entrypoint.timeout': 600,
    })
    expect(waiting.probes.startup.budget).toBeGreaterThan(615)
    expect(waiting.workload.progressDeadlineSeconds - waiting.workload.minReadySeconds).toBeGreaterThan(
      waiting.probes.startup.budget,
    )
  })
  test('development runs one replica, the last environment has the plain namespace', () => {
    expect(model.environments.map(({ namespace, replicas }) => [namespace, replicas])).toEqual([
      ['orders-dev', 1],
      ['orders-staging', undefined],
      ['orders', undefined],
    ])
  })
  test.each([
    [['dev', 'staging', 'production'], { staging: undefined, production: 'staging' }],
    [['dev', 'production'], { dev: undefined, production: 'dev' }],
    [['staging', 'canary', 'production'], { staging: undefined, canary: 'staging', production: 'canary' }],
    [['production'], { production: undefined }],
  ])('%j: what is released, and after what', (names, released) => {
    const { environments } = modelFor({ 'delivery.environments': names })
    const stages = environments.filter((env) => env.released).map(({ name, previous }) => [name, previous])
    expect(Object.fromEntries(stages)).toEqual(released)
  })
})
