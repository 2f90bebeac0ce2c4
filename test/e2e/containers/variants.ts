import type { StandIn } from '../../support/stand-ins.js'

/** A choice of base, cgo and entrypoint, and what its image promises. */
export interface Variant {
  readonly name: string
  readonly flags: readonly string[]
  readonly cgo: boolean
  readonly entrypoint: boolean
  /** The image in the place of the base; none for scratch. */
  readonly standIn?: StandIn
  readonly shell: boolean
}

interface Base {
  readonly base: string
  readonly standIn?: StandIn
  /** In its place when cgo is on; without one cgo can't be had. */
  readonly withCgo?: StandIn
  readonly shell: boolean
}

const bases: readonly Base[] = [
  { base: 'distroless', standIn: 'distroless-static', withCgo: 'distroless-base', shell: false },
  { base: 'scratch', shell: false },
  { base: 'alpine', standIn: 'alpine', shell: true },
  { base: 'debian', standIn: 'debian', withCgo: 'debian', shell: true },
  { base: 'ubuntu', standIn: 'debian', withCgo: 'debian', shell: true },
]

/** Every combination that the options allow; the first is the default. */
export const variants: readonly Variant[] = bases.flatMap(({ base, standIn, withCgo, shell }) => {
  const common = { shell, cgo: false, entrypoint: false }
  const flag = `--image-base=${base}`
  const plain = standIn === undefined ? common : { ...common, standIn }
  return [
    { ...plain, name: base, flags: [flag] },
    ...(withCgo === undefined
      ? []
      : [{ ...common, standIn: withCgo, cgo: true, name: `${base} with cgo`, flags: [flag, '--image-cgo'] }]),
    ...(shell
      ? [
          {
            ...plain,
            entrypoint: true,
            name: `${base} with the entrypoint script`,
            flags: [flag, '--entrypoint', '--entrypoint-wait-for=db.example.com:5432'],
          },
        ]
      : []),
  ]
})
