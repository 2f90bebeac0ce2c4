import { describe, expect, test } from '@jest/globals'
import { checkInvariants, invariants } from '../../../src/model/invariants.js'
import type { Model } from '../../../src/model/types.js'
import { keys } from '../../../src/spec/table.js'
import { modelFor } from '../../support/specs.js'

const twoRegions = [
  { name: 'cn-east', cluster: 'east', weight: 60, replicas: 18 },
  { name: 'cn-north', cluster: 'north', weight: 40, replicas: 12 },
]
const sound = modelFor({
  'istio.enabled': true,
  'alerts.enabled': true,
  'rollout.weights': [80, 20],
  'postgres.enabled': true,
})
const istio = sound.istio as NonNullable<Model['istio']>
const canary = modelFor({ 'istio.enabled': true, 'rollout.strategy': 'canary' })
const routes = canary.istio as NonNullable<Model['istio']>
const release = canary.rollout as NonNullable<Model['rollout']>
const analysis = release.analysis as NonNullable<typeof release.analysis>
const [region] = modelFor({ regions: twoRegions }).regions as [Model['regions'][number]]
const postgres = sound.stores.postgres as NonNullable<Model['stores']['postgres']>

/** A change that breaks each invariant, on a model that is sound otherwise. */
const breaks: Readonly<Record<string, Partial<Model>>> = {
  '11': { features: { ...sound.features, rollout: true } },
  '16': {
    features: { ...sound.features, canary: true },
    rollout: { ...release, analysis: { ...analysis, badInARow: 10, verdict: 720 } },
  },
  '1': { shutdown: { ...sound.shutdown, grace: 40 } },
  '2': { timeouts: { ...sound.timeouts, write: { ms: 21_000, go: '', text: '', proto: '', gateway: '' } } },
  '3': { istio: { ...istio, timeout: { ms: 48_000, go: '', text: '', proto: '', gateway: '' } } },
  '4': { istio: { ...istio, idleTimeout: { ms: 3_615_000, go: '', text: '', proto: '', gateway: '' } } },
  '5': { probes: { ...sound.probes, startup: { ...sound.probes.startup, budget: 15 } } },
  '6': { timeouts: { ...sound.timeouts, check: { ms: 3000, go: '', text: '', proto: '', gateway: '' } } },
  '6a': { probes: { ...sound.probes, liveness: { ...sound.probes.liveness, timeout: 11 } } },
  '7': { resources: { ...sound.resources, goMemLimit: '461MiB' } },
  '7a': { resources: { ...sound.resources, memoryRequest: '513Mi' } },
  '8': { resources: { ...sound.resources, tmpSize: '257Mi' } },
  '9': { environments: sound.environments.map((env) => ({ ...env, replicas: 3 })) },
  '10': { stores: { ...sound.stores, postgres: { ...postgres, connections: postgres.needed - 1 } } },
  '12': { workloads: sound.workloads.slice(0, 1) },
  '15': { slo: { ...sound.slo, availability: 99.9 } },
  '17': { ports: { ...sound.ports, admin: sound.ports.http } },
  '20': { regions: [{ ...region, weight: 99 }] },
  '21': { failOver: { leave: 33, spread: 10, request: 48, worst: 91, budget: 90 } },
  '19': { environments: sound.environments.map((env) => ({ ...env, namespace: 'n'.repeat(64) })) },
}

describe('invariants', () => {
  test('rule 20: a region that is left alone has room for the replicas of all', () => {
    const model = modelFor({ regions: twoRegions })
    expect(checkInvariants(model)).toEqual([])
    const tight = { ...model, regions: model.regions.map((one) => ({ ...one, max: 29 })) }
    expect(checkInvariants(tight).map(({ code }) => code)).toEqual(['invariant-20', 'invariant-20'])
  })
  test('a sound model has no findings', () => {
    expect(checkInvariants(sound)).toEqual([])
    expect(checkInvariants(modelFor())).toEqual([])
    expect(checkInvariants(modelFor({ preset: 'minimal' }))).toEqual([])
  })
  test('each one has a change that breaks it', () => {
    expect(Object.keys(breaks).sort()).toEqual(invariants.map(({ id }) => id).sort())
  })
  test('rule 10 knows every option that says what a server grants', () => {
    const granted = keys.filter((key) => key.endsWith('.connections'))
    expect(invariants.find(({ id }) => id === '10')?.options).toEqual(expect.arrayContaining(granted))
  })
  test.each(Object.entries(breaks))('rule %s is named when it is broken, and only it', (id, change) => {
    const codes = new Set(checkInvariants({ ...sound, ...change }).map(({ code }) => code))
    expect([...codes]).toEqual([`invariant-${id}`])
  })
  test.each([
    ['a factor', { factor: 14 }],
    ['a short window', { shortMinutes: 6 }],
    ['a threshold', { threshold: 0.0073 }],
  ])('rule 15 notices %s that is off', (_, change) => {
    const burnRates = sound.slo.burnRates.map((rate, at) => (at === 0 ? { ...rate, ...change } : rate))
    const codes = checkInvariants({ ...sound, slo: { ...sound.slo, burnRates } }).map(({ code }) => code)
    expect(new Set(codes)).toEqual(new Set(['invariant-15']))
  })
  test('rule 8 counts the cache of a configuration centre', () => {
    const model = modelFor({ 'config.source': 'consul' })
    const tight = { ...model, resources: { ...model.resources, ephemeralLimit: '66Mi' } }
    expect(checkInvariants(tight).map(({ code }) => code)).toEqual(['invariant-8'])
  })
  test('rule 11: the two sides of a canary are the only ones, and all traffic is stable at first', () => {
    expect(checkInvariants(canary)).toEqual([])
    const [stable, other] = routes.subsets
    const wrong = { ...canary, istio: { ...routes, subsets: [stable, { ...other, weight: 10 }] } } as Model
    expect(checkInvariants(wrong).map(({ code }) => code)).toEqual(['invariant-11', 'invariant-12'])
  })
  test.each([
    ['2', { 'http.timeout': '30s' }, ['http.timeout', 'shutdown.timeout']],
    ['3', { 'istio.enabled': true, 'istio.timeout': '20s' }, ['istio.timeout']],
    ['5', { 'probes.startup.failureThreshold': 1 }, ['probes.startup.failureThreshold']],
    ['6', { 'probes.readiness.timeout': 10 }, ['probes.readiness.period']],
    ['7a', { 'resources.cpu.limit': '100m' }, ['resources.cpu.limit']],
    ['7', { 'resources.memory.limit': '1Mi', 'resources.memory.request': '1Mi' }, ['resources.memory.limit']],
    ['10', { 'mysql.enabled': true, 'autoscaling.max': 1000 }, ['mysql.connections', 'autoscaling.max']],
    ['15', { 'alerts.enabled': true, 'slo.availability': 93 }, ['slo.availability']],
    ['15', { 'alerts.enabled': true, 'http.timeout': '500ms' }, ['slo.latencyP99', 'http.timeout']],
    ['16', { 'rollout.strategy': 'canary', 'rollout.pause': '4m' }, ['rollout.pause']],
    ['16', { 'rollout.strategy': 'blue-green', 'rollout.pause': '2m' }, ['rollout.pause']],
    ['19', { namespace: 'n'.repeat(60) }, ['namespace']],
  ])('rule %s: what the user caused names the options to change', (id, answers, options) => {
    const [finding] = checkInvariants(modelFor(answers))
    expect(finding?.code).toBe(`invariant-${id}`)
    for (const option of options) {
      expect(finding?.hint).toContain(option)
    }
  })
})
