import fs from 'node:fs'
import path from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { Manifest } from '../../support/manifests.js'
import { toolPath } from '../tools/table.mjs'
import { type ControlPlane, listOf } from './control-plane.js'

/** Custom resources of everything that the output is for, and what a platform team has there before. */
export function prepareCluster(plane: ControlPlane): void {
  const folder = toolPath('crds') ?? ''
  const definitions = fs.readdirSync(folder).map((file) => path.join(folder, file))
  plane.succeed(['apply', '--server-side', ...definitions.flatMap((file) => ['-f', file])])
  const objects = definitions.flatMap((file) =>
    parseAllDocuments(fs.readFileSync(file, 'utf8')).map((document): Manifest => document.toJS()),
  )
  const names = objects
    .filter((object) => object?.kind === 'CustomResourceDefinition')
    .map(({ metadata }) => `crd/${metadata.name}`)
  plane.succeed(['wait', '--for=condition=Established', '--timeout=60s', ...names])
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } }
  plane.succeed(['apply', '--server-side', '-f', '-'], { input: listOf([namespace]) })
}

/** Volumes that claims of a class can be bound to, as an administrator would make them by hand. */
export function volumes(storageClass: string, size: string, count: number): object[] {
  const storage = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: storageClass } }
  return [
    { ...storage, provisioner: 'kubernetes.io/no-provisioner' },
    ...Array.from({ length: count }, (_, at) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `${storageClass}-${at}` },
      spec: {
        storageClassName: storageClass,
        capacity: { storage: size },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: `/volumes/${at}` },
      },
    })),
  ]
}
