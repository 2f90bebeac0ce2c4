import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { refuseImmutable } from '../../../src/cli/immutable.js'
import type { FileSet } from '../../../src/engine/file-set.js'
import type { Resolved } from '../../../src/spec/resolve.js'
import { axes } from '../../matrix/axes.js'
import { type Manifest, Overlay } from '../../support/manifests.js'
import { workFolder } from '../../support/project.js'
import { record } from '../../support/proof.js'
import { type Answers, judgeAnswers, renderFiles, writeFiles } from '../../support/render.js'
import { describeWith, succeed } from '../../support/tools.js'
import { toolVersion } from '../tools/table.mjs'
import { ControlPlane, controlPlaneTools, listOf } from './control-plane.js'
import { inSyncOrder } from './sync-order.js'
import { prepareCluster } from './world.js'

const patience = 600_000

/** A service of each kind of workload; the changes below are made to each. */
const bases: Readonly<Record<string, Answers>> = {
  StatefulSet: { 'workload.kind': 'statefulset', 'postgres.enabled': true, owner: 'payments' },
  Deployment: { preset: 'production', 'rollout.strategy': 'rolling', 'nats.enabled': true },
  Rollout: { preset: 'production', owner: 'payments' },
}

/** Every value of every axis as a change, beside those that other axes leave alone. */
const changes: readonly (readonly [string, Answers])[] = [
  ...Object.entries(axes).flatMap(([axis, values]) =>
    Object.entries(values).map(([value, answers]) => [`${axis}: ${value}`, answers] as const),
  ),
  ['owner: another team', { owner: 'shipping' }],
  ['volume: larger', { 'workload.volume.size': '20Gi' }],
  ['volume: another class', { 'workload.volume.storageClass': 'slow' }],
]

describeWith([...controlPlaneTools, 'kustomize'], 'a change of one option, applied over what runs', () => {
  const work = workFolder()
  let plane: ControlPlane
  beforeAll(async () => {
    plane = await ControlPlane.start({ runs: false })
    prepareCluster(plane)
  }, patience)
  afterAll(() => plane?.stop(), patience)

  const apply = (objects: readonly Manifest[], ...more: string[]) =>
    plane.kubectl(
      ['apply', '--server-side', '--force-conflicts', '--field-manager=argocd-controller', ...more, '-f', '-'],
      {
        input: listOf(inSyncOrder(objects)),
      },
    )
  const filesOf = (answers: Answers): FileSet | undefined => {
    const judged = judgeAnswers({ name: 'orders', ...answers })
    return 'findings' in judged ? undefined : renderFiles(judged as Resolved)
  }
  const productionOf = (folder: string, files: FileSet): Overlay => {
    writeFiles(folder, files)
    const text = succeed('kustomize', ['build', path.join(folder, 'deploy/overlays/production')])
    return new Overlay(folder, 'production', text)
  }

  describe.each(Object.entries(bases))('of a %s', (kind, base) => {
    test(
      'is taken by the API server, or refused by the generator, and neither refuses alone',
      () => {
        const before = filesOf(base) as FileSet
        const overlay = productionOf(path.join(work, kind), before)
        expect(overlay.workloads.map((workload) => workload.kind)).toEqual([kind])
        plane.succeed(['create', 'namespace', 'orders'])
        expect(apply(overlay.objects).code).toBe(0)
        const running = new Map(overlay.objects.map((object) => [idOf(object), object]))
        const findings: string[] = []
        let judged = 0
        for (const [title, answers] of changes) {
          const folder = path.join(work, `${kind}-changed`)
          fs.rmSync(folder, { recursive: true, force: true })
          const after = filesOf({ ...base, ...answers })
          if (after === undefined || !after.some((file) => file.path === 'deploy/overlays/production/namespace.yaml')) {
            continue
          }
          if (manifestsOf(after) === manifestsOf(before)) {
            continue
          }
          const changed = productionOf(folder, after).objects.filter((object) => {
            const old = running.get(idOf(object))
            // A Job is made anew for each release, by a hook or by the README's command.
            return old !== undefined && object.kind !== 'Job' && JSON.stringify(old) !== JSON.stringify(object)
          })
          if (changed.length === 0) {
            continue
          }
          judged += changed.length
          const outcome = apply(changed, '--dry-run=server')
          const refused = refusalOf(before, after)
          if ((outcome.code === 0) !== (refused === '')) {
            findings.push(`${title}: the API server says ${outcome.output}; the generator says ${refused || 'nothing'}`)
          }
        }
        plane.succeed(['delete', 'namespace', 'orders', '--wait=false'])
        plane.succeed(['replace', '--raw', '/api/v1/namespaces/orders/finalize', '-f', '-'], {
          input: JSON.stringify({
            apiVersion: 'v1',
            kind: 'Namespace',
            metadata: { name: 'orders' },
            spec: { finalizers: [] },
          }),
        })
        record({ ...judge, subject: kind, judged, findings })
        expect(judged).toBeGreaterThan(30)
        expect(findings).toEqual([])
      },
      patience,
    )
  })

  test('the volumes of a StatefulSet are what can’t be changed', () => {
    const before = filesOf(bases['StatefulSet'] as Answers) as FileSet
    const larger = filesOf({ ...bases['StatefulSet'], 'workload.volume.size': '20Gi' }) as FileSet
    expect(refusalOf(before, larger)).toContain('spec.volumeClaimTemplates of StatefulSet orders would change')
    // Who owns it is a word, and no reason to make it anew.
    const handedOver = filesOf({ ...bases['StatefulSet'], owner: 'shipping' }) as FileSet
    expect(refusalOf(before, handedOver)).toBe('')
  })
})

const judge = {
  group: 'manifests',
  tool: 'kube-apiserver, over what runs',
  version: toolVersion('kubernetes'),
  unit: 'objects changed',
}

/** What the overlay of production is made of, as one text. */
function manifestsOf(files: FileSet): string {
  return files
    .filter(({ path: file }) => /^deploy\/(?!overlays\/(?!production\/)|argocd\/|secrets\/)/.test(file))
    .map(({ path: file, content }) => `${file}\n${content.replace(/^\s*#.*\n/gm, '')}`)
    .join('\n')
}

function idOf({ kind, metadata }: Manifest): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`
}

/** What the generator says to a project over an earlier one; empty when it takes it. */
function refusalOf(before: FileSet, after: FileSet): string {
  const old = new Map(before.map((file) => [file.path, file.content]))
  const replaced = after.filter((file) => /^deploy\/.*\.yaml$/.test(file.path) && old.has(file.path))
  try {
    refuseImmutable(
      replaced.map((file) => ({ path: file.path, before: old.get(file.path) ?? '', after: file.content })),
    )
    return ''
  } catch (error) {
    return (error as Error).message
  }
}
