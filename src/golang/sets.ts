/**
 * Sets of Go modules beyond the base, and the option that turns each on (`npm run go-modules` renders with it). The place in the
 * list is the bit in the index of `src/golang/sizes.ts`: a new one goes to the end.
 */
export const goModuleOptions = {
  metrics: 'metrics.enabled',
  tracing: 'tracing.enabled',
  grpc: 'grpc.enabled',
  postgres: 'postgres.enabled',
  mysql: 'mysql.enabled',
  redis: 'redis.enabled',
  nats: 'nats.enabled',
  kafka: 'kafka.enabled',
} as const

type OptionalSet = keyof typeof goModuleOptions

/** A set, or what every project needs. */
export type GoModuleSet = 'base' | OptionalSet

/** The names of the sets, in their order. */
export const goModuleSets = Object.keys(goModuleOptions) as readonly OptionalSet[]
