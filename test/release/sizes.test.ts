import { expect, test } from '@jest/globals'
import { compressedMegabytes } from '../../src/golang/program-size.js'
import { goModuleSets } from '../../src/golang/sets.js'

test('the size of every set was measured (npm run image-sizes)', () => {
  expect(goModuleSets.filter((set) => compressedMegabytes(new Set([set])) === undefined)).toEqual([])
})
