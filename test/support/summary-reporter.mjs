// @ts-check
import { writeFileSync } from 'node:fs'
import path from 'node:path'

/**
 * Ends every run with one plain line, and names what was skipped so that no gap is silent. Writes the line to the file
 * that TEST_SUMMARY names, too, and every test with its outcome to the folder that PROOF_DIR names, for docs/proof.md.
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
    const folder = process.env['PROOF_DIR']
    if (folder !== undefined) {
      writeFileSync(path.join(folder, 'tests.json'), JSON.stringify(results.testResults.map(fileOutcome)))
    }
    const file = process.env['TEST_SUMMARY']
    if (file !== undefined) {
      writeFileSync(file, `${line}\n`)
    }
  }
}

/** @param {import('@jest/reporters').AggregatedResult['testResults'][number]} result */
function fileOutcome({ testFilePath, testResults, perfStats }) {
  return {
    file: path.relative(process.cwd(), testFilePath),
    seconds: Math.round((perfStats.end - perfStats.start) / 1000),
    tests: testResults.map(({ ancestorTitles, title, status, duration }) => ({
      within: ancestorTitles,
      title,
      status,
      seconds: Math.round((duration ?? 0) / 1000),
    })),
  }
}
