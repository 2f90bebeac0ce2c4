import fs from 'node:fs'
import { expect, test } from '@jest/globals'
import { keys, Pty } from '../support/pty.js'
import { bin, cwd, onTerminal, open, run, section, through } from '../support/session.js'

const { enter, interrupt } = keys

onTerminal('leaving', () => {
  test.each([
    ['Ctrl-C at the first question', [[open.module, interrupt]]],
    [
      'Ctrl-C in a section',
      [...through.slice(0, 2), [open.sections, section('Probes')], ['? Emit the liveness', interrupt]],
    ],
    [
      'Ctrl-C in a list',
      [
        [open.module, enter],
        [open.preset, interrupt],
      ],
    ],
    ['Ctrl-C at the summary', [...through.slice(0, 4), [open.create, interrupt]]],
    ['the end of the input', [[open.module, keys.end]]],
    ['quit', [...through.slice(0, 4), [open.create, keys.down.repeat(2) + enter]]],
  ] as const)('%s: exit 130, nothing written', async (_, script) => {
    const { code, text, raw } = await run(['orders'], script)
    expect([code, fs.readdirSync(cwd)]).toEqual([130, []])
    expect(text).toContain('nothing was written')
    // The cursor that a list hides is back.
    expect(raw.lastIndexOf('\u001b[?25h')).toBeGreaterThan(raw.lastIndexOf('\u001b[?25l'))
  })
  test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    '%s: exit 130, nothing written, the terminal as before',
    async (signal) => {
      const inner = `sh -c 'echo pid $$.; exec "$0" "$@"' "$0" "$@"; code=$?; stty -a; exit $code`
      const pty = new Pty(['sh', '-c', inner, process.execPath, bin, 'orders'], { cwd })
      await pty.answer(open.module, enter)
      await pty.waitFor(open.preset)
      process.kill(Number(/pid (\d+)\./.exec(pty.text)?.[1]), signal)
      expect([await pty.exit(), fs.readdirSync(cwd)]).toEqual([130, []])
      expect(pty.text).toContain('cancelled, nothing was written')
      expect(pty.text).toMatch(/[^-]icanon.*[^-]echo /s)
    },
  )
})
