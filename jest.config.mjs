// Tiers: unit (pure), golden (examples), matrix (random and pairwise specs), cli (the packed tarball), e2e (real tools);
// and release, what a release has to have and a change need not (npm run release:check).
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
}

/** @param {string} name */
const tier = (name) => ({ ...shared, displayName: name, testMatch: [`<rootDir>/test/${name}/**/*.test.ts`] })

export default {
  projects: (process.env['RELEASE_CHECK'] === '1' ? ['release'] : ['unit', 'golden', 'matrix', 'cli', 'e2e']).map(tier),
  reporters: ['default', '<rootDir>/test/support/summary-reporter.mjs'],
  // Three at a time, on machines of two cores: tests that wait for controllers and servers leave the processor to others.
  maxWorkers: 3,
  testSequencer: '<rootDir>/test/support/sequencer.mjs',
  testTimeout: 120_000,
}
