import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Overlay, overlaysOf } from '../support/manifests.js'
import { examples, filesBelow, generate, recipe, workFolder } from '../support/project.js'
import { describeWith, succeed } from '../support/tools.js'
import { facts } from './facts.js'

/** What changes manifests and is in no example. */
const extras = [
  ...['1.34', '1.35', '1.36', '1.37'].map((version) =>
    recipe(`kubernetes-${version}`, `--target-kubernetes=${version}`, '--preset=production'),
  ),
  recipe('statefulset-istio', '--workload-kind=statefulset', '--istio'),
  recipe(
    'mtls-permissive',
    '--istio',
    '--istio-mtls=permissive',
    '--istio-gateway=istio-system/main',
    '--istio-retries=0',
  ),
  recipe('traffic-split', '--istio', '--rollout-weights=80,20', '--no-autoscaling', '--no-metrics'),
  recipe('open', '--no-network-policy', '--no-pdb', '--no-metrics', '--no-tracing', '--delivery-ci=none'),
  recipe('env-source', '--config-source=env', '--no-config-reload', '--no-delivery-argocd'),
  recipe('waits', '--image-base=alpine', '--entrypoint', '--entrypoint-wait-for=db.data.svc:5432,cache:6379'),
  recipe('memory', '--autoscaling-memory=80', '--resources-memory-limit=1Gi', '--resources-cpu-limit=none'),
  recipe('no-probes', '--no-probes-liveness', '--no-probes-startup', '--no-probes-readiness'),
  recipe('one-environment', '--delivery-environments=production', '--config-values=a=null,b="1.30"'),
  recipe('slow', '--http-timeout=2m', '--shutdown-timeout=150', '--shutdown-drain=30', '--istio', '--http-port=18181'),
]

describeWith(['kustomize', 'strict'], 'manifests', () => {
  const work = workFolder()

  describe.each([...examples, ...extras])('$id', (entry) => {
    let project: string
    let overlays: Overlay[]
    beforeAll(() => {
      project = generate(work, entry)
      overlays = overlaysOf(project)
    })

    test('every overlay is what an API server takes', () => {
      expect(overlays.length).toBeGreaterThan(0)
      for (const { text } of overlays) {
        succeed('strict', [], { input: text })
      }
    })
    test('so are the files of Argo CD and the example Secret', () => {
      succeed('strict', filesBelow(project, /^deploy\/(argocd|secrets)\/.*\.yaml$/), { cwd: project })
    })
    test.each(facts)('$rule', ({ contradictions }) => {
      const found = overlays.flatMap((overlay) =>
        contradictions(overlay).map((line) => `${overlay.environment}: ${line}`),
      )
      expect(found).toEqual([])
    })
  })
})
