import fs from 'node:fs'
import { expect, test } from '@jest/globals'
import { parseAllDocuments } from 'yaml'
import { describeWith } from '../support/tools.js'
import { misspeltKeys } from './misspell.js'
import { judge, problemsOf, strictTools } from './strict.js'

const samples = fs.readFileSync('test/e2e/strict/testdata/kinds.yaml', 'utf8')
const kinds = parseAllDocuments(samples).map((document) => {
  const { apiVersion, kind } = document.toJS()
  return `${apiVersion} ${kind}`
})

/** A sample of a kind, cut out of the file. */
function sample(kind: string): string {
  return samples.split('\n---\n')[kinds.indexOf(kind)] ?? ''
}

describeWith(strictTools, 'strict', () => {
  test(`${kinds.length} kinds: a good sample of each is taken`, () => {
    expect(new Set(kinds).size).toBe(kinds.length)
    expect(problemsOf(judge({ input: samples }))).toEqual([])
  })

  const mutants = misspeltKeys(samples)
  test(`${mutants.length} misspelt keys in them: each is refused`, () => {
    expect(new Set(mutants.map(({ kind }) => kind)).size).toBe(new Set(kinds.map((kind) => kind.split(' ')[1])).size)
    const judged = judge({ input: mutants.map(({ text }) => text).join('---\n') })
    expect(judged.length).toBe(mutants.length)
    const missed = mutants.filter((_, at) => judged[at]?.problems.length === 0)
    expect(missed.map(({ kind, path }) => `${kind} ${path}`)).toEqual([])
  })

  test('an unknown kind, an old version, a duplicate key, nothing at all', () => {
    for (const input of [
      'apiVersion: v1\nkind: Deployment\nmetadata:\n  name: a\n',
      'apiVersion: example.com/v1\nkind: Example\nmetadata:\n  name: a\n',
      sample('autoscaling/v2 HorizontalPodAutoscaler').replace('autoscaling/v2', 'autoscaling/v1'),
      sample('networking.istio.io/v1 Gateway').replace('istio.io/v1', 'istio.io/v1beta1'),
      sample('v1 ConfigMap').replace('immutable: true', 'immutable: true\nimmutable: true'),
    ]) {
      expect([input, problemsOf(judge({ input }))]).not.toEqual([input, []])
    }
    expect(judge({ input: '# nothing\n' })).toEqual([])
  })
})
