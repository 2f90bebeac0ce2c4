// @ts-check

/**
 * In what the generator itself says and refuses, which only golden files noticed, or nothing.
 *
 * @type {import('../known-faults-table.mjs').KnownFault[]}
 */
export const own = [
  {
    id: 'J28',
    what: 'a rule is off, and nats:// is taken where the connection has to be encrypted',
    file: 'src/spec/conflicts.ts',
    from: "      spec['nats.enabled'] &&\n",
    to: "      !spec['nats.enabled'] &&\n",
    test: ['test/unit/spec/conflicts.test.ts'],
    pattern: 'nats-url-scheme',
  },
  {
    id: 'J28',
    what: 'one replica more than a bound allows is taken',
    file: 'src/spec/options/workload.ts',
    from: "'workload.replicas': integer(1, 1000,",
    to: "'workload.replicas': integer(1, 1001,",
    test: ['test/unit/spec/bounds.test.ts'],
    pattern: 'workload.replicas',
  },
  {
    id: 'J28',
    what: 'a word too many on the command line is taken',
    file: 'src/cli/arguments.ts',
    from: "new UserError('extra-argument'",
    to: "new UserError('missing-value'",
    test: ['test/cli/errors.test.ts'],
    pattern: 'a word too many',
  },
  {
    id: 'J30',
    what: 'a manifest of a gateway is written where the gateway is another’s',
    file: 'src/features/istio-gateway.ts',
    from: ' && istio?.createGateway === true',
    to: ' && istio !== undefined',
    test: ['test/unit/features/contents.test.ts'],
    pattern: 'a gateway that is there',
  },
  {
    id: 'J30',
    what: 'an alert says that an autoscaler is at its maximum, which is its minimum',
    file: 'src/features/alerts-saturation.ts',
    from: 'autoscaling.min < autoscaling.max',
    to: 'autoscaling.min <= autoscaling.max',
    test: ['test/unit/features/contents.test.ts'],
    pattern: 'as many replicas at most as at least',
  },
  {
    id: 'J31',
    what: 'the wizard does not tell that it replaces files',
    file: 'src/cli/wizard/summary.ts',
    from: "action === 'update'",
    to: "action === 'delete'",
    test: ['test/unit/features/summary.test.ts'],
    pattern: 'the summary counts',
  },
  {
    id: 'J31',
    what: 'an option of the list lacks its help',
    file: 'src/cli/commands/list.ts',
    from: '${row.help}${later}',
    to: '${later}',
    test: ['test/cli/words.test.ts'],
    pattern: 'list has every preset',
  },
  {
    id: 'J31',
    what: 'the schema does not state the defaults',
    file: 'src/spec/json-schema.ts',
    from: '{ default: option.default }',
    to: '{}',
    test: ['test/cli/words.test.ts'],
    pattern: 'the schema states each default',
  },
]
