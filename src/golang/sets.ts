/**
 * Sets of Go modules beyond the base, each turned on by the flag of its name. The place in the list is the bit in the index
 * of `src/golang/sizes.ts`: a new one goes to the end.
 */
export const goModuleSets = ['metrics', 'tracing', 'grpc', 'postgres', 'mysql', 'redis', 'nats', 'kafka'] as const

/** A set, or what every project needs. */
export type GoModuleSet = 'base' | (typeof goModuleSets)[number]
