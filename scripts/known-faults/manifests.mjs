// @ts-check

const manifestsTest = ['test/e2e/manifests.test.ts']
const operations = ['test/e2e/cluster/operations.test.ts']

/**
 * Manifests, before the API server and its controllers.
 *
 * @type {import('../known-faults-table.mjs').KnownFault[]}
 */
export const manifests = [
  {
    id: 'G21',
    what: 'another owner changes the labels of volumeClaimTemplates, and every later release is refused',
    file: 'templates/base/deploy/overlays/__env__/kustomization.yaml.hbs',
    from: '    fields:\n      - path: spec/template/metadata/labels\n',
    to: '    fields:\n      - path: spec/volumeClaimTemplates[]/metadata/labels\n        create: true\n      - path: spec/template/metadata/labels\n',
    test: ['test/e2e/cluster/changes.test.ts'],
    pattern: 'of a StatefulSet is taken',
  },
  {
    id: 'G21',
    what: 'a larger volume is written over a StatefulSet that can not have it, without a word',
    file: 'src/cli/immutable.ts',
    from: "'selector', 'volumeClaimTemplates'],",
    to: "'selector'],",
    test: ['test/cli/errors.test.ts'],
    pattern: 'volumes of another size',
  },
  {
    id: 'G22',
    what: 'a description of 420 characters makes the AppProject invalid',
    file: 'src/model/build.ts',
    from: 'shortened(description, projectDescription)',
    to: 'description',
    test: ['test/e2e/cluster/longest.test.ts'],
    pattern: 'standard: is taken',
  },
  {
    id: 'G23',
    what: 'a StatefulSet with a bad image stays on it after the rollback',
    file: 'templates/features/statefulset/scripts/unstick.sh.hbs',
    from: '[ "$revision" != "$wanted" ]',
    to: '[ "$revision" = "$wanted" ]',
    test: operations,
    pattern: 'a version that never becomes ready',
  },
  {
    id: 'G23',
    what: 'operators may not delete the pod that stands in the way',
    file: 'templates/base/deploy/base/rbac.yaml.hbs',
    from: 'verbs: [delete]',
    to: 'verbs: [get]',
    test: operations,
    pattern: 'a version that never becomes ready',
  },
  {
    id: 'G24',
    what: 'an emptyDir keeps the Cluster Autoscaler from removing nodes',
    file: 'templates/features/deployment/deploy/workload/deployment.yaml.hbs',
    from: 'safe-to-evict: "true"',
    to: 'safe-to-evict: "false"',
    test: ['test/matrix/random.test.ts'],
    pattern: 'random specs render',
  },
  {
    id: 'G24',
    what: 'ConfigMaps of a hook stay behind with every change of the settings',
    file: 'templates/base/deploy/overlays/__env__/kustomization.yaml.hbs',
    from: 'disableNameSuffixHash: true\n{{#if features.argocd}}',
    to: 'disableNameSuffixHash: false\n{{#if features.argocd}}',
    test: manifestsTest,
    pattern: ' migrations ',
  },
  {
    id: 'G24',
    what: 'an ApplicationSet promises to heal, which RollingSync never does',
    file: 'templates/features/application-set/deploy/argocd/applicationset-__env__.yaml.hbs',
    from: 'selfHeal: false',
    to: 'selfHeal: true',
    test: manifestsTest,
    pattern: ' regions Argo CD: the application is',
  },
  {
    id: 'G24',
    what: 'the API server fills in a policy of an ExternalSecret, and Argo CD sees a difference for ever',
    file: 'templates/features/external-secrets/deploy/overlays/__env__/externalsecret.yaml.hbs',
    from: '        nullBytePolicy: Fail\n{{#each',
    to: '{{#each',
    test: manifestsTest,
    pattern: ' migrations External Secrets writes',
  },
  {
    id: 'G24',
    what: 'operators may not do what the README tells them to',
    file: 'templates/base/deploy/base/rbac.yaml.hbs',
    from: 'resources: [pods/portforward]\n    verbs: [create]',
    to: 'resources: [pods/portforward]\n    verbs: [get]',
    test: operations,
    pattern: 'standard: every command of README',
  },
  {
    id: 'G24',
    what: 'with a v1/v2 split both autoscalers scale on the whole queue',
    file: 'src/model/scaling.ts',
    from: 'return perPod * workloads',
    to: 'return perPod * (workloads > 0 ? 1 : 2)',
    test: manifestsTest,
    pattern: ' split-queue ',
  },
]
