// @ts-check
/** Ends every run with one plain line, and names what was skipped so that no gap is silent. */
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
    const tail = skipped.length > 0 ? `, ${skipped.length} skipped` : ''
    console.log(`${results.numPassedTests} passed, ${failed} failed${tail}`)
  }
}
