import { describe, expect, test } from '@jest/globals'
import { nearestShare } from '../../../src/model/rollout.js'
import { modelFor } from '../../support/specs.js'

describe('a canary without a mesh', () => {
  // As the controller's own tests have it, with a surge of one.
  test.each([
    [1, 5, 1, 2],
    [2, 10, 1, 3],
    [3, 10, 1, 4],
    [10, 10, 1, 10],
    [10, 50, 5, 10],
    [3, 50, 2, 4],
    [2, 50, 1, 2],
    [100, 1, 1, 100],
    [4, 100, 4, 4],
  ])('%i replicas at %i %% are %i of %i pods', (replicas, weight, canary, total) => {
    expect(nearestShare(replicas, weight)).toEqual({ canary, total })
  })
})

describe('the model of a release', () => {
  const stepsOf = (answers: object) =>
    modelFor({ 'rollout.strategy': 'canary', ...answers }).rollout?.steps.map(({ weight, pause }) => [weight, pause])

  test('a person promotes the first step, time the others', () => {
    expect(stepsOf({})).toEqual([
      [10, undefined],
      [50, '10m'],
    ])
    expect(stepsOf({ 'rollout.steps': [5, 25, 100], 'rollout.pause': '1h' })).toEqual([
      [5, undefined],
      [25, '1h'],
      [100, '1h'],
    ])
  })
  test('without metrics nothing goes on by itself', () => {
    expect(stepsOf({ 'metrics.enabled': false })).toEqual([
      [10, undefined],
      [50, undefined],
    ])
  })
  test('explained: every step with its time, and how coarse it is in pods', () => {
    const { decisions } = modelFor({ 'rollout.strategy': 'canary', 'autoscaling.min': 3 })
    expect(
      decisions
        .filter(({ name }) => /^canary|abort/.test(name))
        .map(({ name, value, arithmetic }) => [name, value, arithmetic]),
    ).toEqual([
      ['time to abort', '300 s', '120 (a window of the new version alone) + 60 × 3 (bad measurements in a row) = 300'],
      [
        'canary step 1',
        '10 %, until somebody promotes it',
        expect.stringMatching(/^1 of 4 pods = 25 % with 3 replicas; 10 replicas/),
      ],
      ['canary step 2', '50 %, then 10m', expect.stringMatching(/^2 of 4 pods = 50 %/)],
    ])
  })
  test.each([
    // Ten, one more, and five that are still ending.
    ['rolling', {}, 16],
    ['canary', {}, 16],
    ['canary', { 'istio.enabled': true }, 20],
    ['blue-green', {}, 20],
  ])('%s %j: connections for %i pods', (strategy, answers, pods) => {
    const model = modelFor({ 'rollout.strategy': strategy, 'postgres.enabled': true, ...answers })
    expect(model.stores.postgres?.pods).toBe(pods)
  })
})
