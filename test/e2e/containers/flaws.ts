import fs from 'node:fs'
import path from 'node:path'
import type { ImageConfig } from '../../support/buildah.js'
import type { Subject } from './judge.js'

interface Planted {
  readonly subject: Subject
  /** Takes a file away again. */
  readonly undo?: () => void
}

export interface Flaw {
  /** The judge's name for it. */
  readonly finding: string
  readonly plant: (sound: Subject) => Planted
}

/** One for every promise that a change of the Dockerfile could break, planted into a sound image without cgo or shell. */
export const flaws: readonly Flaw[] = [
  setting('user', () => ({ User: 'nonroot' })),
  setting('entrypoint', ({ Entrypoint }) => ({ Entrypoint: ['/bin/sh', '-c', ...Entrypoint] })),
  setting('command', () => ({ Cmd: ['--config', 'x'] })),
  setting('ports', () => ({ ExposedPorts: { '8080/tcp': {} } })),
  setting('revision', ({ Labels }) => ({ Labels: { ...Labels, 'org.opencontainers.image.revision': 'unknown' } })),
  setting('settings of the build left behind', ({ Env }) => ({ Env: [...Env, 'GOTOOLCHAIN=auto'] })),
  file('shells', 'bin/sh'),
  file('of the build', 'usr/share/go.mod'),
  file('folders of the build', 'src/readme'),
  { finding: 'compressed size', plant: (sound) => ({ subject: { ...sound, layers: [...sound.layers, 10_000_000] } }) },
  {
    finding: 'program cannot be written by its user',
    plant: (subject) => {
      const program = path.join(subject.root, 'usr/local/bin/orders')
      fs.chownSync(program, 65532, 65532)
      return { subject, undo: () => fs.chownSync(program, 0, 0) }
    },
  },
  {
    finding: 'program',
    plant: (sound) => ({ subject: { ...sound, variant: { ...sound.variant, cgo: true } } }),
  },
]

function setting(finding: string, change: (config: ImageConfig) => Partial<ImageConfig>): Flaw {
  return {
    finding,
    plant: (sound) => ({ subject: { ...sound, config: { ...sound.config, ...change(sound.config) } } }),
  }
}

function file(finding: string, name: string): Flaw {
  return {
    finding,
    plant: (subject) => {
      const target = path.join(subject.root, name)
      fs.mkdirSync(path.dirname(target), { recursive: true })
      fs.writeFileSync(target, '')
      const [top = ''] = name.split('/')
      const planted = top === 'usr' ? name : top
      return { subject, undo: () => fs.rmSync(path.join(subject.root, planted), { recursive: true }) }
    },
  }
}
