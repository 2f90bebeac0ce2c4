import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { filesOf, modelOf } from '../../src/cli/project.js'
import { painter } from '../../src/cli/report.js'
import { askable } from '../../src/cli/wizard/ask.js'
import { type Back, back, Cancelled, type Prompter } from '../../src/cli/wizard/prompter.js'
import { interview, type WizardStart } from '../../src/cli/wizard/run.js'
import { UserError } from '../../src/errors.js'
import { layerOf, resolve } from '../../src/spec/resolve.js'
import { groups, optionOf } from '../../src/spec/table.js'

type Answer = string | Back | typeof interrupt
const interrupt = Symbol('Ctrl-C')

/** Answers the questions that a script names, in its order, and takes the default of every other. */
function scripted(script: readonly (readonly [question: string, answer: Answer])[]) {
  const left = [...script]
  const asked: string[] = []
  const offered: Record<string, readonly string[]> = {}
  const problems: string[] = []
  const said: string[] = []
  const next = (message: string): Answer | undefined => {
    asked.push(message)
    if (asked.length > 500) {
      throw new Error('the questions do not end')
    }
    const answer = left[0]?.[0] === message ? left.shift()?.[1] : undefined
    if (answer === interrupt) {
      throw new Cancelled()
    }
    return answer
  }
  const prompter: Prompter = {
    paint: painter(false),
    columns: 80,
    say: (text) => said.push(text),
    text: async ({ message, initial, problem }) => {
      for (;;) {
        const answer = next(message)
        const text = answer ?? initial ?? ''
        const wrong = typeof text === 'string' && text !== '' ? problem(text) : undefined
        if (wrong === undefined && text !== interrupt) {
          return text
        }
        problems.push(String(wrong))
      }
    },
    choose: async ({ message, choices, initial }) => {
      offered[message] = choices.map(({ value }) => value)
      const answer = next(message)
      if (answer !== undefined && answer !== back && !choices.some(({ value }) => value === answer)) {
        throw new Error(`${message}: ${String(answer)} is not offered`)
      }
      return (answer ?? initial) as typeof initial | Back
    },
  }
  return { prompter, asked, offered, problems, said, left }
}

function startOf(answers: Record<string, unknown> = {}, rest: Partial<WizardStart> = {}): WizardStart {
  return {
    layers: [layerOf('flag', answers, (key) => `--${key}`)],
    dir: 'orders',
    cwd: '/nowhere',
    git: undefined,
    offersGit: async () => true,
    preview: ({ layers, dir }) => {
      const project = modelOf(layers, dir && path.basename(dir))
      const files = filesOf(project)
      const actions = files.map(({ path: file, policy }) => ({ path: file, policy, action: 'create' as const }))
      return { dir: dir ?? project.model.name, project, actions }
    },
    ...rest,
  }
}

async function play(script: readonly (readonly [string, Answer])[], start = startOf()) {
  const session = scripted(script)
  const wishes = await interview(start, session.prompter)
  expect(session.left).toEqual([])
  const resolved = wishes && resolve(wishes.layers, wishes.dir)
  const answers = resolved && 'answers' in resolved ? resolved.answers : undefined
  return { ...session, wishes, answers, prompted: wishes?.layers.at(-1)?.values }
}

const sections = 'Sections'
const create = 'Create it?'
const blocked = 'This cannot be created yet'
const git = 'Make it a git repository with a first commit?'

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
    const on = Object.fromEntries(['entrypoint', 'istio'].map((id) => [`${id}.enabled`, true]))
    const { asked } = await play(open, startOf({ ...on, 'image.base': 'alpine' }))
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
  test('what this version refuses is not offered', async () => {
    const { asked, offered } = await play(groups.map(({ id }) => [sections, id]))
    expect(offered['Pipeline']).toEqual(['github', 'none'])
    expect(offered['Configuration source']).toEqual(['env', 'file'])
    expect(asked).not.toContain('gRPC')
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

describe('moving about', () => {
  test('Esc leads from a section to the page, from the page to the question before, and stops at the first', async () => {
    const { asked, answers } = await play([
      ['Go module path', back],
      ['Go module path', 'example.org/orders'],
      ['Preset', 'minimal'],
      [sections, 'service'],
      ['HTTP port', '9000'],
      ['Admin port (probes, metrics)', back],
      [sections, back],
      ['Preset', 'production'],
    ])
    expect(asked.slice(0, 2)).toEqual(['Go module path', 'Go module path'])
    expect(answers).toEqual({ module: 'example.org/orders', preset: 'production', 'http.port': 9000 })
  })
  test('Esc leads from the summary back through git to the page', async () => {
    const { asked, wishes } = await play([
      [git, 'no'],
      [create, back],
      [git, back],
    ])
    expect(asked.slice(2)).toEqual([sections, git, create, git, sections, git, create])
    expect(wishes?.git).toBe(false)
  })
  test('Esc skips a question about git that is not asked', async () => {
    const { asked } = await play([[create, back]], startOf({}, { git: true }))
    expect(asked.slice(2)).toEqual([sections, create, sections, create])
  })
  test('"change something" leads to the page', async () => {
    const { answers } = await play([
      [create, 'change'],
      [sections, 'service'],
      ['HTTP port', '9000'],
    ])
    expect(answers).toEqual({ 'http.port': 9000 })
  })
  test('"quit" and Ctrl-C end without a wish', async () => {
    expect((await play([[create, 'quit']])).wishes).toBeUndefined()
    for (const question of ['Go module path', sections, git, create]) {
      await expect(play([[question, interrupt]])).rejects.toThrow(Cancelled)
    }
  })
})

describe('git', () => {
  test.each([true, false])('is not asked about when --git is %s', async (given) => {
    const { asked, wishes } = await play([], startOf({}, { git: given }))
    expect([asked.includes(git), wishes?.git]).toEqual([false, given])
  })
  test('is not offered where there is a repository already', async () => {
    const { asked, wishes } = await play([], startOf({}, { offersGit: async () => false }))
    expect([asked.includes(git), wishes?.git]).toEqual([false, false])
  })
})

describe('answers that do not go together', () => {
  const occupied = new UserError('occupied', 'orders holds files', { exit: 3, hint: 'give another folder' })
  const conflict = [
    [sections, 'image'],
    ['Wait for dependencies in an entrypoint script?', 'y'],
  ] as const

  test('are shown at the page, where the cursor waits at the section concerned', async () => {
    const { said, asked, answers } = await play([...conflict, ['Base image', 'alpine']])
    expect(said.filter((text) => text.includes('needs a shell'))).toHaveLength(1)
    expect(asked.filter((message) => message === 'Base image')).toHaveLength(2)
    expect(answers).toEqual({ 'entrypoint.enabled': true, 'image.base': 'alpine' })
  })
  test('cannot be created, and "change something" leads to the section concerned', async () => {
    const { offered, answers } = await play([
      ...conflict,
      [sections, 'continue'],
      [blocked, 'change'],
      ['Base image', 'debian'],
    ])
    expect(offered[blocked]).toEqual(['change', 'quit'])
    expect(answers).toEqual({ 'entrypoint.enabled': true, 'image.base': 'debian' })
  })
  test('include numbers that violate a rule', async () => {
    const { said, answers } = await play([
      [sections, 'service'],
      ['Handler time-out', '60s'],
      ['Shutdown time-out, in seconds', '90'],
      [sections, 'service'],
      ['Shutdown time-out, in seconds', '20'],
      ['Shutdown time-out, in seconds', '90'],
    ])
    expect(said.filter((text) => text.startsWith('! http.timeout'))).toHaveLength(1)
    expect(answers).toEqual({ 'http.timeout': '60s', 'shutdown.timeout': 90 })
  })
  test('include a folder that is occupied, when another name leads elsewhere', async () => {
    const preview: WizardStart['preview'] = ({ layers }) => {
      if (layers.at(-1)?.values.get('name') === 'orders') {
        throw occupied
      }
      return startOf().preview({ layers, dir: undefined, git: false })
    }
    const { said, wishes } = await play(
      [
        ['Name of the service', 'orders'],
        [sections, 'project'],
        ['Name of the service', 'bills'],
      ],
      startOf({}, { dir: undefined, preview }),
    )
    expect(said).toContain('! orders holds files\n  give another folder')
    expect(wishes?.layers.at(-1)?.values.get('name')).toBe('bills')
  })
  test('do not include a folder that was given: nothing is asked then', async () => {
    const session = scripted([])
    const preview = () => {
      throw occupied
    }
    await expect(interview(startOf({}, { preview }), session.prompter)).rejects.toThrow('orders holds files')
    expect(session.asked).toEqual([])
  })
  test('are not confused with a bug, which passes through', async () => {
    const preview = () => {
      throw new TypeError('bug')
    }
    await expect(play([], startOf({}, { preview }))).rejects.toThrow(TypeError)
  })
})

describe('the summary', () => {
  test('counts every file in one area and names answers and computed numbers', async () => {
    const { said } = await play([
      [sections, 'autoscaling'],
      ['CPU target, in % of the request', '70'],
    ])
    const summary = said.at(-1) ?? ''
    const total = Number(/(\d+) files, git init and a first commit/.exec(summary)?.[1])
    const counts = [...summary.matchAll(/^ {2}(?:Kubernetes|CI|Image|Scripts|Documentation|Go|Project) +(\d+) /gm)]
    expect(counts.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(total)
    expect(summary).toContain('autoscaling.cpu = 70 % of the request')
    expect(summary).toContain('terminationGracePeriodSeconds = 40 s')
  })
})
