import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { generate, recipe, workFolder } from '../support/project.js'
import { describeWith, type Outcome, run } from '../support/tools.js'

/**
 * Two regions and the proxy before them. While a file says that the first is out, its place is taken by the second: after
 * as many milliseconds as the URL asks for, and until then nobody answers, as in a mesh that has not heard of it yet.
 */
const world = `
const http = require('node:http'), fs = require('node:fs')
const region = (name) => http.createServer((_, answer) => answer.end(name)).listen(0, '127.0.0.1')
const regions = [region('east'), region('north')]
const log = (line) => fs.appendFileSync('asked', line + '\\n')
const proxy = http.createServer((request, answer) => {
  const delay = Number(request.url.slice(1))
  const since = fs.existsSync('out') ? Date.now() - fs.statSync('out').mtimeMs : undefined
  if (since < delay) {
    log('nobody')
    answer.writeHead(503).end()
    return
  }
  http.get({ host: '127.0.0.1', port: regions[since === undefined ? 0 : 1].address().port }, (from) => {
    from.setEncoding('utf8').on('data', log)
    from.pipe(answer)
  })
})
proxy.listen(0, '127.0.0.1', () => console.log(proxy.address().port))
`

/** Puts the first region out, and back, by what the script would have the cluster do. */
const kubectl = 'echo "$*" >>calls; case "$*" in *\'"add"\'*) touch out;; *\'"remove"\'*) rm out;; *) exit 1;; esac'

describeWith(['git'], 'the drill of a lost region', () => {
  const work = workFolder()
  let project: string
  let processes: ChildProcess
  let port: string
  beforeAll(async () => {
    project = generate(
      work,
      recipe(
        'drill',
        '--istio',
        '--regions=name=cn-east,cluster=east,weight=60,replicas=18;name=cn-north,cluster=north,weight=40,replicas=12',
      ),
    )
    fs.mkdirSync(path.join(work, 'bin'))
    fs.writeFileSync(path.join(work, 'bin/kubectl'), `#!/bin/sh\n${kubectl}\n`, { mode: 0o755 })
    processes = spawn(process.execPath, ['-e', world], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] })
    port = await new Promise<string>((resolve) => processes.stdout?.once('data', (text) => resolve(`${text}`.trim())))
  })
  afterAll(() => {
    processes.kill()
  })
  beforeEach(() => {
    for (const file of ['calls', 'asked', 'out']) {
      fs.rmSync(path.join(project, file), { force: true })
    }
  })

  const drill = (url: string, env: Record<string, string> = {}): Outcome =>
    run('sh', ['scripts/drill-region.sh', 'east', url], {
      cwd: project,
      env: { PATH: `${path.join(work, 'bin')}:${process.env['PATH']}`, ...env },
    })
  const lines = (file: string): string[] => fs.readFileSync(path.join(project, file), 'utf8').trim().split('\n')

  test('the other region answers: it says after how long, and the pods are back', () => {
    const { code, stdout } = drill(`http://127.0.0.1:${port}/1500`)
    const [, measured, leave, worst] =
      /answered again after (\d+) s; with (\d+) s until .* Service (\d+) s of 90 s/.exec(stdout) ?? []
    expect([code, Number(worst)]).toEqual([0, Number(measured) + Number(leave)])
    expect(Number(measured)).toBeGreaterThanOrEqual(1)
    expect(Number(measured)).toBeLessThanOrEqual(5)
    const asked = lines('asked')
    expect([asked[0], asked[1], ...asked.slice(-3)]).toEqual(['east', 'nobody', 'north', 'north', 'north'])
    expect(lines('calls')).toEqual([
      '--context east -n orders patch service orders --type=json --patch [{"op": "add", "path": "/spec/selector/drill", "value": "out"}]',
      '--context east -n orders patch service orders --type=json --patch [{"op": "remove", "path": "/spec/selector/drill"}]',
    ])
    expect(fs.existsSync(path.join(project, 'out'))).toBe(false)
  })
  test('nobody answers in time: it fails, and the pods are back', () => {
    const { code, stderr } = drill(`http://127.0.0.1:${port}/60000`, { BUDGET: '15' })
    expect(code).toBe(1)
    expect(stderr).toMatch(/more than 15 s/)
    expect(fs.existsSync(path.join(project, 'out'))).toBe(false)
  })
  test('what does not answer before is not taken out', () => {
    const { code, stderr } = drill('http://127.0.0.1:1/')
    expect([code, stderr]).toEqual([1, expect.stringContaining('does not answer')])
    expect(fs.existsSync(path.join(project, 'calls'))).toBe(false)
  })
})
