import type { Spec } from '../spec/table.js'
import { t } from '../words.js'
import type { Ledger } from './ledger.js'
import { bytesOf } from './quantity.js'
import type { Resources } from './types.js'

const mebibyte = 2 ** 20
/** Scratch space behind /tmp; the program writes nothing else. */
const tmpMebibytes = 64

/** CPU, memory and disk of one pod. */
export function resources(spec: Spec, ledger: Ledger): Resources {
  const limit = bytesOf(spec['resources.memory.limit'])
  const soft = Math.max(1, Math.floor((limit * 0.9) / mebibyte))
  ledger.text(
    {
      name: 'GOMEMLIMIT',
      reason: t(
        'the garbage collector works harder before the kernel kills; the tenth is for what Go does not count (binary, stacks of C, kernel buffers)',
      ),
      options: ['resources.memory.limit'],
    },
    `${soft}MiB`,
    t`0.9 × ${spec['resources.memory.limit']} (memory limit) = ${soft}MiB`,
  )
  ledger.text(
    {
      name: t('ephemeral-storage limit'),
      reason: t('the emptyDir behind /tmp and the container log fit with room'),
      options: [],
    },
    `${4 * tmpMebibytes}Mi`,
    t`4 × ${tmpMebibytes}Mi (/tmp sizeLimit) = ${4 * tmpMebibytes}Mi`,
  )
  return {
    cpuRequest: spec['resources.cpu.request'],
    cpuLimit: spec['resources.cpu.limit'] === 'none' ? undefined : spec['resources.cpu.limit'],
    memoryRequest: spec['resources.memory.request'],
    memoryLimit: spec['resources.memory.limit'],
    goMemLimit: `${soft}MiB`,
    ephemeralRequest: `${2 * tmpMebibytes}Mi`,
    ephemeralLimit: `${4 * tmpMebibytes}Mi`,
    tmpSize: `${tmpMebibytes}Mi`,
  }
}
