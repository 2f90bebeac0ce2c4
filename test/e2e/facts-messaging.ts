import fs from 'node:fs'
import path from 'node:path'
import { parse as readYaml } from 'yaml'
import type { Manifest, Overlay } from '../support/manifests.js'
import { type Fact, goSeconds } from './facts-reading.js'

const consumerDefaults = 'internal/config/messaging.go'

/** Seconds that a shutdown gives to messages in hand, and one for the broker's connection; none without a broker. */
export function consumerStages(overlay: Overlay): number[] {
  return fs.existsSync(path.join(overlay.project, consumerDefaults))
    ? [goSeconds(overlay.read(consumerDefaults), 'defaultConsumerTimeout'), 1]
    : []
}

/** Where the overlay's own settings say that NATS is. */
function natsUrl(overlay: Overlay): URL | undefined {
  const folder = `deploy/overlays/${overlay.environment}`
  const inFile = fs.existsSync(path.join(overlay.project, folder, 'config.yaml'))
  const url = inFile
    ? readYaml(overlay.read(`${folder}/config.yaml`))?.nats?.url
    : /^NATS_URL=(.+)$/m.exec(overlay.read(`${folder}/config.env`))?.[1]
  return url === undefined ? undefined : new URL(url)
}

/** The way to the broker: into its namespace where its name tells one, else anywhere on its port. */
export function brokerFlows(overlay: Overlay): string[] {
  const url = natsUrl(overlay)
  const namespace = /^[^.]+\.([^.]+)\.svc(\.cluster\.local)?$/.exec(url?.hostname ?? '')?.[1]
  return url === undefined ? [] : [`${namespace ?? '*'} ${url.port}/TCP`]
}

export const messagingFacts: readonly Fact[] = [
  {
    rule: 'with NATS every overlay says where it is, and what it dials the NetworkPolicy lets out',
    contradictions: (overlay) => {
      if (!fs.existsSync(path.join(overlay.project, 'internal/broker/nats'))) {
        return []
      }
      const url = natsUrl(overlay)
      const open = (policy: Manifest) =>
        policy.spec.egress.some(({ ports }: Manifest) =>
          ports.some(({ port, protocol }: Manifest) => `${port}/${protocol}` === `${url?.port}/TCP`),
        )
      return [
        ...(url === undefined ? [`${overlay.environment} does not say where NATS is`] : []),
        ...overlay
          .all('NetworkPolicy')
          .filter((policy) => url !== undefined && !open(policy))
          .map(() => `${url?.port}/TCP is closed`),
      ]
    },
  },
]
