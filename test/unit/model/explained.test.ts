import { describe, expect, test } from '@jest/globals'
import { modelFor } from '../../support/specs.js'

describe('timelines', () => {
  const everything = {
    'istio.enabled': true,
    'nats.enabled': true,
    'postgres.enabled': true,
    'entrypoint.enabled': true,
    'entrypoint.waitFor': ['db:5432'],
    'image.base': 'debian',
  }
  const timeline = (title: string, answers: Record<string, unknown>) =>
    modelFor(answers).timelines.find((one) => one.title.startsWith(title))?.bars ?? []

  test.each([{}, everything])(
    'the stages of a shutdown follow one another, and end with the grace period',
    (answers) => {
      const bars = timeline('Shutdown', answers)
      const stages = bars.filter(({ bound }) => !bound)
      expect(stages.slice(1).map(({ from }) => from)).toEqual(stages.slice(0, -1).map(({ to }) => to))
      expect(stages.at(-1)?.to).toBe(modelFor(answers).shutdown.grace)
      expect(bars.filter(({ bound }) => bound).map(({ to }) => to)).toEqual([modelFor(answers).shutdown.grace])
    },
  )
  test('the last retry ends before the route gives up', () => {
    const bars = timeline('A request', everything)
    expect(bars.map(({ label }) => label).filter((label) => label.startsWith('retry'))).toEqual(['retry 1', 'retry 2'])
    expect(bars.find(({ label }) => label === 'retry 2')?.to).toBeLessThanOrEqual(bars.at(-1)?.to ?? 0)
  })
  test('without a startup probe liveness counts from the first second', () => {
    const [bar] = timeline('Start-up', { 'probes.startup.enabled': false }).filter(({ bound }) => bound)
    expect(bar).toMatchObject({ label: 'liveness probe gives up', from: 15, to: 45 })
  })
  test('no label has what Mermaid reads as its own', () => {
    const labels = modelFor(everything).timelines.flatMap(({ bars }) => bars.map(({ label }) => label))
    expect(labels.filter((label) => /[:;#]/.test(label))).toEqual([])
  })
})

describe('choices', () => {
  test.each([
    [{}, ['Deployment', 'distroless', 'CGO_ENABLED=0', 'rolling', 'CPU']],
    [
      { 'workload.kind': 'statefulset', 'image.base': 'debian', 'image.cgo': true, 'autoscaling.enabled': false },
      ['StatefulSet', 'debian', 'CGO_ENABLED=1', 'rolling'],
    ],
    [
      { 'rollout.strategy': 'canary', 'autoscaling.memory': 70, 'autoscaling.qps': 100 },
      ['Deployment', 'distroless', 'CGO_ENABLED=0', 'canary', 'CPU', 'memory', 'requests'],
    ],
  ])('of %j', (answers, chosen) => {
    const choices = modelFor(answers).choices.filter(({ elsewhere }) => !elsewhere)
    const taken = choices.flatMap(({ alternatives }) =>
      alternatives.filter((one) => one.chosen).map(({ name }) => name),
    )
    expect(taken).toEqual(chosen)
  })
  test('every alternative has a cell for each aspect', () => {
    for (const { aspects, alternatives } of modelFor({}).choices) {
      expect(alternatives.map(({ cells }) => cells.length)).toEqual(alternatives.map(() => aspects.length))
    }
  })
})
