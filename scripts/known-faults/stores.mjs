// @ts-check

/**
 * Stores, and the servers of the program itself.
 *
 * @type {import('../known-faults-table.mjs').KnownFault[]}
 */
export const stores = [
  {
    id: 'C11',
    what: 'a NetworkPolicy that has an address for a host opens its port to everywhere',
    file: 'src/features/reach.ts',
    from: 'if (cidr !== undefined) {',
    to: 'if (cidr === host) {',
    test: ['test/unit/spec/hosts.test.ts'],
    pattern: 'opens the way to',
  },
  {
    id: 'C11',
    what: 'with NodeLocal DNSCache in iptables mode every question for a name is dropped',
    file: 'templates/features/network-policy/deploy/components/network-policy/networkpolicy.yaml.hbs',
    from: 'cidr: 10.0.0.0/8',
    to: 'cidr: 10.0.0.0/32',
    test: ['test/unit/spec/hosts.test.ts'],
    pattern: 'questions for names',
  },
]
