import fs from 'node:fs'
import path from 'node:path'
import { parse as readYaml } from 'yaml'
import type { Manifest, Overlay } from '../support/manifests.js'
import { type Fact, goNumber, goSeconds, goText, peerOf } from './facts-reading.js'

const consumerDefaults = 'internal/config/messaging.go'

const brokers = ['nats', 'kafka'] as const
type BrokerName = (typeof brokers)[number]

/** The brokers that the Go code talks to. */
const chosen = (overlay: Overlay) =>
  brokers.filter((name) => fs.existsSync(path.join(overlay.project, 'internal/broker', name)))

/** Seconds that a shutdown gives to the messages in hand of each broker, and one for each connection; none without a broker. */
export function consumerStages(overlay: Overlay): number[] {
  return chosen(overlay).flatMap(() => [goSeconds(overlay.read(consumerDefaults), 'defaultConsumerTimeout'), 1])
}

/** One of a broker's settings, as the overlay states it; undefined where it leaves the program's default. */
function setting(overlay: Overlay, section: BrokerName, name: string): string | undefined {
  const folder = `deploy/overlays/${overlay.base}`
  const inFile = fs.existsSync(path.join(overlay.project, folder, 'config.yaml'))
  const value = inFile
    ? readYaml(overlay.read(`${folder}/config.yaml`))?.[section]?.[name]
    : new RegExp(`^${`${section}_${name}`.toUpperCase()}=(.+)$`, 'm').exec(overlay.read(`${folder}/config.env`))?.[1]
  return value === undefined ? undefined : `${value}`
}

/** host:port of each server that an overlay names. */
function addresses(overlay: Overlay, broker: BrokerName): { host: string; port: string }[] {
  const text = setting(overlay, broker, broker === 'nats' ? 'url' : 'brokers') ?? ''
  return [...text.matchAll(/(?:^|,|\/\/)([^/,]+):(\d+)/g)].map(([, host = '', port = '']) => ({ host, port }))
}

/** The way to the brokers: into their namespace where their names tell one, else anywhere on their port. */
export function brokerFlows(overlay: Overlay): string[] {
  return chosen(overlay).flatMap((broker) =>
    addresses(overlay, broker).map(({ host, port }) => `${peerOf(host)} ${port}/TCP`),
  )
}

/** What of a broker's is one environment's alone, and what must be safe where nobody has said otherwise. */
const stated: Readonly<Record<BrokerName, readonly string[]>> = {
  nats: ['stream', 'subject'],
  kafka: ['topic', 'group'],
}

export const messagingFacts: readonly Fact[] = [
  {
    rule: 'every overlay says where its brokers are, and what it dials the NetworkPolicy lets out',
    contradictions: (overlay) =>
      chosen(overlay).flatMap((broker) => {
        const wanted = addresses(overlay, broker)
        const open = (policy: Manifest, wantedPort: string) =>
          policy.spec.egress.some(({ ports }: Manifest) =>
            ports.some(({ port, protocol }: Manifest) => `${port}/${protocol}` === `${wantedPort}/TCP`),
          )
        return [
          ...(wanted.length === 0 ? [`${overlay.base} does not say where ${broker} is`] : []),
          ...overlay
            .all('NetworkPolicy')
            .flatMap((policy) =>
              wanted.filter(({ port }) => !open(policy, port)).map(({ port }) => `${port}/TCP is closed`),
            ),
        ]
      }),
  },
  {
    rule: 'each broker has a check that readiness does not depend on, a consumer that stops before it, and a password that is wanted where one is asked for',
    contradictions: (overlay) =>
      chosen(overlay).flatMap((broker) => {
        const app = overlay.read('internal/app/components.go')
        const secrets = overlay.read('internal/config/secret.go')
        const constant = broker === 'nats' ? 'NATSPassword' : 'KafkaPassword'
        const answers = readYaml(overlay.read('service.yaml'))
        const wanted = answers[broker]?.sasl !== 'none'
        const place = (text: string) => app.indexOf(text)
        return [
          ...(place(`checks.Observe(${broker}.Name, ${broker}Broker.Check)`) < 0 ? [`${broker} has no check`] : []),
          // Components stop in reverse.
          ...(place(`{name: "${broker}-consumer"`) > place(`{name: ${broker}.Name,`) &&
          place(`{name: ${broker}.Name,`) > 0
            ? []
            : [`${broker} is closed before its consumer`]),
          ...(secrets.includes(`{name: ${constant}, required: true}`) === wanted
            ? []
            : [`${constant} is ${wanted ? '' : 'not '}asked for`]),
        ]
      }),
  },
  {
    rule: 'brokers are verified unless the answers say otherwise, and environments do not share what is kept there',
    contradictions: (overlay) =>
      chosen(overlay).flatMap((broker) => {
        const answers = readYaml(overlay.read('service.yaml'))
        const open = answers[broker]?.tls === 'disable'
        const isOpen =
          broker === 'nats'
            ? setting(overlay, 'nats', 'url')?.startsWith('nats://')
            : setting(overlay, 'kafka', 'tls') === 'disable'
        const isProduction = overlay.base === (answers.delivery?.environments?.at(-1) ?? 'production')
        const source = overlay.read(`internal/config/${broker}.go`)
        return [
          ...(isOpen === open ? [] : [`${broker} is ${open ? 'to be' : 'not to be'} in the clear`]),
          ...stated[broker].flatMap((name) => {
            const own = setting(overlay, broker, name)
            const field = `default${broker === 'nats' ? 'NATS' : 'Kafka'}${name[0]?.toUpperCase()}${name.slice(1)}`
            const plain = goText(source, field)
            return (own === plain) === isProduction ? [] : [`${broker}.${name} of ${overlay.base} is ${own}`]
          }),
        ]
      }),
  },
  {
    rule: 'a stream that the service makes survives the loss of a server, but in development',
    contradictions: (overlay) => {
      if (!chosen(overlay).includes('nats')) {
        return []
      }
      const copies = Number(setting(overlay, 'nats', 'replicas'))
      const preset = goNumber(overlay.read('internal/config/nats.go'), 'defaultNATSReplicas')
      return copies === (overlay.base === 'dev' ? 1 : preset) ? [] : [`${copies} copies of a stream`]
    },
  },
]
