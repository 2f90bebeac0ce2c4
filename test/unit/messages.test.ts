import { expect, test } from '@jest/globals'
import { translate, unitsOf } from '../../scripts/messages.mjs'

const texts = (file: string, source: string) => unitsOf(file, source).map(({ text }) => text)

test('a comment of several lines is one text, and an empty line ends it', () => {
  expect(texts('a.go.hbs', '// Config is what\n// the process has.\n//\n//\tcode\n\n\t// Next.')).toEqual([
    'Config is what the process has.',
    'code',
    'Next.',
  ])
})

test('comments behind code are found, and strings that look like them are not', () => {
  expect(texts('a.sh.hbs', 'x=1 # the default\necho "a # b"\ncase $a in # why\n')).toEqual(['the default', 'why'])
})

test('what a tool reads is left alone', () => {
  expect(texts('a.sh.hbs', '#!/bin/sh\n# shellcheck disable=SC2086\n# Says why.\n# HTTP_PORT=80\n')).toEqual([
    'Says why.',
  ])
})

test('a usage keeps its lines', () => {
  expect(texts('a.sh.hbs', '#   scripts/a.sh up X     starts it\n#   scripts/a.sh down X   stops it\n')).toEqual([
    'scripts/a.sh up X     starts it',
    'scripts/a.sh down X   stops it',
  ])
})

test('Markdown: paragraphs, items, headings and rows, but neither code nor rulers', () => {
  const source =
    '# Title\n\nFirst line\ngoes on.\n- an item\n  of two lines\n\n| What | For |\n|---|---|\n\n```sh\nrun it # again\n```\n'
  expect(texts('README.md.hbs', source)).toEqual([
    '# Title',
    'First line goes on.',
    '- an item of two lines',
    '| What | For |',
    'again',
  ])
})

test('a translation takes the place of all lines, and breaks between characters', () => {
  const long = '字'.repeat(60)
  const words = new Map([['One two.', `${long}{{a b}}。`]])
  expect(translate('a.yaml.hbs', 'a: 1\n  # One\n  # two.\nb: 2', words)).toBe(
    `a: 1\n  # ${'字'.repeat(50)}\n  # ${'字'.repeat(10)}{{a b}}。\nb: 2`,
  )
})

test('an item in a comment keeps its mark and its indentation', () => {
  const words = new Map([['two words', '字'.repeat(60)]])
  expect(translate('a.go.hbs', '//   - two words', words)).toBe(`//   - ${'字'.repeat(50)}\n//     ${'字'.repeat(10)}`)
})

test('what has no translation, or the same, stays byte for byte', () => {
  const source = '# one\n# two three\n\nx: 1 # four\n'
  expect(translate('a.yaml.hbs', source, new Map([['one two three', 'one two three']]))).toBe(source)
})

test('a line never begins with a block, which may hold nothing', () => {
  const words = new Map([['two words', `${'字'.repeat(49)}。{{#if a}}${'字'.repeat(9)}{{/if}}`]])
  expect(translate('a.yaml.hbs', '# two words', words)).toBe(
    `# ${'字'.repeat(49)}。{{#if a}}\n# ${'字'.repeat(9)}{{/if}}`,
  )
})
