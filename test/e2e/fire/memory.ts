import fs from 'node:fs'
import path from 'node:path'
import { Service } from '../../support/service.js'

interface Group {
  remove(): void
}

/** The first that is there: control groups of version 2 and of version 1. */
const hierarchies = [
  { folder: '/sys/fs/cgroup', has: 'cgroup.controllers', limit: 'memory.max' },
  { folder: '/sys/fs/cgroup/memory', has: 'memory.limit_in_bytes', limit: 'memory.limit_in_bytes' },
]

/**
 * Starts a program under a memory limit in MiB that the kernel enforces by SIGKILL, as in a pod. Where control groups
 * can't be made there is no group, and what is left is to look at what the program has used.
 */
export async function startWithin(
  limit: number,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ service: Service; group?: Group }> {
  const group = makeGroup(limit)
  if (group === undefined) {
    return { service: await Service.start(command, { env }) }
  }
  const enter = ['sh', '-c', 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"', 'sh', group]
  const service = await Service.start([...enter, ...command], { env })
  return { service, group: { remove: () => fs.rmdirSync(group) } }
}

function makeGroup(limit: number): string | undefined {
  const found = hierarchies.find(({ folder, has }) => fs.existsSync(path.join(folder, has)))
  if (found === undefined) {
    return undefined
  }
  const group = path.join(found.folder, `create-go-k8s-service-${process.pid}`)
  try {
    fs.mkdirSync(group)
  } catch {
    return undefined // not ours to change
  }
  try {
    fs.writeFileSync(path.join(group, found.limit), `${limit * 2 ** 20}`)
    return group
  } catch {
    fs.rmdirSync(group) // the controller isn't delegated
    return undefined
  }
}
