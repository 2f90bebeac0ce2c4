import { type SqlStoreName, type StoreName, sqlStoreNames, storeNames } from '../spec/stores.js'
import type { Spec } from '../spec/table.js'
import { t } from '../words.js'
import { addressAt } from './address.js'
import type { Ledger } from './ledger.js'
import { regions, sites } from './regions.js'
import { fleets } from './rollout.js'
import type { SqlStore, Store, Stores } from './types-dependencies.js'

/** Connections left for the migration (its own two) and for somebody who looks at the database by hand. */
const reserved = 5
/** Each pod's readiness check has a connection beside the pool: a full pool is load, not an outage. */
const checkConnections = 1
/** More connections than this make no pod faster: the server has that many cores at best. */
const largestPool = 20

/** The data stores that were chosen, each with the pool that its server can stand. */
export function stores(spec: Spec, pods: number, ledger: Ledger): Stores {
  const entries = storeNames.map((name) => [
    name,
    !spec[`${name}.enabled`]
      ? undefined
      : isSqlStore(name)
        ? sqlStore(spec, name, pods, ledger)
        : store(spec, name, pods, ledger),
  ])
  return Object.fromEntries(entries) as unknown as Stores
}

/** How many data stores there are; each takes its second of the shutdown. */
export function storeCount(spec: Spec): number {
  return storeNames.filter((name) => spec[`${name}.enabled`]).length
}

/** What of the timing tells how many pods are on their way out at a time, in seconds. */
interface Turnover {
  readonly grace: number
  readonly minReadySeconds: number
}

/**
 * Most pods that hold connections at a time: every replica that the autoscaler may ask for, and the one more that a
 * rolling update starts, of each workload; and those that are still ending, as a Deployment starts the next pod without
 * waiting for the last one's end. Where a release runs two whole versions beside each other, twice as many replicas.
 */
export function mostPods(spec: Spec, workloads: number, { grace, minReadySeconds }: Turnover): number {
  const parts = regions(spec)
  const one = spec['autoscaling.enabled'] ? spec['autoscaling.max'] : spec['workload.replicas']
  // All regions, or clusters, may have one server.
  const replicas =
    parts.length === 0 ? one * Math.max(1, sites(spec).length) : parts.reduce((sum, { max }) => sum + max, 0)
  const whole = fleets(spec)
  const rolls = spec['workload.kind'] === 'deployment' && whole === 1
  const ending = Math.min(replicas, Math.ceil(grace / minReadySeconds))
  // One release at a time: of two versions beside each other one is replaced.
  return (replicas * whole + (rolls ? 1 : 0)) * workloads + (rolls ? ending : 0)
}

function isSqlStore(name: StoreName): name is SqlStoreName {
  return (sqlStoreNames as readonly StoreName[]).includes(name)
}

function sqlStore(spec: Spec, name: SqlStoreName, pods: number, ledger: Ledger): SqlStore {
  return {
    ...store(spec, name, pods, ledger),
    database: spec[`${name}.database`] as string,
    user: spec[`${name}.user`] as string,
  }
}

function store(spec: Spec, name: StoreName, pods: number, ledger: Ledger): Store {
  const connections = spec[`${name}.connections`]
  const share = Math.floor((connections - reserved) / pods) - checkConnections
  // Below 1 there is no pool: invariant 10 says so, with the numbers.
  const pool = Math.max(1, Math.min(largestPool, share))
  ledger.note(
    {
      name: t`${name} pool`,
      unit: t('connections per pod'),
      reason: t(
        'all pods together, with one more during an update and those that are still ending, stay below what the server grants',
      ),
      options: [`${name}.connections`, 'autoscaling.max', 'workload.replicas', 'regions'],
    },
    pool,
    t`min(${largestPool}, ⌊(${connections} (connections) − ${reserved} (migration, operators)) ÷ ${pods} (pods)⌋ − ${checkConnections} (readiness check)) = ${pool}`,
  )
  return {
    name,
    ...addressAt(spec[`${name}.host`], spec[`${name}.port`]),
    tls: spec[`${name}.tls`],
    pooler: name === 'postgres' ? spec['postgres.pooler'] : 'none',
    connections,
    pool,
    needed: (pool + checkConnections) * pods + reserved,
    pods,
  }
}
