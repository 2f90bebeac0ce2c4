import type { Conflict } from './conflict.js'
import { windowsDevice } from './rules.js'
import type { Spec } from './table.js'

/** Folders that Go's `./...` leaves out, so that a program below them is neither tested nor built. */
const leftOutByGo = ['testdata', 'vendor']
/** What the entry point calls, and the programs of the image; the service comes before them on the PATH. */
const calledInTheImage = ['sh', 'bash', 'nc', 'sleep', 'date', 'timeout', 'env', 'getent', 'pg_isready']

/** Names that are legal, and that some tool means something else by. */
export const nameConflicts: readonly Conflict[] = [
  {
    code: 'name-left-out-by-go',
    keys: ['name'],
    violated: (spec) => leftOutByGo.includes(spec.name as string),
    message: (spec) =>
      `name ${spec.name} is a folder that Go leaves out, so cmd/${spec.name} would be neither tested nor in the image`,
    hint: 'give another name',
  },
  {
    code: 'name-is-a-tool',
    keys: ['name', 'entrypoint.enabled'],
    violated: (spec) => spec['entrypoint.enabled'] && calledInTheImage.includes(spec.name as string),
    message: (spec) => `the entry point of the image calls ${spec.name}, and would call the service instead`,
    hint: 'give another name',
  },
  {
    code: 'name-of-windows',
    keys: ['name'],
    violated: (spec) => windowsDevice.test(spec.name as string),
    message: (spec) =>
      `name ${spec.name} is a device on Windows, where nobody could check out the folder cmd/${spec.name}`,
    hint: 'give another name',
  },
  {
    code: 'environment-of-windows',
    keys: ['delivery.environments'],
    violated: (spec) => device(spec['delivery.environments']) !== undefined,
    message: (spec) => {
      const name = device(spec['delivery.environments'])
      return `environment ${name} is a device on Windows, where nobody could check out the folder deploy/overlays/${name}`
    },
    hint: 'give it another name',
  },
  {
    code: 'region-of-windows',
    keys: ['regions'],
    violated: (spec) => device(regionNames(spec)) !== undefined,
    message: (spec) => `region ${device(regionNames(spec))} is a device on Windows, where files are named after it`,
    hint: 'give it another name',
  },
]

function regionNames(spec: Spec): readonly string[] {
  return (spec.regions ?? []).map(({ name }) => name)
}

function device(names: readonly string[]): string | undefined {
  return names.find((name) => windowsDevice.test(name))
}
