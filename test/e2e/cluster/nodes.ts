import { parseAllDocuments, stringify } from 'yaml'
import { succeed } from '../../support/tools.js'

/** Seconds from a pod's scheduling to its readiness, so that orders and surges can be seen. */
const startUp = 1

/** The commit of a version whose pods never become ready. */
export const brokenCommit = 'b'.repeat(40)

/** Three nodes in three zones, with room for every test. */
export function nodes(): object[] {
  const room = { cpu: '64', memory: '256Gi', 'ephemeral-storage': '1Ti', pods: '200' }
  return ['a', 'b', 'c'].map((zone) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `node-${zone}`,
      annotations: {
        'kwok.x-k8s.io/node': 'fake',
        'metrics.k8s.io/resource-metrics-path': `/metrics/nodes/node-${zone}/metrics/resource`,
      },
      labels: {
        'kubernetes.io/hostname': `node-${zone}`,
        'topology.kubernetes.io/zone': `zone-${zone}`,
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
      },
    },
    status: { allocatable: room, capacity: room },
  }))
}

/** KWOK's own stages and metrics, but that a pod takes a moment to become ready, and those of a broken version never do. */
export function kwokConfiguration(): string {
  const documents = parseAllDocuments(succeed('kwok', ['stages'])).map((document) => document.toJS())
  for (const { kind, metadata, spec } of documents) {
    if (kind === 'Stage' && metadata.name === 'pod-ready') {
      spec.delay = { durationMilliseconds: startUp * 1000 }
      spec.selector.matchExpressions.push({
        key: `.spec.containers.[] | select( .image | endswith(":${brokenCommit}") ) | .name`,
        operator: 'DoesNotExist',
      })
    }
  }
  return documents.map((document) => stringify(document)).join('---\n')
}
