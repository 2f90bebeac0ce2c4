import fs from 'node:fs'
import path from 'node:path'
import type { ImageConfig } from '../../support/buildah.js'
import { readElf } from '../../support/elf.js'
import type { Variant } from './variants.js'

const megabyte = 1_000_000

/**
 * The promise for the default image as a registry keeps it, base included; the other bases add their own weight, and
 * what the Dockerfile adds to any of them fits the same bound.
 */
const compressedBound = 10 * megabyte
/** The program, the certificates and the time zones on the disk of a node. */
const uncompressedBound = 25 * megabyte

export interface Subject {
  readonly variant: Variant
  /** Where the files of the image are. */
  readonly root: string
  readonly config: ImageConfig
  /** Compressed bytes, the base's layer first. */
  readonly layers: readonly number[]
  readonly settings: { readonly VERSION: string; readonly COMMIT: string }
}

/** What an image doesn't keep of what is promised, one line each. */
export function judgeImage({ variant, root, config, layers, settings }: Subject): string[] {
  const program = path.join(root, 'usr/local/bin/orders')
  const own = variant.standIn === undefined ? layers : layers.slice(1)
  const counted = variant.shell || variant.cgo ? own : layers
  const elf = readElf(program)
  const mode = fs.statSync(program)
  const start = ['/usr/local/bin/orders']
  const script = '/usr/local/bin/entrypoint.sh'
  const scriptMode = variant.entrypoint ? fs.statSync(path.join(root, script)).mode & 0o777 : 0o555

  const facts: readonly [what: string, found: unknown, wanted: unknown][] = [
    ['user', config.User, '65532:65532'],
    ['entrypoint', config.Entrypoint, variant.entrypoint ? [script, ...start] : start],
    ['command', config.Cmd ?? [], []],
    ['ports', Object.keys(config.ExposedPorts), ['8080/tcp', '9090/tcp']],
    ['title', config.Labels['org.opencontainers.image.title'], 'orders'],
    ['description', config.Labels['org.opencontainers.image.description'], 'orders is a Go service on Kubernetes.'],
    ['version', config.Labels['org.opencontainers.image.version'], settings.VERSION],
    ['revision', config.Labels['org.opencontainers.image.revision'], settings.COMMIT],
    ['program', elf, { machine: 'amd64', dynamic: variant.cgo }],
    ['program cannot be written by its user', [mode.uid, mode.mode & 0o022], [0, 0]],
    ['mode of the script', scriptMode, 0o555],
    ['settings of the build left behind', config.Env.filter((line) => /^(GO|CGO|VERSION|COMMIT)/.test(line)), []],
    ['shells', variant.shell ? [] : found(root, ['sh', 'bash', 'dash', 'ash', 'busybox']), []],
    ['of the build', found(root, ['go', 'gcc', 'go.mod', 'main.go']), []],
    [
      'folders of the build',
      ['src', 'go', 'goproxy', 'out'].filter((name) => fs.existsSync(path.join(root, name))),
      [],
    ],
    ['compressed size', within(sum(counted), compressedBound), 'within bounds'],
    [
      'size on disk',
      within(variant.shell || variant.cgo ? mode.size : weight(root), uncompressedBound),
      'within bounds',
    ],
  ]
  return facts
    .filter(([, is, wanted]) => JSON.stringify(is) !== JSON.stringify(wanted))
    .map(([what, is, wanted]) => `${what}: ${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`)
}

/** Files and links of these names anywhere in the image. */
function found(root: string, names: readonly string[]): string[] {
  return entries(root)
    .filter((entry) => !entry.isDirectory() && names.includes(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
}

/** Bytes of all files. */
function weight(root: string): number {
  return sum(
    entries(root)
      .filter((entry) => entry.isFile())
      .map((entry) => fs.statSync(path.join(entry.parentPath, entry.name)).size),
  )
}

function entries(root: string): fs.Dirent[] {
  return fs.readdirSync(root, { recursive: true, withFileTypes: true })
}

function within(bytes: number, bound: number): string {
  return bytes <= bound ? 'within bounds' : `${bytes} bytes`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
