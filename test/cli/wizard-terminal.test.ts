import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { keys } from '../support/pty.js'
import { again, cwd, later, onTerminal, open, plain, run, section, through, tree } from '../support/session.js'

const { enter, esc } = keys

onTerminal('the wizard writes what flags and a file write', () => {
  test('Enter through everything is --yes', async () => {
    const { code } = await run(['asked/orders'], through)
    expect(code).toBe(0)
    expect(plain('flags/orders', '--yes').status).toBe(0)
    expect(tree('asked/orders')).toEqual(tree('flags/orders'))
  })
  test('answers in two sections are the same flags and the same file', async () => {
    const { code } = await run(
      ['asked/orders'],
      [
        [open.module, `example.org/team/orders${enter}`],
        [open.preset, keys.down + enter],
        [open.sections, section('Service')],
        [later('? HTTP port'), `9000${enter}`],
        [later('? Admin port'), esc],
        [open.sections, section('Delivery')],
        [later('? Environments'), `staging, production${enter}`],
        [later('? Deliver with Argo CD?'), `n${enter}`],
        [later(open.sections), enter],
        [open.git, enter],
        [open.create, enter],
      ],
    )
    const flags = ['--module', 'example.org/team/orders', '--preset', 'production', '--http-port', '9000']
    const more = ['--delivery-environments', 'staging,production', '--no-delivery-argocd', '--yes']
    expect([code, plain('flags/orders', ...flags, ...more).status]).toEqual([0, 0])
    expect(plain('file/orders', '--config', 'flags/orders/service.yaml', '--yes').status).toBe(0)
    expect(tree('asked/orders')).toEqual(tree('flags/orders'))
    expect(tree('file/orders')).toEqual(tree('flags/orders'))
  })
  test('the printed command reproduces the tree', async () => {
    const { text } = await run(
      [],
      [
        [open.name, `orders${enter}`],
        [open.module, enter],
        [open.preset, keys.down + enter],
        [open.sections, section('Service')],
        [later('? HTTP port'), `9000${enter}`],
        [later('? Admin port'), `9100${enter}`],
        [later('? Handler time-out'), `5s${enter}`],
        [later('? Drain delay'), esc],
        [open.sections, enter],
        [open.git, keys.down + enter],
        [open.create, enter],
      ],
    )
    expect(again(text)).toEqual(tree('first'))
    const yaml = fs.readFileSync(path.join(cwd, 'first/service.yaml'), 'utf8')
    const answers = yaml.split('\n').filter((text) => text !== '' && !text.startsWith('#'))
    expect(text).toContain(answers.map((text) => `  ${text}`).join('\n'))
  })
  test('the printed command keeps a file that extends another', async () => {
    fs.writeFileSync(path.join(cwd, 'company.yaml'), 'http:\n  port: 9500\nowner: payments\n')
    fs.writeFileSync(path.join(cwd, 'my answers.yaml'), 'extends: company.yaml\nname: orders\npreset: minimal\n')
    const { text } = await run(
      ['--config', 'my answers.yaml', '--no-git'],
      [
        [open.module, enter],
        [open.sections, section('Service')],
        [later('? HTTP port (9500)'), `8080${enter}`],
        [later('? Admin port'), esc],
        [open.sections, enter],
        [open.create, enter],
      ],
    )
    expect(text).toContain("orders --config 'my answers.yaml' \\\n    --http-port 8080 --yes")
    expect(again(text)).toEqual(tree('first'))
  })
})

describe('without a terminal nothing is asked', () => {
  test('a missing name is exit 2 and named', () => {
    const { status, stdout, stderr } = plain()
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/--name/)
  })
  test('defaults stand for every other answer', () => {
    const { status, stderr } = plain('orders')
    expect([status, stderr.includes('?')]).toEqual([0, false])
  })
})
