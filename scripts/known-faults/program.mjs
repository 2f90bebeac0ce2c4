// @ts-check

const drill = ['test/e2e/drill-http.test.ts']
const middleware = 'templates/base/internal/httpserver/exchange.go.hbs'

/**
 * The servers of the program, its signals and its traces.
 *
 * @type {import('../known-faults-table.mjs').KnownFault[]}
 */
export const program = [
  {
    id: 'C12',
    what: 'spans are dropped, and no metric says so',
    file: 'templates/features/tracing/internal/telemetry/queue.go.hbs',
    from: '\t\tp.queue.full.Add(1)\n',
    to: '',
    test: drill,
    pattern: 'spans that wait for a collector',
  },
  {
    id: 'C12',
    what: 'OTEL_SDK_DISABLED does nothing',
    file: 'templates/features/tracing/internal/telemetry/tracing.go.hbs',
    from: 'os.Getenv("OTEL_SDK_DISABLED"), "true"',
    to: 'os.Getenv("OTEL_SDK_DISABLED"), "never"',
    test: drill,
    pattern: 'OTEL_SDK_DISABLED=true: who gets',
  },
  {
    id: 'C12',
    what: 'OTEL_TRACES_EXPORTER=none does nothing',
    file: 'templates/features/tracing/internal/telemetry/tracing.go.hbs',
    from: 'case "none":',
    to: 'case "never":',
    test: drill,
    pattern: 'OTEL_TRACES_EXPORTER=none: who gets',
  },
  {
    id: 'C12',
    what: 'a span is named _OTHER /route',
    file: 'templates/features/http-tracing/internal/httpserver/tracing.go.hbs',
    from: 'if name == otherMethod {',
    to: 'if name == "" {',
    test: drill,
    pattern: 'an exporter: who gets',
  },
  {
    id: 'C12',
    what: 'the span of a request that failed has no error.type',
    file: 'templates/features/http-tracing/internal/httpserver/tracing.go.hbs',
    from: '"error.type"',
    to: '"error.kind"',
    test: drill,
    pattern: 'an exporter: who gets',
  },
  {
    id: 'C12',
    what: 'a gRPC message that is too large is in no log and no metric',
    file: 'templates/features/grpc/internal/grpcserver/unseen.go.hbs',
    from: '!ok || state.seen ||',
    to: '!ok || !state.seen ||',
    test: ['test/e2e/grpc.test.ts'],
    pattern: 'a message that is too large',
  },
  {
    id: 'C12',
    what: 'a websocket gets 500, since the connection can not be handed over',
    file: middleware,
    from: 'case flushes && hijacks:',
    to: 'case flushes && hijacks && e.panicked:',
    test: drill,
    pattern: 'a websocket is handed over',
  },
  {
    id: 'C12',
    what: 'a handler that outlives the WriteTimeout is counted as 200',
    file: middleware,
    from: 'case e.late() && (',
    to: 'case e.late() && e.panicked && (',
    test: drill,
    pattern: 'a handler that outlives',
  },
  {
    id: 'C12',
    what: 'SIGTERM twice within a millisecond skips the drain',
    file: 'templates/base/internal/app/run.go.hbs',
    from: 'const oneSignal = time.Second',
    to: 'const oneSignal = time.Nanosecond',
    test: drill,
    pattern: 'SIGTERM again after [0-9]+ ms',
  },
  {
    id: 'C12',
    what: 'a token behind "bearer" in small letters is refused',
    file: 'templates/base/internal/admin/loglevel.go.hbs',
    from: 'strings.EqualFold(scheme, "Bearer")',
    to: 'scheme == "Bearer"',
    test: drill,
    pattern: 'the name of the scheme',
  },
  {
    id: 'C12',
    what: 'a store is stopped while it is checked, and both use one connection',
    file: 'templates/features/postgres/internal/store/postgres/postgres.go.hbs',
    from: '\ts.checking.Lock()\n\tdefer s.checking.Unlock()\n\tif s.stopped {',
    to: '\tif s.stopped {',
    test: ['test/e2e/go.test.ts'],
    pattern: 'Go dependencies: formatted',
  },
]
