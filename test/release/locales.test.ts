import { describe, expect, test } from '@jest/globals'
import type { Resolved } from '../../src/spec/resolve.js'
import { chineseProjects } from '../support/chinese.js'
import { judgeAnswers, renderFiles } from '../support/render.js'

describe.each(chineseProjects)('a Chinese project of a release: %s', (_, answers) => {
  const files = renderFiles(judgeAnswers({ description: 'Orders.', ...answers, lang: 'zh' }) as Resolved)
  const readme = files.find(({ path }) => path === 'README.md')?.content ?? ''

  test('leads to headings that are there', () => {
    const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => slugOf(heading))
    const links = [...readme.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor)
    expect(links.filter((anchor) => !headings.includes(anchor))).toEqual([])
  })
  test('says nothing in English that is said to people', () => {
    const prose = readme.replace(/^ *```[\s\S]*?^ *```/gm, '').replace(/`[^`]*`|\]\([^)]*\)/g, '')
    expect(prose.split('\n').filter((line) => /([a-z]{2,} ){4}/.test(line) && !/\p{Script=Han}/u.test(line))).toEqual(
      [],
    )
  })
})

/** As GitHub makes the anchor of a heading. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- _]/gu, '')
    .replaceAll(' ', '-')
}
