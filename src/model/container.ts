import { isStoreName } from '../spec/stores.js'
import type { Spec } from '../spec/table.js'
import { addressAt, addressOf } from './address.js'
import type { Entrypoint, Image } from './types.js'
import { images } from './versions.js'

/** distroless' `nonroot`; every base runs as it, so that file modes mean the same everywhere. */
const uid = 65532

/** The image, and what it is built from. */
export function image(spec: Spec): Image {
  const base = spec['image.base']
  const cgo = spec['image.cgo']
  const runtime =
    base === 'scratch'
      ? 'scratch'
      : base === 'distroless'
        ? images.runtime.distroless[cgo ? 'cgo' : 'static']
        : images.runtime[base]
  return {
    repository: spec['image.repository'] as string,
    registry: registryOf(spec['image.repository'] as string),
    base,
    isDistroless: base === 'distroless',
    cgo,
    cgoEnabled: cgo ? '1' : '0',
    builder: images.builder,
    runtime,
    platforms: spec['image.platforms'],
    platformList: spec['image.platforms'].join(','),
    uid,
  }
}

/** distribution/reference: the first segment is a host when it has a dot or a colon, or is localhost. */
function registryOf(repository: string): string {
  const [first = ''] = repository.split('/')
  return repository.includes('/') && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io'
}

/** The script that waits before the program starts. */
export function entrypoint(spec: Spec): Entrypoint {
  return {
    enabled: spec['entrypoint.enabled'],
    waitFor: (spec['entrypoint.waitFor'] ?? []).map((target) => {
      if (isStoreName(target)) {
        // redis-cli would have to be told of the certificates; the others ask without them.
        const kind = target === 'redis' && spec['redis.tls'] !== 'disable' ? undefined : target
        return { kind, ...addressAt(spec[`${target}.host`], spec[`${target}.port`]) }
      }
      return { kind: undefined, ...addressOf(target) }
    }),
    timeout: spec['entrypoint.timeout'],
  }
}
