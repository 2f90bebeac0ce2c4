import { expect, test } from '@jest/globals'
import { keysByFlag } from '../../src/spec/flags.js'

test('flags are unique', () => {
  expect(keysByFlag().size).toBeGreaterThan(80)
})
