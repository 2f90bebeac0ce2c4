import fs from 'node:fs'
import { expect, test } from '@jest/globals'
import { exemptions, yamllintRules } from './exemptions.js'
import { policies } from './policies/index.js'

const folder = 'docs/decisions'

/** The decisions by file name without its suffix, each with the checks that it settles. */
const decisions = fs
  .readdirSync(folder)
  .sort()
  .map((file) => {
    const text = fs.readFileSync(`${folder}/${file}`, 'utf8')
    const [, list = ''] = /^Checks: (.*?)\n\n/ms.exec(text) ?? []
    return {
      id: file.replace(/\.md$/, ''),
      text,
      checks: [...list.matchAll(/`([^`]+)`/g)].map(([, check = '']) => check),
    }
  })

const restated = policies.map(({ name }) => name)
const ofYamllint = Object.keys(yamllintRules.rules).map((rule) => `yamllint/${rule}`)
const exempted = exemptions.map(({ tool, check }) => `${tool}/${check}`)

test('decisions are numbered in a row, and say what, how and why', () => {
  decisions.forEach(({ id, text, checks }, at) => {
    expect(id).toMatch(new RegExp(`^${String(at + 1).padStart(4, '0')}-[a-z0-9-]+$`))
    expect(text).toMatch(new RegExp(`^# ${at + 1}\\. `))
    for (const part of ['What they want', 'What the output does', 'Why']) {
      expect(text).toContain(`\n\n**${part}.** `)
    }
    expect([id, checks.length]).not.toEqual([id, 0])
  })
})

test('every exemption has an id of its own and a decision that names its check', () => {
  const ids = exemptions.map(({ id }) => id)
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
  const homeless = exemptions.filter(
    ({ tool, check, decision }) => !decisions.find(({ id }) => id === decision)?.checks.includes(`${tool}/${check}`),
  )
  expect(homeless).toEqual([])
})

test('every decision is about a check that is exempted, restated or configured', () => {
  const unused = decisions.filter(
    ({ checks }) => !checks.some((check) => [...exempted, ...restated, ...ofYamllint].includes(check)),
  )
  expect(unused.map(({ id }) => id)).toEqual([])
  const known = decisions.flatMap(({ checks }) => checks.filter((check) => /^(kube-linter|polaris)\//.test(check)))
  expect(known.filter((check) => !restated.includes(check))).toEqual([])
})

test('every rule of yamllint that is changed is in a decision', () => {
  const named = decisions.flatMap(({ checks }) => checks)
  expect(ofYamllint.filter((rule) => !named.includes(rule))).toEqual([])
})
