import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { bin, run, temporaryFolder } from '../support/cli.js'

const work = temporaryFolder('config')
afterAll(() => fs.rmSync(work, { recursive: true, force: true }))
beforeEach(() => {
  for (const name of fs.readdirSync(work)) {
    fs.rmSync(path.join(work, name), { recursive: true, force: true })
  }
})

const write = (name: string, content: string | Buffer) => fs.writeFileSync(path.join(work, name), content)

describe('a file of answers that is none', () => {
  const cases: [string, () => void, string, string][] = [
    ['missing', () => {}, 'answers.yaml', 'cannot-read'],
    ['a folder', () => fs.mkdirSync(path.join(work, 'answers.yaml')), 'answers.yaml', 'cannot-read'],
    ['not UTF-8', () => write('answers.yaml', Buffer.from([0x6e, 0xff, 0xfe])), 'answers.yaml', 'not-utf8'],
    ['huge', () => write('answers.yaml', 'x'.repeat(2_000_000)), 'answers.yaml', 'file-too-large'],
    ['a device without end', () => {}, '/dev/zero', 'file-too-large'],
    ['extending itself', () => write('answers.yaml', 'extends: ./answers.yaml\n'), 'answers.yaml', 'extends-cycle'],
    [
      'extending what is missing',
      () => write('answers.yaml', 'extends: nothing.yaml\n'),
      'answers.yaml',
      'cannot-read',
    ],
  ]
  test.each(cases)('%s', (_, prepare, file, code) => {
    prepare()
    const before = fs.readdirSync(work)
    const result = run(['orders', '--yes', '--json', '--config', file], work)
    expect([result.code, JSON.parse(result.stdout).error.code]).toEqual([2, code])
    expect(fs.readdirSync(work)).toEqual(before)
  })

  test('standard input without end', () => {
    const { status } = spawnSync(
      'sh',
      ['-c', `yes 'k: 1' | "${process.execPath}" "${bin}" orders --yes --quiet --config -`],
      {
        cwd: work,
        timeout: 20_000,
      },
    )
    expect([status, fs.readdirSync(work)]).toEqual([2, []])
  })
})

describe('extends', () => {
  test('lies below the file, is found from the file, and is named in the result', () => {
    fs.mkdirSync(path.join(work, 'team'))
    write('organisation.yaml', 'owner: everybody\nautoscaling: {max: 5, min: 3}\n')
    write('team/answers.yaml', 'extends: ../organisation.yaml\nautoscaling: {max: 7}\n')
    expect(run(['out/orders', '--yes', '--config', 'team/answers.yaml'], work).code).toBe(0)
    const written = fs.readFileSync(path.join(work, 'out/orders/service.yaml'), 'utf8')
    expect(written).toContain('extends: "../../organisation.yaml"')
    expect(written).toContain('max: 7')
    expect(written).not.toContain('everybody')
    const explained = run(['explain', '--json', '--config', 'out/orders/service.yaml'], work)
    const values = JSON.parse(explained.stdout).values as { key: string; value: unknown; layer: string }[]
    const layerOf = (key: string) => values.find((value) => value.key === key)
    expect(layerOf('autoscaling.min')).toMatchObject({ value: 3, layer: 'extends' })
    expect(layerOf('autoscaling.max')).toMatchObject({ value: 7, layer: 'service.yaml' })
  })
})
