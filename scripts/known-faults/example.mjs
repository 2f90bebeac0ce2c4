// @ts-check

/**
 * What a team copies: the example and its handlers.
 *
 * @type {import('../known-faults-table.mjs').KnownFault[]}
 */
export const example = [
  {
    id: 'B6',
    what: 'a password among the settings lies in Git, in a ConfigMap and in logs',
    file: 'src/spec/conflicts.ts',
    from: '/passw|',
    to: '/',
    test: ['test/unit/spec/conflicts.test.ts'],
    pattern: 'values-are-no-secrets',
  },
]
