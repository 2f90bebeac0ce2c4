import { storeNames } from '../spec/stores.js'
import { atMost, below, type Invariant, mebibytes } from './invariant.js'
import { millicoresOf } from './quantity.js'

/** Memory, disk, pods and connections. */
export const sizesInvariants: readonly Invariant[] = [
  {
    id: '7',
    rule: 'GOMEMLIMIT is nine tenths of the memory limit, and the limit holds a Go program (32Mi)',
    options: ['resources.memory.limit'],
    violations: ({ resources }) => [
      ...atMost(
        ['the least that the program runs in', 32],
        ['resources.memory.limit', mebibytes(resources.memoryLimit)],
        ' MiB',
      ),
      ...atMost(
        ['GOMEMLIMIT', Number.parseInt(resources.goMemLimit, 10)],
        ['nine tenths of resources.memory.limit', mebibytes(resources.memoryLimit) * 0.9],
        ' MiB',
      ),
    ],
  },
  {
    id: '7a',
    rule: 'request ≤ limit',
    options: ['resources.cpu.request', 'resources.cpu.limit', 'resources.memory.request', 'resources.memory.limit'],
    violations: ({ resources: r }) => [
      ...(r.cpuLimit === undefined
        ? []
        : atMost(
            ['resources.cpu.request', millicoresOf(r.cpuRequest)],
            ['resources.cpu.limit', millicoresOf(r.cpuLimit)],
            'm',
          )),
      ...atMost(
        ['resources.memory.request', mebibytes(r.memoryRequest)],
        ['resources.memory.limit', mebibytes(r.memoryLimit)],
        ' MiB',
      ),
    ],
  },
  {
    id: '8',
    rule: 'sum of emptyDir size limits ≤ ephemeral-storage limit',
    options: [],
    violations: ({ resources: r, config: { centre } }) =>
      atMost(
        centre === undefined
          ? ['/tmp', mebibytes(r.tmpSize)]
          : [`/tmp and ${centre.cacheDir}`, mebibytes(r.tmpSize) + mebibytes(centre.cacheSize)],
        ['the ephemeral-storage limit', mebibytes(r.ephemeralLimit)],
        ' MiB',
      ),
  },
  {
    id: '9',
    rule: 'with an autoscaler: no replicas in the manifest, and the disruption budget leaves it room',
    options: ['autoscaling.min', 'pdb.enabled'],
    violations: ({ environments, autoscaling, pdb }) =>
      environments.flatMap((env) => [
        ...(env.hpa && env.replicas !== undefined
          ? [`the overlay ${env.name} states ${env.replicas} replicas, and an autoscaler owns them`]
          : []),
        ...(env.hpa && env.pdb
          ? below(
              ['what the disruption budget keeps', autoscaling.min - pdb.maxUnavailable],
              ['autoscaling.min', autoscaling.min],
              '',
            )
          : []),
      ]),
  },
  {
    id: '10',
    rule: 'all pods with their pools and checks, the migration and an operator ≤ the connections that the server grants',
    options: [
      ...storeNames.map((name) => `${name}.connections`),
      'autoscaling.max',
      'workload.replicas',
      'regions',
      'delivery.argocd.clusters',
    ],
    violations: ({ stores }) =>
      Object.values(stores).flatMap((store) =>
        store === undefined
          ? []
          : atMost(
              [`what ${store.pods} pods need of ${store.name}`, store.needed],
              [`${store.name}.connections`, store.connections],
              '',
            ),
      ),
  },
]
