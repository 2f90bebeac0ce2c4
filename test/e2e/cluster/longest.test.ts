import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { parseAllDocuments } from 'yaml'
import type { Resolved } from '../../../src/spec/resolve.js'
import { overlaysOf } from '../../support/manifests.js'
import { workFolder } from '../../support/project.js'
import { type Answers, judgeAnswers, renderFiles, writeFiles } from '../../support/render.js'
import { describeWith } from '../../support/tools.js'
import { ControlPlane, controlPlaneTools, listOf } from './control-plane.js'
import { inSyncOrder } from './sync-order.js'
import { prepareCluster } from './world.js'

const patience = 240_000
const label = (length: number) => 'x'.repeat(length)
/** A host name of so many characters, in labels of at most 63. */
const host = (length: number) => {
  const labels: string[] = []
  for (let left = length; left > 0; left -= 64) {
    labels.push('h'.repeat(Math.min(63, left)))
  }
  return labels.join('.')
}

/** What people write, as long as the options allow it. */
const words: Answers = {
  name: label(40),
  description: `${'订'.repeat(499)}单`,
  owner: 'o'.repeat(63),
  'config.values': { ['k'.repeat(100)]: 'v'.repeat(4096) },
  'image.repository': `registry.example.com/${'r'.repeat(179)}`,
}

/** Services whose texts are as long as they may be; one that is too long has to be refused, not rendered. */
const services: Readonly<Record<string, Answers>> = {
  standard: { ...words, namespace: label(50) },
  production: {
    ...words,
    preset: 'production',
    namespace: label(50),
    'istio.host': host(200),
    'autoscaling.queue.name': label(63),
    'autoscaling.queue.target': 10,
    'grpc.enabled': true,
    'alerts.receiver': 'wecom',
    'alerts.wecom.corpId': `ww${'0'.repeat(62)}`,
  },
  stateful: {
    ...words,
    'workload.kind': 'statefulset',
    'workload.volume.storageClass': host(250),
    'workload.volume.path': `/${'d'.repeat(199)}`,
    'postgres.enabled': true,
    'postgres.host': host(200),
    'secrets.provider': 'external-secrets',
  },
  regions: {
    ...words,
    preset: 'production',
    'rollout.strategy': 'rolling',
    regions: [
      { name: 'r'.repeat(11), cluster: 'c'.repeat(63), weight: 60, replicas: 18 },
      { name: 's'.repeat(11), cluster: 'd'.repeat(63), weight: 40, replicas: 12 },
    ],
  },
}

describeWith([...controlPlaneTools, 'kustomize'], 'every free text at its longest', () => {
  const work = workFolder()
  let plane: ControlPlane
  beforeAll(async () => {
    plane = await ControlPlane.start({ runs: false })
    prepareCluster(plane)
  }, patience)
  afterAll(() => plane?.stop(), patience)

  test.each(Object.entries(services))(
    '%s: is taken by the API server, with the objects of Argo CD',
    (id, answers) => {
      const judged = judgeAnswers(answers)
      expect('findings' in judged ? judged.findings : []).toEqual([])
      const project = path.join(work, id)
      writeFiles(project, renderFiles(judged as Resolved))
      const argo = fs
        .readdirSync(path.join(project, 'deploy/argocd'))
        .filter((file) => file.endsWith('.yaml'))
        .flatMap((file) =>
          parseAllDocuments(fs.readFileSync(path.join(project, 'deploy/argocd', file), 'utf8')).map((one) =>
            one.toJS(),
          ),
        )
      const built = overlaysOf(project)
      const overlays = built.flatMap(({ objects }) => inSyncOrder(objects))
      // Namespaces first: a dry run makes none for what follows.
      const namespaces = built.map(({ namespace }) => namespace)
      plane.succeed(['apply', '--server-side', '-f', '-'], { input: listOf(namespaces) })
      const outcome = plane.kubectl(['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'], {
        input: listOf([...argo, ...overlays.filter(({ kind }) => kind !== 'Namespace')]),
      })
      expect([outcome.code, outcome.code === 0 ? '' : outcome.output]).toEqual([0, ''])
    },
    patience,
  )
})
