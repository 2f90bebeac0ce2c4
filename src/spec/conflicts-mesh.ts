import type { Conflict } from './conflict.js'
import type { Key, Spec } from './table.js'

/**
 * Ports of the sidecar, and of ztunnel in the pods of an ambient mesh:
 * istio.io/latest/docs/ops/deployment/application-requirements
 */
const proxyPorts: readonly number[] = [
  15_000, 15_001, 15_002, 15_004, 15_006, 15_008, 15_009, 15_020, 15_021, 15_053, 15_080, 15_090,
]
const portKeys = ['http.port', 'http.adminPort', 'grpc.port'] as const

function takenPort(spec: Spec): Key | undefined {
  return portKeys.find(
    (key) =>
      proxyPorts.includes(spec[key]) &&
      (key === 'http.adminPort' || spec[key === 'http.port' ? 'http.enabled' : 'grpc.enabled']),
  )
}

/** What routes and meshes can't be had with. */
export const meshConflicts: readonly Conflict[] = [
  {
    code: 'port-of-the-proxy',
    keys: portKeys,
    violated: (spec) => spec['istio.enabled'] && takenPort(spec) !== undefined,
    message: (spec) => {
      const key = takenPort(spec) as Key
      return `${key} ${spec[key]} is a port of Istio's own proxy, which takes it in every pod of the mesh`
    },
    hint: 'give another port; those that Istio has are from 15000 to 15090',
  },
  {
    code: 'gateway-api-or-istio',
    keys: ['gatewayApi.enabled', 'istio.enabled'],
    violated: (spec) => spec['gatewayApi.enabled'] && spec['istio.enabled'],
    message: () => 'gatewayApi.enabled routes without a mesh, and istio.enabled is the mesh',
    hint: 'leave one of them out; istio.mode ambient has routes of the Gateway API, in the mesh',
  },
  {
    code: 'weights-need-istio',
    keys: ['rollout.weights', 'istio.enabled'],
    violated: (spec) => spec['rollout.weights'] !== undefined && !spec['istio.enabled'],
    message: () => 'rollout.weights splits traffic in the mesh, and istio.enabled is off',
    hint: 'add istio.enabled: true (--istio), or leave rollout.weights out',
  },
  {
    code: 'weights-need-sidecar',
    keys: ['rollout.weights', 'istio.mode'],
    violated: (spec) =>
      spec['rollout.weights'] !== undefined && spec['istio.enabled'] && spec['istio.mode'] === 'ambient',
    message: () =>
      'rollout.weights splits traffic by the subsets of a VirtualService, which istio.mode ambient does not have',
    hint: 'use istio.mode sidecar, or leave rollout.weights out',
  },
  {
    code: 'faults-need-sidecar',
    keys: ['istio.faultInjection', 'istio.mode'],
    violated: (spec) => spec['istio.faultInjection'] && (!spec['istio.enabled'] || spec['istio.mode'] === 'ambient'),
    message: () => 'istio.faultInjection is a part of the VirtualService, which only istio.mode sidecar has',
    hint: 'use istio.enabled with istio.mode sidecar, or leave istio.faultInjection out',
  },
  {
    code: 'faults-need-an-earlier-environment',
    keys: ['istio.faultInjection', 'delivery.environments'],
    violated: (spec) => spec['istio.faultInjection'] && spec['delivery.environments'].length === 1,
    message: () => 'istio.faultInjection is for the environments before the last one, and there is only one',
    hint: 'add an environment to delivery.environments, or leave istio.faultInjection out',
  },
  {
    code: 'jwt-needs-issuer',
    keys: ['istio.jwt.issuer', 'istio.jwt.jwksUri', 'istio.jwt.audiences'],
    violated: (spec) =>
      spec['istio.jwt.issuer'] === undefined &&
      (spec['istio.jwt.jwksUri'] !== undefined || spec['istio.jwt.audiences'] !== undefined),
    message: () => 'istio.jwt says what a token has to be like, and not whose',
    hint: 'give istio.jwt.issuer, or leave istio.jwt out',
  },
]
