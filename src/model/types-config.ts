import type { Address } from './types-pods.js'
import type { FreeText } from './types-values.js'

export interface ConfigValue {
  readonly key: FreeText
  readonly value: FreeText
}

/** The centre that is the highest layer of the settings. */
export interface ConfigCentre extends Address {
  /** As people call it. */
  readonly name: 'Consul' | 'Nacos'
  /** What in it belongs to this service, in words for the README. */
  readonly place: string
  /** Where the last good document is kept. */
  readonly cacheDir: string
  /** sizeLimit of the emptyDir behind it. */
  readonly cacheSize: string
}
