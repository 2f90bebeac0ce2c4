import fs from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { knownFaults, plantedText } from '../../../scripts/known-faults-table.mjs'

const titled = knownFaults.map((fault) => [`${fault.id}: ${fault.what}`, fault] as const)

/** The numbers that users gave: A1 to A3, B4 to B7 and so on, without what concerns tests alone. */
const numbers = Object.entries({ A: 3, B: 7, C: 12, D: 14, E: 18, F: 20, G: 24, H: 27 }).flatMap(
  ([letter, last], at, all) => {
    const first = (all[at - 1]?.[1] ?? 0) + 1
    return Array.from({ length: last - first + 1 }, (_, more) => `${letter}${first + more}`)
  },
)

describe('known faults', () => {
  test('have a row for each number', () => {
    const there = new Set(knownFaults.map(({ id }) => id))
    expect(numbers.filter((number) => !there.has(number))).toEqual([])
  })

  test('are told apart', () => {
    expect(new Set(knownFaults.map(({ what }) => what)).size).toBe(knownFaults.length)
  })

  test.each(titled)('%s', (_, fault) => {
    const text = fs.readFileSync(fault.file, 'utf8')
    expect(plantedText(fault, text)).not.toBe(text)
    expect(fault.file).toMatch(/^(src|templates)\//)
    // Golden files are written anew by whoever makes a mistake.
    expect(fault.test.filter((file) => !fs.existsSync(file) || file.startsWith('test/golden/'))).toEqual([])
    expect(() => new RegExp(fault.pattern)).not.toThrow()
    expect(fault.pattern).not.toBe('')
  })

  test('a text that is not there, or more than once, is an error', () => {
    const fault = { id: 'Z1', what: '', file: 'f', from: 'a', to: 'b', test: [], pattern: '' }
    expect(plantedText(fault, 'xax')).toBe('xbx')
    expect(() => plantedText(fault, 'x')).toThrow('Z1: f has no "a"')
    expect(() => plantedText(fault, 'aa')).toThrow('Z1: f has more than one "a"')
  })
})
