import { beforeAll, expect, test } from '@jest/globals'
import type { Manifest } from '../support/manifests.js'
import { overlaysOf } from '../support/manifests.js'
import { generate, recipe, workFolder } from '../support/project.js'
import { describeWith } from '../support/tools.js'
import { asDeployments } from './judges/rollouts.js'
import { policies } from './policies/index.js'
import { mutations } from './policies/mutations.js'
import { absent } from './policies/not-applicable.js'

const exempt = 'polaris.fairwinds.com/deploymentMissingReplicas-exempt'

/** The names of the policies that complain. */
const complaining = (objects: readonly Manifest[]) =>
  policies.filter(({ check }) => check(objects).length > 0).map(({ name }) => name)

describeWith(['kustomize'], 'policies', () => {
  const work = workFolder()
  let objects: readonly Manifest[]
  beforeAll(() => {
    const [overlay] = overlaysOf(generate(work, recipe('sound', '--delivery-environments=production', '--owner=shop')))
    objects = flawless(overlay?.objects ?? [])
  })

  test('have different names, and none is left out and stated at once', () => {
    const names = [...policies, ...absent].map(({ name }) => name)
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
  })
  test('have nothing to say about objects without a flaw', () => {
    expect(policies.flatMap(({ name, check }) => check(objects).map((line) => `${name}: ${line}`))).toEqual([])
  })
  test.each(mutations)('$flaw', ({ flaw: _, change, breaks }) => {
    const changed = structuredClone(objects) as Manifest[]
    change(changed)
    expect(complaining(changed).sort()).toEqual([...breaks].sort())
  })
  test('are each broken by one flaw at least', () => {
    const broken = mutations.flatMap(({ breaks }) => breaks)
    expect(policies.map(({ name }) => name).filter((name) => !broken.includes(name))).toEqual([])
  })
  test('of polaris leave out what its annotation exempts, and nothing else', () => {
    const changed = structuredClone(objects) as Manifest[]
    const deployment = changed.find(({ kind }) => kind === 'Deployment')
    deployment.spec.replicas = 1
    deployment.spec.template.spec.hostPID = true
    deployment.metadata.annotations[exempt] = 'true'
    expect(complaining(changed).filter((name) => name.startsWith('polaris/'))).toEqual(['polaris/hostPIDSet'])
  })
  test('name the object and the container', () => {
    const changed = structuredClone(objects) as Manifest[]
    changed.find(({ kind }) => kind === 'Deployment').spec.template.spec.containers[0].image = 'orders:latest'
    expect(policies.find(({ name }) => name === 'kube-linter/latest-tag')?.check(changed)).toEqual([
      'Deployment/orders: container orders: orders:latest',
    ])
  })
  test('take a Rollout for a Deployment', () => {
    const rollouts = structuredClone(objects) as Manifest[]
    const deployment = rollouts.find(({ kind }) => kind === 'Deployment')
    const { strategy: __, ...spec } = deployment.spec
    Object.assign(deployment, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      spec: { ...spec, strategy: { canary: { maxSurge: 1, steps: [] } } },
    })
    rollouts.find(({ kind }) => kind === 'HorizontalPodAutoscaler').spec.scaleTargetRef.kind = 'Rollout'
    expect(complaining(rollouts)).toEqual(['kube-linter/sorted-keys'])
    deployment.spec.template.spec.hostNetwork = true
    expect(complaining(rollouts)).toEqual(
      expect.arrayContaining(['kube-linter/host-network', 'polaris/hostNetworkSet']),
    )
    expect(asDeployments(rollouts).filter(({ kind }) => kind === 'Rollout')).toEqual([])
  })
})

/** The objects as the linters would have them in every point, those of the exemptions included. */
function flawless(rendered: readonly Manifest[]): Manifest[] {
  const objects = structuredClone(rendered) as Manifest[]
  for (const object of objects) {
    const { kind, metadata, spec } = object
    metadata.annotations = { ...metadata.annotations, email: 'shop@example.com' }
    if (kind === 'Role') {
      object.rules = object.rules.filter(({ resources }: Manifest) => !resources.includes('secrets'))
    }
    if (kind === 'HorizontalPodAutoscaler') {
      spec.minReplicas = 3
    }
    if (kind === 'Deployment') {
      delete metadata.annotations[exempt]
      const { spec: pod } = spec.template
      spec.replicas = 3
      pod.priorityClassName = 'service'
      pod.affinity.nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } }
      pod.containers[0].image = `registry.example.com/orders:1@sha256:${'0'.repeat(64)}`
      pod.containers[0].imagePullPolicy = 'Always'
    }
  }
  return objects.map(sorted)
}

function sorted(value: Manifest): Manifest {
  if (Array.isArray(value)) {
    return value.map(sorted)
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.keys(value)
          .sort()
          .map((key) => [key, sorted(value[key])]),
      )
    : value
}
