import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { firstCombinations, furtherCombinations, holds, ruleOf } from '../../../scripts/go-module-patterns.mjs'
import { flagsOf, goModuleSets } from '../../../scripts/go-module-sets.mjs'
import { goModuleSets as declared, goModuleOptions } from '../../../src/golang/sets.js'
import { optionOf } from '../../../src/spec/table.js'

const names = [...declared, 'one more']

/** Every combination of names. */
function all(names: readonly string[]): Set<string>[] {
  return Array.from({ length: 2 ** names.length }, (_, bits) => new Set(names.filter((_name, at) => bits & (1 << at))))
}

test('scripts know the sets that the program knows', () => {
  expect(goModuleSets).toEqual(declared)
  expect(flagsOf(new Set(['grpc']))).toContain('--grpc')
  expect(flagsOf(new Set(['grpc']))).toContain('--no-kafka')
})

test.each(Object.entries(goModuleOptions))('%s is turned on by %s, a yes or no', (_, key) => {
  expect(optionOf(key).kind).toBe('boolean')
})

describe('the rule of a line, from some combinations of one set more than there are', () => {
  const first = firstCombinations(names)
  test('are some dozens, with none, each, each two, all but one and all', () => {
    expect(first).toHaveLength(1 + names.length + (names.length * (names.length - 1)) / 2 + names.length + 1)
    expect(furtherCombinations(names, 24)).toEqual(furtherCombinations(names, 24))
  })
  test('holds in every combination, for sets of which any, two together, or one without another bring it', () => {
    const set = fc.constantFrom(...names)
    const term = fc.oneof(
      set.map((one) => [one]),
      fc.tuple(set, set).map((two) => [...new Set(two)]),
    )
    fc.assert(
      fc.property(fc.array(term, { minLength: 1, maxLength: 5 }), (line) => {
        const found = ruleOf(
          names,
          first.map((sets) => ({ sets, there: holds(line, sets) })),
        )
        for (const sets of all(names)) {
          expect(holds(found ?? [], sets)).toBe(holds(line, sets))
        }
      }),
    )
    const without = [['nats', '!kafka']]
    const measured = first.map((sets) => ({ sets, there: holds(without, sets) }))
    expect(ruleOf(names, measured)).toEqual(without)
  })
  test('is of the base where every combination has it, and none where nobody does', () => {
    expect(
      ruleOf(
        names,
        first.map((sets) => ({ sets, there: true })),
      ),
    ).toEqual([['base']])
    expect(
      ruleOf(
        names,
        first.map((sets) => ({ sets, there: false })),
      ),
    ).toEqual([])
  })
  test('is refused where it would follow an odd number of sets', () => {
    expect(
      ruleOf(
        names,
        first.map((sets) => ({ sets, there: sets.size % 2 === 1 })),
      ),
    ).toBeUndefined()
  })
})
