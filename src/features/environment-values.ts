import type { Environment, Model } from '../model/types.js'

/** A value by the environment's name. */
export type ByEnvironment = Readonly<Record<string, string>>

/**
 * What keeps environments apart that share a server: the last one has the plain name, as its namespace has, and each of the
 * others its own name in it.
 */
export function apart(model: Model, plain: string, other: (environment: Environment) => string): ByEnvironment {
  return Object.fromEntries(model.environments.map((env) => [env.name, env.isProduction ? plain : other(env)]))
}

/** An SQL name of an environment's own: letters, digits and underscores, at most 32, as MySQL's users have. */
export function sqlNameOf(plain: string, { name }: Environment): string {
  const suffix = `_${name.replaceAll('-', '_')}`.slice(0, 16)
  return `${plain.slice(0, 32 - suffix.length)}${suffix}`
}
