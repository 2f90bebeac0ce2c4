import { beforeAll, expect, test } from '@jest/globals'
import { type Manifest, type Overlay, overlaysOf } from '../support/manifests.js'
import { generate, recipe, workFolder } from '../support/project.js'
import { record } from '../support/proof.js'
import { describeWith } from '../support/tools.js'
import { type End, passes } from './cluster/network-policies.js'
import { toolVersion } from './tools/table.mjs'

const flags = ['--preset=production', '--rollout-strategy=rolling', '--grpc']
const regions = (...networks: readonly string[]) =>
  `--regions=${['east', 'north']
    .map((name, at) => `name=${name},cluster=${name},weight=${60 - 20 * at},replicas=6${networks[at] ?? ''}`)
    .join(';')}`
const patience = 120_000

/**
 * A region's pods are lost, and the mesh sends what comes in at its gateway to another region. Over a flat network that
 * comes from the address of a pod which is none of the other cluster's own, and over east-west gateways from a pod of the
 * other cluster's gateway.
 */
describeWith(['kustomize'], 'requests that the mesh sends over from another region, at the NetworkPolicy', () => {
  const work = workFolder()
  const overlays = new Map<string, readonly Overlay[]>()
  beforeAll(() => {
    const flat = regions(',podNetwork=10.1.0.0/16', ',podNetwork=fd00:2::/48')
    overlays.set('flat', overlaysOf(generate(work, recipe('flat', ...flags, flat))))
    overlays.set('gateways', overlaysOf(generate(work, recipe('gateways', ...flags, regions()))))
  }, patience)

  /** A pod of the gateway of another region, as the other cluster's network sees it. */
  const remote: Readonly<Record<string, End>> = {
    east: { address: '10.1.4.7' },
    north: { address: 'fd00:2::7' },
  }
  const stranger: End = { address: '10.3.4.7' }
  const local = (name: string): End => ({
    pod: { metadata: { name, namespace: 'istio-system', labels: { istio: name } } },
    namespaceLabels: { 'kubernetes.io/metadata.name': 'istio-system' },
    address: '10.9.0.1',
  })
  const arrives = (overlay: Overlay, from: End, port: number) => {
    const [{ metadata, spec }] = overlay.workloads
    const namespace = overlay.namespace.metadata.name
    const pod: Manifest = { metadata: { name: metadata.name, namespace, labels: spec.template.metadata.labels } }
    return passes(overlay.all('NetworkPolicy'), from, { pod, address: '10.9.0.2' }, port)
  }
  const of = (id: string, region: string) =>
    overlays.get(id)?.find(({ environment }) => environment === `production-${region}`) as Overlay

  test.each([
    ['flat', 'east', 'north', true],
    ['flat', 'north', 'east', true],
    // Its own pods are let in by their labels, and not by where they are.
    ['flat', 'east', 'east', false],
    ['flat', 'north', 'north', false],
    ['gateways', 'east', 'north', false],
    ['gateways', 'north', 'east', false],
  ] as const)('%s: %s hears pods of %s by address: %s', (id, region, from, wanted) => {
    const overlay = of(id, region)
    const answers = [8080, 9000].map((port) => arrives(overlay, remote[from] as End, port))
    record({
      ...proof,
      subject: 'random specs',
      judged: 2,
      findings: answers.flatMap((one) => (one === wanted ? [] : [`${region}: ${one}`])),
    })
    expect(answers).toEqual([wanted, wanted])
    expect([9090, 22].map((port) => arrives(overlay, remote[from] as End, port))).toEqual([false, false])
  })

  test.each([
    ['flat', 'east'],
    ['flat', 'north'],
    ['gateways', 'east'],
    ['gateways', 'north'],
  ])('%s: %s hears the gateways of its own cluster, and nobody from elsewhere', (id, region) => {
    const overlay = of(id, region)
    expect(arrives(overlay, local('eastwestgateway'), 8080)).toBe(true)
    expect(arrives(overlay, local('ingressgateway'), 8080)).toBe(true)
    expect(arrives(overlay, stranger, 8080)).toBe(false)
  })

  test.each(['flat', 'gateways'])('%s: whose requests pass is a matter of identity as well', (id) => {
    for (const overlay of overlays.get(id) ?? []) {
      const [{ from }] = (overlay.one('AuthorizationPolicy') as Manifest).spec.rules
      expect(from[0].source.principals).toEqual([
        'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account',
      ])
    }
  })

  test('environments that are no region let no address in', () => {
    for (const overlay of overlays.get('flat')?.filter(({ environment }) => !environment.includes('-')) ?? []) {
      expect(arrives(overlay, remote['east'] as End, 8080)).toBe(false)
    }
  })

  test('the README says what passes, and what has to be set for the other', () => {
    const readme = (id: string) => of(id, 'east').read('README.md')
    expect(readme('flat')).toContain('`10.1.0.0/16`')
    expect(readme('flat')).toContain('A flat network between the clusters')
    expect(readme('gateways')).toContain('An east-west gateway in `istio-system` of each cluster')
    expect(readme('gateways')).toContain('until each of `regions` has its `podNetwork`')
  })
})

const proof = {
  group: 'manifests',
  tool: 'NetworkPolicy, between regions',
  version: toolVersion('kustomize'),
  unit: 'ways',
}
