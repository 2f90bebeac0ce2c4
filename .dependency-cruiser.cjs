/** Who may import whom: data moves one way, spec → model → features → engine → disk, and nothing sideways. */
const layer = (name, comment, from, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: allowed },
})

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'two files may name the same types, not run each other',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: '\\.d\\.ts$' }, to: {} },
    layer(
      'spec-is-the-root',
      'options know nothing of what is made from them',
      '^src/spec/',
      '^src/(spec/|errors\\.ts)',
    ),
    layer(
      'model-from-spec',
      'the model sees answers, never templates',
      '^src/model/',
      '^src/(model/|spec/|errors\\.ts|words\\.ts)',
    ),
    layer(
      'engine-is-generic',
      'the engine knows neither Go nor Kubernetes',
      '^src/engine/',
      '^src/(engine/|errors\\.ts)',
    ),
    layer(
      'features-from-model',
      'features fill slots from the model; only what writes service.yaml sees the spec',
      '^src/features/',
      '^src/(features/|model/types|engine/(file-set|template-set|encoders)|golang/|errors\\.ts|spec/(resolve|table|option)|words\\.ts)',
    ),
    layer('golang', 'go.mod and go.sum from the table', '^src/golang/', '^src/(golang/|features/types)'),
    {
      name: 'runs-in-a-browser-tab',
      comment: 'only the disk, the command line and the entry touch the system',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(bin\\.ts|cli/|engine/disk)' },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
}
