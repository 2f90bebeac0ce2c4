// @ts-check

/**
 * Meshes, gateways and what they carry.
 *
 * @type {import('../known-faults-table.mjs').KnownFault[]}
 */
export const traffic = [
  {
    id: 'F20',
    what: 'the service listens on a port that the mesh’s proxy has',
    file: 'src/spec/conflicts-mesh.ts',
    from: ' 15_006,',
    to: '',
    test: ['test/unit/spec/conflicts.test.ts'],
    pattern: 'port-of-the-proxy',
  },
]
