import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { until } from '../../support/load.js'
import { Postgres } from '../../support/postgres.js'
import { generate, recipe, workFolder } from '../../support/project.js'
import { record } from '../../support/proof.js'
import { freePorts, records, Service } from '../../support/service.js'
import { describeWith, run, succeed } from '../../support/tools.js'

/** What the method does for some names: it reads, or calls another service that refuses. */
const method = `switch r.GetName() {
	case "stored":
		_, err := s.service.Get(ctx, "00000000000000000000000000000000")

		return nil, err
	case "foreign":
		return nil, fmt.Errorf("charge: %w", status.Error(codes.PermissionDenied, "token 12345 is not valid"))
	}
	greeting, err := s.service.Greet`

describeWith(['go', 'grpcurl', 'postgres'], 'errors of a data store over gRPC', () => {
  const work = workFolder()
  const credentials = path.join(work, 'credentials')
  let binary: string

  beforeAll(() => {
    const project = generate(work, recipe('orders', '--grpc', '--postgres', '--no-tracing'))
    const file = path.join(project, 'internal/greeting/grpc.go')
    const source = fs.readFileSync(file, 'utf8')
    const edited = source
      .replace('greeting, err := s.service.Greet', method)
      .replace('Greet(_ context.Context', 'Greet(ctx context.Context')
      .replace('"errors"\n', '"errors"\n\t"fmt"\n')
    expect(edited).toContain('"charge: %w"')
    fs.writeFileSync(file, edited)
    binary = path.join(project, 'bin/orders')
    succeed('go', ['build', '-o', binary, './cmd/orders'], { cwd: project })
    fs.mkdirSync(credentials)
    fs.writeFileSync(path.join(credentials, 'postgres-password'), 'first')
  })

  test('callers are told what they can do, and nothing of the inside', async () => {
    const postgres = await Postgres.start()
    await postgres.sql("CREATE ROLE orders LOGIN PASSWORD 'first'")
    await postgres.sql('CREATE DATABASE orders OWNER orders')
    const [grpc] = await freePorts(1)
    const env = {
      CREDENTIALS_DIR: credentials,
      SHUTDOWN_DRAIN: '0s',
      GRPC_PORT: `${grpc}`,
      GRPC_TIMEOUT: '3s',
      GRPC_REFLECTION: 'true',
      HEALTH_CHECK_CACHE: '100ms',
      POSTGRES_HOST: '127.0.0.1',
      POSTGRES_PORT: `${postgres.port}`,
      POSTGRES_TLS: 'disable',
    }
    succeed(binary, ['migrate', 'up'], { env })
    const service = await Service.start([binary], { env })
    const told = (name: string) => {
      const data = JSON.stringify({ name })
      const { output } = run('grpcurl', [
        ...['-plaintext', '-d', data, `127.0.0.1:${grpc}`, 'greeting.v1.GreetingService/Greet'],
      ])
      const code = /Code: (\w+)/.exec(output)?.[1] ?? 'OK'
      return `${code}${output.includes('RetryInfo') ? ', come again' : ''}${/token|127\.0\.0\.1|relation/.test(output) ? `: ${output}` : ''}`
    }
    try {
      await service.ready()
      const findings: string[] = []
      const wants = (event: string, got: string, wanted: string) =>
        findings.push(...(got === wanted ? [] : [`${event}: told ${got}, not ${wanted}`]))
      wants('no such row', told('stored'), 'NotFound')
      wants('another service', told('foreign'), 'Internal')
      postgres.pause()
      wants('a server that hangs', told('stored'), 'DeadlineExceeded')
      postgres.resume()
      await until(() => told('stored') === 'NotFound')
      await postgres.kill()
      told('stored')
      wants('a server that is away', told('stored'), 'Unavailable, come again')
      // What is ours to mend, and the store's own line, are the only errors in the log.
      const errors = records(service.stderr).map(({ message }) => message)
      findings.push(
        ...errors.filter((text) => text !== 'error in handler' && text !== 'store operation failed').map(String),
      )
      wants('the log', `${errors.filter((text) => text === 'error in handler').length} errors`, '1 errors')
      record({
        group: 'dependencies',
        tool: 'PostgreSQL',
        version: '17',
        subject: 'errors over gRPC',
        judged: 4,
        unit: 'errors',
        findings,
      })
      expect(findings).toEqual([])
    } finally {
      postgres.resume()
      await service.kill()
    }
  })
})
