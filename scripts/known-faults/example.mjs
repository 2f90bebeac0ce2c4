// @ts-check

const drill = ['test/e2e/drill-http.test.ts']

/**
 * What a team copies: the example and its handlers.
 *
 * @type {import('../known-faults-table.mjs').KnownFault[]}
 */
export const example = [
  {
    id: 'B4',
    what: 'an error that nobody has mapped is answered with 200 and nothing, in the log and the metric as well',
    file: 'templates/base/internal/httpserver/errors.go.hbs',
    from: '\t\tFail(w, r, err)\n',
    to: '\t\t_ = err\n',
    test: drill,
    pattern: 'an error that nobody has mapped',
  },
  {
    id: 'B4',
    what: 'an error that nobody has mapped is in no log',
    file: 'templates/base/internal/httpserver/errors.go.hbs',
    from: '(!known || e.written()) {',
    to: 'e.written() {',
    test: drill,
    pattern: 'an error that nobody has mapped',
  },
  {
    id: 'B5',
    what: 'a body with something after its JSON value is taken',
    file: 'templates/base/internal/httpserver/decode.go.hbs',
    from: 'io.EOF) {\n\t\treturn Invalid("The body must hold',
    to: 'io.EOF) && len(body) == 0 {\n\t\treturn Invalid("The body must hold',
    test: drill,
    pattern: 'a JSON body',
  },
  {
    id: 'B5',
    what: 'a request that is repeated with its key has its effect again',
    file: 'templates/base/internal/greeting/greeting.go.hbs',
    from: '\t\tif !fresh {\n',
    to: '\t\tif !fresh && repeated {\n',
    test: ['test/e2e/dependencies/stores.test.ts'],
    pattern: 'postgres: a repeated request',
  },
  {
    id: 'B5',
    what: 'the effect is kept, and the message that tells of it is not',
    file: 'templates/base/internal/greeting/greeting.go.hbs',
    from: 'return tx.Announce(ctx, g)',
    to: 'return nil',
    test: ['test/e2e/dependencies/outbox.test.ts'],
    pattern: 'postgres: what was answered',
  },
  {
    id: 'B5',
    what: 'of an example that is taken out the description of its API stays behind',
    file: 'templates/base/scripts/remove-example.sh.hbs',
    from: ' api/openapi.yaml',
    to: '',
    test: ['test/e2e/reader.test.ts'],
    pattern: 'minimal: a second resource',
  },
  {
    id: 'B6',
    what: 'a password among the settings lies in Git, in a ConfigMap and in logs',
    file: 'src/spec/conflicts.ts',
    from: '/passw|',
    to: '/',
    test: ['test/unit/spec/conflicts.test.ts'],
    pattern: 'values-are-no-secrets',
  },
  {
    id: 'B6',
    what: 'the log shows the user and the password of an address',
    file: 'templates/base/internal/config/fields.go.hbs',
    from: 'authority = masked + authority[at:]',
    to: 'authority = authority[:at] + authority[at:]',
    test: ['test/e2e/go.test.ts'],
    pattern: 'Go bare: formatted',
  },
  {
    id: 'B7',
    what: 'in a pipeline tests that need a server are skipped, and it is green',
    file: 'templates/features/compose/scripts/test-integration.sh.hbs',
    from: '"${CI:-}" = true ]',
    to: '"${CI:-}" = never ]',
    test: ['test/e2e/integration.test.ts'],
    pattern: 'a test that skips, in a pipeline',
  },
  {
    id: 'B7',
    what: 'the pipeline starts no server that the stores need',
    file: 'templates/features/github/dot-github/workflows/ci.yaml.hbs',
    from: 'cp .env.example .env && make deps',
    to: 'cp .env.example .env',
    test: ['test/e2e/integration.test.ts'],
    pattern: 'github has the servers',
  },
]
