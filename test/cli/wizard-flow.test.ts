import { describe, expect, test } from '@jest/globals'
import { back, Cancelled } from '../../src/cli/wizard/prompter.js'
import { interview, type WizardStart } from '../../src/cli/wizard/run.js'
import { UserError } from '../../src/errors.js'
import { blocked, create, git, interrupt, play, scripted, sections, startOf } from '../support/interview.js'

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

describe('the page of sections', () => {
  test('says how many answers of a section differ from the preset', async () => {
    const notes: Record<string, string | undefined>[] = []
    const { prompter } = scripted([
      [sections, 'service'],
      ['HTTP port', '9000'],
    ])
    const choose = prompter.choose
    const watching: typeof prompter = {
      ...prompter,
      choose: (question) => {
        if (question.message === sections) {
          notes.push(Object.fromEntries(question.choices.map(({ value, note }) => [value, note])))
        }
        return choose(question)
      },
    }
    await interview(startOf(), watching)
    expect(notes.map(({ service }) => service)).toEqual([undefined, '1 changed'])
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
