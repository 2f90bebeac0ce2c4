import type { Manifest } from '../../support/manifests.js'
import { allows, boundRules } from './objects.js'
import { onKinds, type Policy } from './policy.js'

const bindings = 'RoleBinding ClusterRoleBinding'
const roles = 'Role ClusterRole'
const podMakers = ['pods', 'deployments', 'statefulsets', 'replicasets', 'cronjob', 'jobs', 'daemonsets']
const precious = ['secrets', 'pods', 'deployments', 'configmaps', 'namespaces']

/** kube-linter's built-in checks of what roles allow. */
export const rightsPolicies: readonly Policy[] = [
  onBindings('kube-linter/access-to-create-pods', 'nobody may make pods', ({ resources, verbs }) =>
    [allows(resources, ...podMakers), allows(verbs, 'create')].every(Boolean),
  ),
  onBindings('kube-linter/access-to-secrets', 'nobody may read, make or remove Secrets', ({ resources, verbs }) =>
    [allows(resources, 'secrets'), allows(verbs, 'get', 'list', 'watch', 'create', 'delete')].every(Boolean),
  ),
  onKinds('kube-linter/cluster-admin-role-binding', bindings, 'nobody is cluster-admin', ({ roleRef }) => [
    roleRef.name === 'cluster-admin' && `roleRef ${roleRef.name}`,
  ]),
  onRoles('kube-linter/wildcard-in-rules', 'no rule has a wildcard', ({ apiGroups = [], resources = [], verbs = [] }) =>
    [...apiGroups, ...resources, ...verbs].includes('*'),
  ),
  onRoles(
    'kube-linter/bind-verb-in-role',
    'nobody may bind roles to others',
    ({ apiGroups, resources, verbs }) =>
      isRbac(apiGroups) && allows(resources, 'roles', 'clusterroles') && allows(verbs, 'bind'),
  ),
  onRoles(
    'kube-linter/escalate-verb-in-role',
    'nobody may write rights into a role that they do not have',
    ({ apiGroups, resources, verbs }) =>
      isRbac(apiGroups) && allows(resources, 'roles', 'clusterroles') && allows(verbs, 'escalate'),
  ),
  onRoles(
    'kube-linter/impersonate-without-resource-names',
    'whom one may act as is named',
    ({ verbs, resourceNames = [] }) => allows(verbs, 'impersonate') && resourceNames.length === 0,
  ),
  onRoles(
    'kube-linter/approve-signers-without-resource-names',
    'the signer whose certificates one may approve is named',
    ({ resources, verbs, resourceNames = [] }) =>
      allows(resources, 'signers') && allows(verbs, 'approve') && resourceNames.length === 0,
  ),
  onRoles(
    'kube-linter/deletecollection-verb-in-role',
    'nobody may remove all objects of a kind at once',
    ({ resources, verbs = [] }) => verbs.includes('deletecollection') && allows(resources, ...precious),
  ),
]

function onRoles(name: string, reference: string, isWrong: (rule: Manifest) => boolean): Policy {
  return onKinds(name, roles, reference, ({ rules = [] }) =>
    rules.map((rule: Manifest) => isWrong(rule) && JSON.stringify(rule)),
  )
}

/** What a role allows counts once somebody is bound to it. */
function onBindings(name: string, reference: string, isWrong: (rule: Manifest) => boolean): Policy {
  return onKinds(name, bindings, reference, (binding, objects) =>
    boundRules(binding, objects).map((rule) => isWrong(rule) && JSON.stringify(rule)),
  )
}

function isRbac(apiGroups: readonly string[]): boolean {
  return allows(apiGroups, 'rbac.authorization.k8s.io')
}
