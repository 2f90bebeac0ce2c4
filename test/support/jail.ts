import fs from 'node:fs'
import path from 'node:path'
import type { ImageConfig } from './buildah.js'
import { Service } from './service.js'

/**
 * Runs programs in the files of an image as the manifests demand it: as user 65532, process 1 of its own, on a
 * read-only root with a /tmp in memory. The network is this machine's.
 */
export class Jail {
  constructor(
    private readonly root: string,
    private readonly config: ImageConfig,
  ) {
    // A runtime makes the mount points that an image lacks.
    for (const folder of ['tmp', 'proc', 'dev']) {
      fs.mkdirSync(path.join(root, folder), { recursive: true })
    }
  }

  /** What the image starts by itself. */
  start(env: Record<string, string>): Promise<Service> {
    const command = [...this.config.Entrypoint, ...(this.config.Cmd ?? [])]
    return Service.start(this.inside(command), { env: { ...this.env, HOME: '/', ...env } })
  }

  /** Another program of the image, to its end. Not synchronous: the tests may be what it asks. */
  async run(...command: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const service = await Service.start(this.inside(command), { env: this.env })
    try {
      const { code } = await service.exit()
      return { code, stdout: service.stdout, stderr: service.stderr }
    } finally {
      await service.kill()
    }
  }

  private get env(): Record<string, string> {
    return Object.fromEntries(this.config.Env.map((setting) => setting.split(/=(.*)/s, 2)))
  }

  private inside(command: readonly string[]): string[] {
    const namespaces = ['unshare', '--mount', '--pid', '--fork', '--kill-child']
    return [...namespaces, 'sh', '-c', enter, 'sh', this.root, this.config.User, ...command]
  }
}

/** Every step is exec in the end: the program is process 1 of the namespace, as in a pod. */
const enter = `set -eu
root=$1 user=$2
shift 2
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777,size=64m tmpfs "$root/tmp"
mount -t tmpfs -o mode=755,size=64k tmpfs "$root/dev"
for device in null zero urandom; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount -o remount,bind,ro "$root"
exec setpriv --no-new-privs chroot --userspec="$user" --groups="\${user#*:}" "$root" "$@"`

/** The program behind a service that {@link Jail.start} has started, which is process 1 of its namespace. */
export function processOf(service: Service): { pid: number; executable: string; insidePid: number } {
  const outer = service.process.pid as number
  const pid = Number(fs.readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8').trim())
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8')
  const insidePid = Number(/^NSpid:.*\s(\d+)$/m.exec(status)?.[1])
  return { pid, executable: fs.readlinkSync(`/proc/${pid}/exe`), insidePid }
}
