// @ts-check
// Plants faults that users met, one at a time in a copy of the repository, and asks the tests that were made for each
// whether they still notice. Not part of CI, which runs those tests without a fault: this says what they are worth.
//   npm run known-faults                      every row of the table; an hour or two
//   npm run known-faults -- --only A1,C8      the rows of some numbers, or with some words in them
//   npm run known-faults -- --only A1 --why   with what the tests have said
//   npm run known-faults -- --list            which test judges what; plants nothing
//   npm run known-faults -- --sound           the tests alone, without a fault
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { knownFaults, plantedText } from './known-faults-table.mjs'
import { jest, nodeIn, planted, plantedCopy } from './planted-copy.mjs'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    list: { type: 'boolean', default: false },
    sound: { type: 'boolean', default: false },
    why: { type: 'boolean', default: false },
  },
})

const wanted = values.only?.split(',')
/** @param {import('./known-faults-table.mjs').KnownFault} row @param {string} word */
const isAbout = ({ id, what }, word) => id === word || what.includes(word)
const unknown = wanted?.filter((word) => !knownFaults.some((row) => isAbout(row, word))) ?? []
if (unknown.length > 0) {
  throw new Error(`no row is about ${unknown.join(' or ')}: --list shows those that there are`)
}
const rows = knownFaults.filter((row) => wanted?.some((word) => isAbout(row, word)) ?? true)

if (values.list) {
  for (const { id, what, test, pattern } of rows) {
    console.log(`${id.padEnd(4)}${what}\n      ${test.join(' ')} -t '${pattern}'`)
  }
} else {
  const copy = plantedCopy('known-faults')
  /** @type {Map<string, ReturnType<typeof verdictOf>>} */
  const soundVerdicts = new Map()
  let open = 0
  for (const row of rows) {
    const judge = JSON.stringify([row.test, row.pattern])
    const sound = soundVerdicts.get(judge) ?? verdictOf(copy, row)
    soundVerdicts.set(judge, sound)
    const { said, output } = conclusion(copy, row, sound)
    open += said === undefined ? 1 : 0
    console.log(said ?? `${row.id} NOT caught: ${row.what}`)
    if (said === undefined || values.why) {
      // Of tests that were skipped, those alone that lack a tool.
      const lines = output.split('\n').filter((line) => !/(skipped: |○ )/.test(line) || / needs /.test(line))
      console.log(lines.map((line) => `    ${line}`).join('\n'))
    }
  }
  console.log(`${rows.length - open} of ${rows.length} ${values.sound ? 'are sound' : 'are caught'}`)
  process.exitCode = open === 0 ? 0 : 1
}

/**
 * What is said of a row, or nothing where its test doesn't do what it is there for.
 *
 * @param {string} copy @param {import('./known-faults-table.mjs').KnownFault} row @param {ReturnType<typeof verdictOf>} sound
 * @returns {{ said?: string, output: string }}
 */
function conclusion(copy, row, sound) {
  const { id, what, file } = row
  if (sound.failed.length > 0 || sound.passed.length === 0) {
    return { output: `Without the fault its test is red, or there is none by that name:\n${sound.output}` }
  }
  if (values.sound) {
    return { said: `${id} ${sound.passed.length} green`, output: sound.output }
  }
  const { failed, output } = planted(
    copy,
    file,
    (text) => plantedText(row, text),
    () => verdictOf(copy, row),
  )
  const [first] = failed.filter((name) => sound.passed.includes(name))
  return first === undefined ? { output } : { said: `${id} caught by ${first} (${what})`, output }
}

/**
 * The names of a row's tests that pass and fail. What does not build, or ends before its first test, is neither.
 *
 * @param {string} copy @param {import('./known-faults-table.mjs').KnownFault} row
 */
function verdictOf(copy, { test, pattern }) {
  const built = nodeIn(copy, ['scripts/build.mjs'], { timeout: 120_000 })
  if (!built.passed) {
    return { passed: [], failed: [], output: built.output }
  }
  const file = path.join(copy, 'known-faults.json')
  rmSync(file, { force: true })
  const args = [...jest, '--runInBand', '--json', `--outputFile=${file}`, ...test, '-t', pattern]
  const { output } = nodeIn(copy, args, { env: { REQUIRE_ALL_TIERS: '1' }, timeout: 1_800_000 })
  if (!existsSync(file)) {
    return { passed: [], failed: [], output }
  }
  /** @type {{ testResults: { name: string, assertionResults: { status: string, fullName: string }[] }[] }} */
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'))
  const named = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ status, fullName }) => ({ status, name: `${path.relative(copy, name)} › ${fullName}` })),
  )
  /** @param {string} wanted */
  const having = (wanted) => named.flatMap(({ status, name }) => (status === wanted ? [name] : []))
  return { passed: having('passed'), failed: having('failed'), output }
}
