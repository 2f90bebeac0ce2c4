import type { Manifest } from '../../support/manifests.js'

/**
 * Kinds in the order in which Argo CD applies them within a wave; others come last. Source: kindOrder in
 * gitops-engine/pkg/sync/sync_tasks.go of Argo CD 3.6.
 */
const kindOrder = [
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodSecurityPolicy',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'SecretList',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleList',
  'ClusterRoleBinding',
  'ClusterRoleBindingList',
  'Role',
  'RoleList',
  'RoleBinding',
  'RoleBindingList',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
  'APIService',
]

const phases = ['PreSync', 'Sync', 'PostSync']

/** Objects in the order of a sync: phase, wave, kind, name. Hooks of a failed sync are left out. */
export function inSyncOrder(objects: readonly Manifest[]): Manifest[] {
  const place = (object: Manifest): readonly [number, number, number, string] => {
    const { annotations = {}, name } = object.metadata
    const kind = kindOrder.indexOf(object.kind)
    return [
      phases.indexOf(annotations['argocd.argoproj.io/hook'] ?? 'Sync'),
      Number(annotations['argocd.argoproj.io/sync-wave'] ?? 0),
      kind < 0 ? kindOrder.length : kind,
      name,
    ]
  }
  return objects
    .map((object) => ({ object, at: place(object) }))
    .filter(({ at: [phase] }) => phase >= 0)
    .sort(
      ({ at: a }, { at: b }) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || (a[3] < b[3] ? -1 : Number(a[3] > b[3])),
    )
    .map(({ object }) => object)
}
