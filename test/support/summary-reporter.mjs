// @ts-check
import { writeFileSync } from 'node:fs'

/**
 * Ends every run with one plain line, and names what was skipped so that no gap is silent. Writes the line to the file
 * that TEST_SUMMARY names, too.
 */
export default class SummaryReporter {
  /** @param {unknown} _contexts @param {import('@jest/reporters').AggregatedResult} results */
  onRunComplete(_contexts, results) {
    const skipped = results.testResults.flatMap((file) =>
      file.testResults.filter((test) => test.status === 'pending').map((test) => test.fullName),
    )
    for (const name of skipped) {
      console.log(`skipped: ${name}`)
    }
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
    const line = `${results.numPassedTests} passed, ${failed} failed`
    console.log(skipped.length > 0 ? `${line}, ${skipped.length} skipped` : line)
    const file = process.env['TEST_SUMMARY']
    if (file !== undefined) {
      writeFileSync(file, `${line}\n`)
    }
  }
}
