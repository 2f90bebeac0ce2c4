import { describe, expect, test } from '@jest/globals'
import { modelOf } from '../../src/cli/project.js'
import { askable } from '../../src/cli/wizard/ask.js'
import { interview } from '../../src/cli/wizard/run.js'
import { UserError } from '../../src/errors.js'
import { groups, optionOf } from '../../src/spec/table.js'
import { create, git, play, scripted, sections, startOf } from '../support/interview.js'

describe('what is asked', () => {
  test('Enter through everything answers nothing', async () => {
    const { asked, prompted, answers, wishes } = await play([])
    expect(asked).toEqual(['Go module path', 'Preset', sections, git, create])
    expect([prompted?.size, answers, wishes?.git]).toEqual([0, {}, true])
  })
  test('a name is asked for when no folder gives one', async () => {
    const { asked, wishes } = await play([['Name of the service', 'orders']], startOf({}, { dir: undefined }))
    expect(asked[0]).toBe('Name of the service')
    expect(wishes?.dir).toBeUndefined()
  })
  test('a folder that cannot be a name does not stand for one', async () => {
    const { asked } = await play([['Name of the service', 'orders']], startOf({}, { dir: './My Service' }))
    expect(asked[0]).toBe('Name of the service')
  })
  test('what was given is not asked for', async () => {
    const given = { name: 'orders', module: 'example.org/orders', preset: 'minimal' }
    const { asked, prompted } = await play([], startOf(given, { git: false }))
    expect([asked, prompted?.size]).toEqual([[sections, create], 0])
  })
  test('a given value is the default inside its section', async () => {
    const { prompted, answers } = await play([[sections, 'service']], startOf({ 'http.port': 9000 }))
    expect([prompted?.size, answers]).toEqual([0, { 'http.port': 9000 }])
  })
  test('every question of the option table is asked, once, when its condition holds', async () => {
    const open = groups.map(({ id }) => [sections, id] as const)
    const on = Object.fromEntries(['entrypoint', 'istio', 'grpc', 'alerts'].map((id) => [`${id}.enabled`, true]))
    const { asked } = await play(open, startOf({ ...on, 'image.base': 'alpine', 'rollout.strategy': 'canary' }))
    const expected = groups.flatMap(({ options }) => askable(options)).map((key) => optionOf(key).ask)
    const opening = ['Go module path', 'Preset']
    const ours = asked.filter((message) => ![sections, git, create].includes(message)).slice(opening.length)
    expect(ours).toEqual(expected)
  })
  test('a question whose condition does not hold is not asked', async () => {
    const { asked } = await play([
      [sections, 'probes'],
      ['Emit the liveness probe?', 'n'],
    ])
    expect(asked).toContain('Readiness: period, in seconds')
    expect(asked).not.toContain('Liveness: period, in seconds')
  })
  test('of a rolling update there is nothing more to ask', async () => {
    const { asked } = await play([[sections, 'istio']])
    expect(asked).toContain('How does a new version take over?')
    expect(asked).not.toContain('Weights of the canary, in %')
    expect(asked).not.toContain('How long is each step watched?')
  })
  test('what this version refuses is not offered', async () => {
    const { asked, offered } = await play(groups.map(({ id }) => [sections, id]))
    expect(offered['Pipeline']).toEqual(['github', 'gitlab', 'jenkins', 'none'])
    expect(offered['Configuration source']).toEqual(['env', 'file', 'nacos', 'consul'])
    expect(asked).not.toContain('Kafka')
  })
  test('every question can be typed', () => {
    const kinds = groups.flatMap(({ options }) => askable(options)).map((key) => optionOf(key).kind)
    expect(kinds.filter((kind) => kind === 'map' || kind === 'objects')).toEqual([])
  })
  test('a wrong flag is refused before anything is asked', async () => {
    const session = scripted([])
    await expect(interview(startOf({ 'http.port': 'abc' }), session.prompter)).rejects.toThrow(UserError)
    expect(session.asked).toEqual([])
  })
})

describe('answers', () => {
  test('are judged by the schema of the option', async () => {
    const { problems, answers } = await play([
      [sections, 'service'],
      ['HTTP port', '80'],
      ['HTTP port', '8e3'],
      ['HTTP port', '9000'],
      ['Handler time-out', '10'],
      ['Handler time-out', '10s'],
    ])
    expect(problems.map((problem) => problem.split(' is not ')[0])).toEqual(['80', '"8e3"', '"10"'])
    expect(answers).toEqual({ 'http.port': 9000, 'http.timeout': '10s' })
  })
  test.each([
    ['y', true],
    ['YES', true],
    ['true', true],
    ['n', undefined],
    ['No', undefined],
  ])('%s answers a yes-or-no question', async (word, expected) => {
    const { answers } = await play([
      [sections, 'istio'],
      ['Use Istio?', word],
    ])
    expect(answers?.['istio.enabled']).toBe(expected)
  })
  test('that equal the default leave no trace', async () => {
    const { prompted } = await play([
      ['Go module path', 'example.com/orders'],
      [sections, 'service'],
      ['HTTP port', '8080'],
    ])
    expect(prompted?.size).toBe(0)
  })
  test('taken back leave no trace', async () => {
    const { prompted } = await play([
      [sections, 'service'],
      ['HTTP port', '9000'],
      [sections, 'service'],
      ['HTTP port', '8080'],
    ])
    expect(prompted?.size).toBe(0)
  })
  test('that were derived follow a new name', async () => {
    const { wishes, asked } = await play(
      [
        ['Name of the service', 'orders'],
        [sections, 'project'],
        ['Name of the service', 'bills'],
      ],
      startOf({}, { dir: undefined }),
    )
    const project = modelOf(wishes?.layers ?? [], undefined)
    expect([project.model.module, project.resolved.answers]).toEqual(['example.com/bills', {}])
    expect(asked.filter((message) => message === 'Go module path')).toHaveLength(2)
  })
  test('wait while their condition is off, and come back with it', async () => {
    const off = [
      [sections, 'image'],
      ['Base image', 'alpine'],
      ['Wait for dependencies in an entrypoint script?', 'y'],
      ['Dependencies to wait for (host:port, comma-separated)', 'db:5432, cache:6379'],
      [sections, 'image'],
      ['Wait for dependencies in an entrypoint script?', 'n'],
    ] as const
    expect((await play(off)).answers).toEqual({ 'image.base': 'alpine' })
    const on = [...off, [sections, 'image'], ['Wait for dependencies in an entrypoint script?', 'y']] as const
    expect((await play(on)).answers).toMatchObject({ 'entrypoint.waitFor': ['db:5432', 'cache:6379'] })
  })
  test('that are optional can be left out again', async () => {
    const waitFor = 'Dependencies to wait for (host:port, comma-separated)'
    const { answers } = await play([
      [sections, 'image'],
      ['Base image', 'alpine'],
      ['Wait for dependencies in an entrypoint script?', 'y'],
      [waitFor, 'db:5432'],
      [sections, 'image'],
      [waitFor, ''],
    ])
    expect(answers).toEqual({ 'image.base': 'alpine', 'entrypoint.enabled': true })
  })
})
