import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import zlib from 'node:zlib'
import { afterAll, describe, expect, test } from '@jest/globals'
import { main } from '../../src/cli/main.js'
import { silentTerminal } from '../support/terminal.js'
import { readTree } from '../support/tree.js'

const examples = path.resolve('examples')
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'golden-'))
afterAll(() => fs.rmSync(work, { recursive: true, force: true }))

/** What the version stamps into a project; the tests run from source, which has no version. */
const stamps = /create-go-k8s-service@[^/"]+|"tool": "[^"]+"/g

describe.each(fs.readdirSync(examples))('examples/%s', (name) => {
  test('renders the committed output', async () => {
    const target = path.join(work, name)
    const code = await main(
      [target, '--config', path.join(examples, name, 'service.yaml'), '--yes', '--quiet'],
      silentTerminal(work),
    )
    expect(code).toBe(0)
    const rendered = readTree(target, stamps)
    const committed = readTree(path.join(examples, name, 'output'), stamps)
    expect(Object.keys(rendered)).toEqual(Object.keys(committed))
    for (const [file, entry] of Object.entries(rendered)) {
      expect([file, entry]).toEqual([file, committed[file]])
    }
  })
  test('renders the baseline, which is not committed: every file as it is rendered', async () => {
    const target = path.join(work, `${name}-again`)
    await main(
      [target, '--config', path.join(examples, name, 'service.yaml'), '--yes', '--quiet'],
      silentTerminal(work),
    )
    expect(fs.existsSync(path.join(examples, name, 'output/.go-k8s-service/baseline.br'))).toBe(false)
    const baseline = zlib.brotliDecompressSync(fs.readFileSync(path.join(target, '.go-k8s-service/baseline.br')))
    const { files: kept } = JSON.parse(baseline.toString()) as { files: Record<string, string> }
    const files = readTree(target, stamps)
    expect(Object.keys(kept).sort()).toEqual(Object.keys(files))
    for (const [file, { content }] of Object.entries(files)) {
      expect([file, kept[file]?.replace(stamps, '')]).toEqual([file, content])
    }
  })
})
