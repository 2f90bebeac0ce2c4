import path from 'node:path'
import { test } from '@jest/globals'
import { generate, recipe, workFolder } from '../../support/project.js'
import { describeWith, succeed } from '../../support/tools.js'
import { ConfigMapMount, Configured, changes, refuses, storm } from './settings.js'

describeWith(['go', 'make'], 'settings from a mounted ConfigMap', () => {
  const work = workFolder()

  test('changes, mistakes and storms', async () => {
    const project = generate(work, recipe('orders'))
    succeed('make', ['build'], { cwd: project })
    const mount = new ConfigMapMount(path.join(work, 'mount'), '')
    const document: Record<string, string | undefined> = {}
    const holder = {
      name: 'ConfigMap',
      version: 'as the kubelet mounts it',
      set: (values: Readonly<Record<string, string | undefined>>) => {
        Object.assign(document, values)
        const lines = Object.entries(document).filter(([, value]) => value !== undefined)
        mount.swap(lines.map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`).join(''))
      },
    }
    const program = await Configured.start(holder, [path.join(project, 'bin/orders'), '--config', mount.file], {})
    try {
      await changes(program, holder)
      await refuses(program, holder)
      await storm(program, holder)
    } finally {
      await program.service.kill()
    }
  }, 180_000)
})
