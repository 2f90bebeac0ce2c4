import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { creation } from '../../support/greetings.js'
import { Kafka } from '../../support/kafka.js'
import { send, until } from '../../support/load.js'
import { Nats } from '../../support/nats.js'
import { Postgres } from '../../support/postgres.js'
import { generate, recipe, workFolder } from '../../support/project.js'
import { record } from '../../support/proof.js'
import { Service } from '../../support/service.js'
import { describeWith, succeed } from '../../support/tools.js'

const consumers = ['nats', 'kafka'] as const

/** How each message goes wrong, by the beginning of its name; `fine` does not. */
const courses = [
  'fine',
  'nul', // a value that no text may hold
  'ignored', // a statement that fails, and nobody tells
  'deferred', // a foreign key that is looked at when the transaction ends
  'cut', // the connection is lost, once
] as const

/** Of these the effect can never be kept. */
const hopeless = ['nul', 'ignored', 'deferred']

/** What the handler does: the effect in the transaction of the id, and then the message's own course. */
const handler = `
		tx, ok := postgres.Tx(ctx)
		if !ok {
			return errors.New("no transaction")
		}
		if _, err := tx.Exec(ctx, "INSERT INTO effects VALUES ($1, $2)", who, event.Name); err != nil {
			return err
		}
		switch course, _, _ := strings.Cut(event.Name, "-"); course {
		case "nul":
			if _, err := tx.Exec(ctx, "SELECT $1::text", "\\x00"); err != nil {
				return err
			}
		case "ignored":
			_, _ = tx.Exec(ctx, "SELECT 1 / 0")
		case "deferred":
			if _, err := tx.Exec(ctx, "INSERT INTO children VALUES ('nobody')"); err != nil {
				return err
			}
		case "cut":
			if _, again := cut.LoadOrStore(who+event.Name, true); !again {
				_, _ = tx.Exec(ctx, "SELECT pg_terminate_backend(pg_backend_pid())")
			}
		}
`

describeWith(['go', 'java', 'kafka', 'nats-server', 'openssl', 'postgres'], 'two consumers that share ids', () => {
  const work = workFolder()
  const credentials = path.join(work, 'credentials')
  let project: string

  beforeAll(() => {
    project = generate(work, recipe('orders', '--postgres', '--nats', '--kafka', '--no-tracing'))
    edit('internal/greeting/greeted/greeted.go', [
      ['func Handler(logger *slog.Logger)', 'var cut sync.Map\n\nfunc Handler(who string, logger *slog.Logger)'],
      ['\t\t// Without the name', `${handler}\t\t// Without the name`],
      ['\t"log/slog"\n', '\t"errors"\n\t"log/slog"\n\t"strings"\n\t"sync"\n'],
      [
        `\t"example.com/orders/internal/messaging"\n`,
        `\t"example.com/orders/internal/messaging"\n\t"example.com/orders/internal/store/postgres"\n`,
      ],
      // Sixteen raw bytes: no text, and the same for both brokers.
      [
        'm := messaging.NewMessage(Type, data)\n',
        'm := messaging.NewMessage(Type, data)\n\tdigest := sha256.Sum256([]byte(g.Name))\n\tm.ID = "\\x00\\xff\\n" + string(digest[:16])\n',
      ],
      ['\t"context"\n', '\t"context"\n\t"crypto/sha256"\n'],
    ])
    edit('internal/app/components.go', [
      [/handlers := consumer\.Handlers\{[^}]*\}\n/, ''],
      ...consumers.map(
        (who) =>
          [
            new RegExp(`(Name: +${who}\\.Name,[^}]*?)Handlers: +handlers`),
            `$1Handlers: consumer.Handlers{greeted.Type: greeted.Handler("${who}", a.logger)}`,
          ] as const,
      ),
    ])
    succeed('go', ['build', '-o', 'bin/orders', './cmd/orders'], { cwd: project })
    fs.mkdirSync(credentials)
  })

  function edit(file: string, changes: readonly (readonly [string | RegExp, string])[]): void {
    const target = path.join(project, file)
    let source = fs.readFileSync(target, 'utf8')
    for (const [from, to] of changes) {
      const changed = source.replace(from, to)
      expect(changed).not.toBe(source)
      source = changed
    }
    fs.writeFileSync(target, source)
  }

  test('each message is handled once by each, or is a dead letter, and nothing stands still', async () => {
    const [database, nats, kafka] = await Promise.all([
      Postgres.start(),
      Nats.start(),
      Kafka.start({ user: 'orders', password: 'first' }),
    ])
    await database.sql("CREATE ROLE orders LOGIN PASSWORD 'first'")
    await database.sql('CREATE DATABASE orders OWNER orders')
    const inOrders = (text: string) => database.sql(text, { user: 'orders', password: 'first', database: 'orders' })
    await inOrders('CREATE TABLE effects (consumer text NOT NULL, name text NOT NULL)')
    await inOrders('CREATE TABLE parents (name text PRIMARY KEY)')
    await inOrders('CREATE TABLE children (name text REFERENCES parents DEFERRABLE INITIALLY DEFERRED)')
    for (const [file, text] of Object.entries({
      'postgres-password': 'first',
      'nats-password': 'none',
      'kafka-password': 'first',
      'kafka-ca.crt': kafka.authority,
    })) {
      fs.writeFileSync(path.join(credentials, file), text)
    }
    const env = {
      CREDENTIALS_DIR: credentials,
      SHUTDOWN_DRAIN: '0s',
      CONSUMER_MAX_TRIES: '2',
      POSTGRES_HOST: '127.0.0.1',
      POSTGRES_PORT: `${database.port}`,
      POSTGRES_TLS: 'disable',
      NATS_URL: `nats://${nats.address}`,
      NATS_REPLICAS: '1',
      KAFKA_BROKERS: kafka.address,
      KAFKA_USER: 'orders',
    }
    const binary = path.join(project, 'bin/orders')
    succeed(binary, ['migrate', 'up'], { env })
    const service = await Service.start([binary], { env })
    try {
      await service.ready()
      const names = courses.flatMap((course) => Array.from({ length: 6 }, (_, at) => `${course}-${at}`))
      for (const name of names) {
        expect((await send(service.port, creation(name))).status).toBe(201)
      }
      const count = async (consumer: string, outcome: string) => {
        const labels = `consumer="${consumer}",outcome="${outcome}"`
        return Number(
          new RegExp(`^consumer_messages_total\\{${labels}\\} (\\d+)$`, 'm').exec(
            (await service.admin('/metrics')).body,
          )?.[1],
        )
      }
      const dead = names.filter((name) => hopeless.includes(name.split('-')[0] ?? ''))
      const findings: string[] = []
      for (const consumer of consumers) {
        await until(
          async () => (await count(consumer, 'processed')) + (await count(consumer, 'dead_lettered')) >= names.length,
        ).catch(() => findings.push(`${consumer} stands still`))
        const effects = (await inOrders(`SELECT name FROM effects WHERE consumer = '${consumer}'`)).split('\n')
        const wanted = names.filter((name) => !dead.includes(name))
        findings.push(
          ...wanted
            .map((name) => [name, effects.filter((effect) => effect === name).length] as const)
            .filter(([, times]) => times !== 1)
            .map(([name, times]) => `${consumer}: ${name} has ${times} effects`),
          ...dead.filter((name) => effects.includes(name)).map((name) => `${consumer}: ${name} has an effect`),
        )
        for (const [outcome, number] of [
          ['dead_lettered', dead.length],
          ['duplicate', 0],
        ] as const) {
          const counted = await count(consumer, outcome)
          findings.push(...(counted === number ? [] : [`${consumer}: ${counted} ${outcome}, not ${number}`]))
        }
      }
      record({
        group: 'dependencies',
        tool: 'PostgreSQL',
        version: (await database.sql('SHOW server_version')).split('.')[0] ?? '',
        subject: 'two consumers share ids, and messages fail in every way',
        judged: 1,
        unit: 'runs',
        findings,
      })
      expect(findings).toEqual([])
      // Asked every 15 seconds.
      await until(async () => {
        const { body } = await service.admin('/metrics')
        return consumers.every((consumer) => body.includes(`consumer_lag_messages{consumer="${consumer}"} 0\n`))
      })
    } finally {
      await service.kill()
    }
  })
})
