import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { Buildah } from './buildah.js'
import { succeed } from './tools.js'

/**
 * Images of our own in the place of those that a Dockerfile names: no registry is asked. They have what the build and
 * the program touch, and what they lack is said here.
 */
export const standIns = {
  /** Debian 12 with gcc, as the official image. Its Go is this machine's, which fetches the toolchain as a module. */
  builder: 'golang',
  /** Certificates, time zones, users: what distroless documents for `static`. Nothing of it is Google's. */
  static: 'distroless-static',
  /** The same and glibc of Debian 13. The real one has OpenSSL's libraries, too. */
  base: 'distroless-base',
  /** Debian's static busybox: Alpine's programs, without its package manager and without musl. */
  alpine: 'alpine',
  /** Debian 13, minimal. Ubuntu's archive is not asked, so this stands in for Ubuntu, too: the same dash and bash. */
  debian: 'debian',
} as const

export type StandIn = (typeof standIns)[keyof typeof standIns]

/** The name of the authority that only the stand-ins trust; its key is in {@link authority}. */
const subject = '/CN=authority of the stand-ins'

/** What the builder is made of. A change here, or below, is a new image. */
const builderPackages = 'gcc,libc6-dev,ca-certificates,busybox-static,tzdata'
const recipeVersion = '1'

/** A certificate for 127.0.0.1 that the stand-ins trust, so that a request over TLS from inside proves their bundle. */
export function authority(folder: string): { key: string; certificate: string } {
  const home = prepared(path.join(folder, 'authority-1'), (stage) => {
    const files = ['-keyout', path.join(stage, 'key.pem'), '-out', path.join(stage, 'certificate.pem')]
    const names = ['-addext', 'subjectAltName=IP:127.0.0.1']
    succeed('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '3650',
      '-subj',
      subject,
      ...names,
      ...files,
    ])
  })
  return {
    key: fs.readFileSync(path.join(home, 'key.pem'), 'utf8'),
    certificate: fs.readFileSync(path.join(home, 'certificate.pem'), 'utf8'),
  }
}

/** Makes every stand-in that the store lacks, and returns their names in it. */
export function makeStandIns(buildah: Buildah, folder: string): Readonly<Record<StandIn, string>> {
  const builder = prepared(path.join(folder, `bookworm-${digest(builderPackages, recipeVersion)}`), (stage) =>
    bootstrap('bookworm', stage, `--include=${builderPackages}`),
  )
  const runtime = prepared(path.join(folder, `trixie-${digest(recipeVersion)}`), (stage) => bootstrap('trixie', stage))
  const goroot = succeed('go', ['env', 'GOROOT']).trim()
  const { certificate } = authority(folder)
  const bundle = `${fs.readFileSync(path.join(builder, 'etc/ssl/certs/ca-certificates.crt'), 'utf8')}${certificate}`
  const key = digest(recipeVersion, builderPackages, fs.readFileSync(path.join(goroot, 'VERSION'), 'utf8'), certificate)

  const make = (name: StandIn, settings: readonly string[], fill: (root: string) => void): string =>
    buildah.image(`localhost/stand-in/${name}:${key}`, settings, fill)
  const bare = (root: string) => {
    skeleton(root)
    write(root, 'etc/ssl/certs/ca-certificates.crt', bundle)
    copy(path.join(builder, 'usr/share/zoneinfo'), path.join(root, 'usr/share/zoneinfo'))
  }

  return {
    golang: make('golang', ['GOPATH=/go', 'GOSUMDB=off', `PATH=/go/bin:/usr/local/go/bin:${path0}`], (root) => {
      copy(`${builder}/.`, root)
      write(root, 'etc/ssl/certs/ca-certificates.crt', bundle)
      // As much of Go as it takes to fetch another: the Dockerfile names the exact toolchain.
      for (const file of ['bin/go', 'go.env', 'VERSION']) {
        fs.mkdirSync(path.dirname(path.join(root, 'usr/local/go', file)), { recursive: true })
        fs.copyFileSync(path.join(goroot, file), path.join(root, 'usr/local/go', file))
      }
    }),
    'distroless-static': make('distroless-static', [`PATH=${path0}`], bare),
    'distroless-base': make('distroless-base', [`PATH=${path0}`], (root) => {
      bare(root)
      const libraries = 'usr/lib/x86_64-linux-gnu'
      fs.mkdirSync(path.join(root, libraries), { recursive: true })
      fs.symlinkSync('usr/lib', path.join(root, 'lib'))
      fs.symlinkSync('usr/lib64', path.join(root, 'lib64'))
      copy(path.join(runtime, 'usr/lib64'), path.join(root, 'usr/lib64'))
      for (const file of fs.readdirSync(path.join(runtime, libraries))) {
        if (/^(ld-linux|libc|libm|libresolv|libpthread|libdl|libnss_(dns|files))[.-].*so/.test(file)) {
          copy(path.join(runtime, libraries, file), path.join(root, libraries))
        }
      }
    }),
    alpine: make('alpine', [`PATH=${path0}`], (root) => {
      skeleton(root)
      const busybox = path.join(root, 'bin/busybox')
      fs.mkdirSync(path.dirname(busybox))
      fs.copyFileSync(path.join(builder, 'bin/busybox'), busybox)
      for (const applet of succeed(busybox, ['--list']).split('\n')) {
        if (applet !== '' && applet !== 'busybox') {
          fs.symlinkSync('busybox', path.join(root, 'bin', applet))
        }
      }
    }),
    debian: make('debian', [`PATH=${path0}`], (root) => copy(`${runtime}/.`, root)),
  }
}

const path0 = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** A folder that is complete or absent, however many runs make it at once. */
function prepared(target: string, fill: (stage: string) => void): string {
  if (!fs.existsSync(target)) {
    const stage = `${target}.new-${process.pid}`
    fs.mkdirSync(stage, { recursive: true })
    try {
      fill(stage)
      fs.renameSync(stage, target)
    } catch (error) {
      if (!fs.existsSync(target)) {
        throw error
      }
    } finally {
      fs.rmSync(stage, { recursive: true, force: true })
    }
  }
  return target
}

function bootstrap(suite: string, folder: string, ...options: string[]): void {
  succeed('debootstrap', ['--variant=minbase', ...options, suite, folder])
  for (const dead of ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/man', 'usr/share/locale']) {
    fs.rmSync(path.join(folder, dead), { recursive: true, force: true })
  }
}

function skeleton(root: string): void {
  write(
    root,
    'etc/passwd',
    'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
  )
  write(root, 'etc/group', 'root:x:0:\nnonroot:x:65532:\n')
  fs.mkdirSync(path.join(root, 'tmp'), { mode: 0o777 })
}

function write(root: string, file: string, text: string): void {
  const target = path.join(root, file)
  fs.mkdirSync(path.dirname(target), { recursive: true })
  fs.writeFileSync(target, text)
}

/** With links, owners and modes. */
function copy(from: string, to: string): void {
  fs.mkdirSync(path.dirname(to), { recursive: true })
  succeed('cp', ['-a', from, to])
}

function digest(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 12)
}
