import type { Model } from '../model/types.js'
import type { SqlStore, Store } from '../model/types-dependencies.js'
import { t } from '../words.js'
import { apart, sqlNameOf } from './environment-values.js'
import { reach } from './reach.js'
import type { Credential, OverlaySetting, SlotContributions } from './types.js'

/** What tells one data store from another in the files that they share. */
interface Wiring {
  /** Go package below internal/store, and variable of the composition root. */
  readonly go: string
  /** Field of config.Config. */
  readonly field: string
  /** As people write it. */
  readonly title: string
  /** Arguments of the package's New. */
  readonly arguments: string
  /** Position among statements and components, of which it takes three: 50 to 59, after what observes, before brokers. */
  readonly order: number
  /** It is made without anything that could fail, so there is nothing to start. */
  readonly startless?: boolean
  /** Why the example counts in it. */
  readonly purpose: string
}

/** Of the servers beside a job of a pipeline, which end with it. */
export const jobPassword = 'only-for-this-job'

/** Contributions of a data store, the same for each but for the names. */
export function storeSlots(model: Model, store: Store, wiring: Wiring): SlotContributions {
  const { go, field, title, order } = wiring
  const variable = `${go}Store`
  const start = wiring.startless ? '' : ` start: ${variable}.Start,`
  return {
    appImports: [{ path: `${model.module}/internal/store/${go}` }],
    configSections: [{ field, declaration: `${field.padEnd(8)} ${field}`, fields: `${go}Fields()` }],
    credentials: credentials(field, go, title),
    errorImports: [{ path: `${model.module}/internal/store/${go}` }],
    errorMappings: [{ expression: `unavailable(${go}.Unavailable)` }],
    appSetup: [
      { order, statement: `${variable} := ${go}.New(${wiring.arguments})` },
      { order: order + 1, statement: `checks.Register(${go}.Name, ${variable}.Check)` },
      ...(model.features.metrics
        ? [{ order: order + 2, statement: `telemetry.RegisterPool(registry, ${go}.Name, ${variable}.Stats)` }]
        : []),
    ],
    appComponents: [{ order, component: `{name: ${go}.Name,${start} stop: ${variable}.Stop, budget: quickStop}` }],
    overlayConfig: settings(model, store),
    egress: [reach(store)],
    readmeFeatures: [{ title, text: wiring.purpose }],
    readmeNeeds: [
      {
        what: t`${title} at \`${store.address}\``,
        for: t('data; without it the pods run and are not ready'),
      },
    ],
  }
}

function credentials(field: string, go: string, title: string): Credential[] {
  return [
    {
      constant: `${field}Password`,
      file: `${go}-password`,
      doc: t`is the password for ${title}.`,
      required: true,
      random: false,
    },
    {
      constant: `${field}CA`,
      file: `${go}-ca.crt`,
      doc: t`is the authority, in PEM, that has signed the certificate of ${title}. Without it the system's are trusted.`,
      required: false,
      random: false,
    },
  ]
}

/** Where the server is, and what keeps environments apart on one server: every overlay says it. */
function settings(model: Model, store: Store | SqlStore): OverlaySetting[] {
  const setting = (name: string, value: OverlaySetting['value'], why?: string) => ({
    key: `${store.name}.${name}`,
    env: `${store.name}_${name}`.toUpperCase(),
    value,
    ...(why === undefined ? {} : { why }),
  })
  return [
    setting('host', store.host, t('Change it where this environment has a server of its own.')),
    ...('database' in store
      ? [
          setting(
            'database',
            apart(model, store.database, (env) => sqlNameOf(store.database, env)),
          ),
        ]
      : []),
    ...(store.tls === 'disable'
      ? [
          setting(
            'tls',
            store.tls,
            t('The network is trusted to encrypt, or to be private: nobody verifies the server.'),
          ),
        ]
      : []),
    ...(store.pooler === 'transaction'
      ? [setting('pooler', store.pooler, t('Transactions are lent connections: no session keeps settings or locks.'))]
      : []),
    ...('user' in store
      ? [
          setting(
            'user',
            apart(model, store.user, (env) => sqlNameOf(store.user, env)),
          ),
        ]
      : []),
  ]
}
