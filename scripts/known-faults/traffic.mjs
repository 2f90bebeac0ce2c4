// @ts-check

const gateways = ['test/e2e/cluster/gateways.test.ts']
const idle = ['test/e2e/idle-connections.test.ts']

/**
 * Meshes, gateways, and what they carry.
 *
 * @type {import('../known-faults-table.mjs').KnownFault[]}
 */
export const traffic = [
  {
    id: 'F19',
    what: 'a waypoint’s pods have the labels of the service, whose autoscaler, budget and policies take them for its own',
    file: 'templates/features/istio-ambient/deploy/components/istio/waypoint.yaml.hbs',
    from: '    labels:\n      app.kubernetes.io/name: {{istio.waypoint}}',
    to: '    annotations:\n      app.kubernetes.io/name: {{istio.waypoint}}',
    test: gateways,
    pattern: ' ambient: what is the service’s means',
  },
  {
    id: 'F19',
    what: 'a gateway’s pods have the labels of the service, whose NetworkPolicy closes it',
    file: 'templates/features/routes/deploy/components/routes/gateway.yaml.hbs',
    from: '    labels:\n      app.kubernetes.io/part-of: {{yaml name}}\n{{#if routes.ofIstio}}',
    to: '    annotations:\n      app.kubernetes.io/part-of: {{yaml name}}\n{{#if routes.ofIstio}}',
    test: gateways,
    pattern: ' istio-class: what is the service’s means',
  },
  {
    id: 'F20',
    what: 'the service listens on a port that the mesh’s proxy has',
    file: 'src/spec/conflicts-mesh.ts',
    from: ' 15_006,',
    to: '',
    test: ['test/unit/spec/conflicts.test.ts'],
    pattern: 'port-of-the-proxy',
  },
  {
    id: 'F20',
    what: 'the server closes idle connections before the gateway does, and requests are lost',
    file: 'src/model/timing.ts',
    from: 'envoy: 3600',
    to: 'envoy: 60',
    test: idle,
    pattern: 'a gateway of Istio’s class no POST is lost',
  },
  {
    id: 'F20',
    what: 'a gateway repeats what may have taken effect',
    file: 'templates/partials/route-rules.hbs',
    from: 'attempts: 0',
    to: 'attempts: 2',
    test: idle,
    pattern: 'Envoy Gateway what may have taken effect',
  },
  {
    id: 'F20',
    what: 'the NetworkPolicy drops what the mesh sends over from another region of a flat network',
    file: 'src/model/regions.ts',
    from: '(other.podNetwork ?? [])',
    to: '[]',
    test: ['test/e2e/fail-over-network.test.ts'],
    pattern: 'flat: east hears pods of north',
  },
]
