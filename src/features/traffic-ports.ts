import type { Model } from '../model/types.js'
import type { NetworkRule } from './types.js'

/** The container ports that take traffic, for a rule of the NetworkPolicy. */
export function trafficPorts({ features, ports }: Model): NetworkRule['ports'] {
  return [...(features.http ? [ports.http] : []), ...(features.grpc ? [ports.grpc] : [])].map((port) => ({
    port,
    protocol: 'TCP',
  }))
}
