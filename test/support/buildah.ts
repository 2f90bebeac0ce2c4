import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { succeed } from './tools.js'

export interface ImageConfig {
  readonly User: string
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly Cmd?: readonly string[]
  readonly WorkingDir?: string
  readonly ExposedPorts: Readonly<Record<string, unknown>>
  readonly Labels: Readonly<Record<string, string>>
}

/** Builds images without a daemon, in a store of its own that runs share. Needs root. */
export class Buildah {
  private readonly store: readonly string[]
  private readonly env: Readonly<Record<string, string>>
  private readonly made: { containers: string[]; images: string[] } = { containers: [], images: [] }

  constructor(folder: string) {
    const temporary = path.join(folder, 'tmp')
    const registries = path.join(folder, 'registries.conf')
    fs.mkdirSync(temporary, { recursive: true })
    // Short names are completed as Docker does; nothing is ever pulled.
    fs.writeFileSync(registries, 'unqualified-search-registries = ["docker.io"]\n')
    const driver = canOverlay(temporary) ? 'overlay' : 'vfs'
    this.store = [
      '--root',
      path.join(folder, driver),
      '--runroot',
      path.join(folder, `${driver}-run`),
      '--storage-driver',
      driver,
    ]
    // The cache mounts of a build are below TMPDIR: the second build finds what the first one compiled.
    this.env = { BUILDAH_ISOLATION: 'chroot', CONTAINERS_REGISTRIES_CONF: registries, TMPDIR: temporary }
  }

  /** The image of that name, filled from nothing unless it is in the store. */
  image(name: string, env: readonly string[], fill: (root: string) => void): string {
    if (this.call('images', '--quiet', '--filter', `reference=${name}`).trim() === '') {
      const container = this.call('from', 'scratch').trim()
      fill(this.call('mount', container).trim())
      this.call('umount', container)
      this.call('config', ...env.flatMap((setting) => ['--env', setting]), container)
      this.call('commit', '--quiet', '--rm', container, name)
    }
    return name
  }

  /**
   * Builds a folder by its own Dockerfile. `instead` maps what FROM says, digest and all, to images of the store: the
   * file stays as it is.
   */
  build(
    folder: string,
    {
      instead,
      args = {},
      target,
    }: {
      instead: Readonly<Record<string, string>>
      args?: Readonly<Record<string, string>>
      target?: string
    },
  ): string {
    const tag = `localhost/judged:${process.pid}-${this.made.images.length}`
    const proxy = path.join(succeed('go', ['env', 'GOMODCACHE']).trim(), 'cache/download')
    this.made.images.push(tag)
    this.call(
      'build',
      '--pull=never',
      // One layer for all that a stage adds: a layer a step would be slow, and is not what is judged.
      '--layers=false',
      ...(args['TARGETARCH'] === undefined ? ['--platform=linux/amd64'] : []),
      ...(target === undefined ? [] : ['--target', target]),
      ...Object.entries(instead).map(([from, image]) => `--build-context=${from}=docker-image://${image}`),
      ...Object.entries({ GOPROXY: 'file:///goproxy', ...args }).map(([name, value]) => `--build-arg=${name}=${value}`),
      `--volume=${proxy}:/goproxy:ro`,
      `--tag=${tag}`,
      folder,
    )
    return tag
  }

  config(image: string): ImageConfig {
    return JSON.parse(this.call('inspect', '--type', 'image', image)).OCIv1.config
  }

  /** Where the files of the image are, in a container of its own. */
  mount(image: string): string {
    const container = this.call('from', '--pull=never', image).trim()
    this.made.containers.push(container)
    return this.call('mount', container).trim()
  }

  /** Bytes of each layer as a registry would keep them, compressed by gzip, the base's first. */
  layers(image: string, scratch: string): number[] {
    const layout = fs.mkdtempSync(path.join(scratch, 'layout-'))
    this.call('push', '--quiet', '--compression-format=gzip', image, `oci:${layout}:x`)
    const blob = (digest: string) =>
      JSON.parse(fs.readFileSync(path.join(layout, 'blobs', ...digest.split(':')), 'utf8'))
    const [{ digest }] = JSON.parse(fs.readFileSync(path.join(layout, 'index.json'), 'utf8')).manifests
    return blob(digest).layers.map(({ size }: { size: number }) => size)
  }

  /** Removes what was built, and leaves what other runs share. */
  clean(): void {
    for (const container of this.made.containers) {
      this.quietly('rm', container)
    }
    for (const image of this.made.images) {
      this.quietly('rmi', '--force', image)
    }
  }

  private call(...args: string[]): string {
    return succeed('buildah', [...this.store, ...args], { env: this.env })
  }

  private quietly(...args: string[]): void {
    spawnSync('buildah', [...this.store, ...args], { env: { ...process.env, ...this.env } })
  }
}

/** Whether this kernel and this disk have overlay file systems; without them every layer is a full copy. */
function canOverlay(folder: string): boolean {
  const probe = fs.mkdtempSync(path.join(folder, 'overlay-'))
  const script = 'cd "$1" && mkdir l u w m && mount -t overlay -o lowerdir=l,upperdir=u,workdir=w overlay m && umount m'
  const { status } = spawnSync('sh', ['-c', script, 'sh', probe])
  fs.rmSync(probe, { recursive: true, force: true })
  return status === 0
}
