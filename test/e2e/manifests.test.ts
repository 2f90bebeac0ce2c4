import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Overlay, overlaysOf } from '../support/manifests.js'
import { examples, filesBelow, generate, recipe, workFolder } from '../support/project.js'
import { record } from '../support/proof.js'
import { describeWith } from '../support/tools.js'
import { facts } from './facts.js'
import { plantedFacts } from './planted-facts.js'
import { type Judged, judge, problemsOf, strictTools } from './strict.js'
import { toolVersion } from './tools/table.mjs'

const supported = ['1.34', '1.35', '1.36', '1.37'] as const

/** Presets and kinds of workload, for each of which a target version may change what is rendered. */
const shapes = [
  { id: 'minimal', flags: ['--preset=minimal'] },
  { id: 'standard', flags: ['--preset=standard', '--delivery-argocd'] },
  { id: 'production', flags: ['--preset=production'] },
  { id: 'stateful', flags: ['--preset=production', '--workload-kind=statefulset'] },
]

/** What changes manifests and is in no example. */
const extras = [
  ...supported.flatMap((version) =>
    shapes.map(({ id, flags }) => recipe(`${id}-${version}`, `--target-kubernetes=${version}`, ...flags)),
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
  recipe('split-queue', '--istio', '--rollout-weights=80,20', '--nats', '--autoscaling-queue-target=10'),
  // Settings that a digest tells apart.
  recipe('migrations', '--postgres', '--no-config-reload', '--secrets-provider=external-secrets', '--delivery-argocd'),
  recipe('canary', '--istio', '--rollout-strategy=canary', '--grpc'),
  recipe(
    'canary-of-pods',
    '--rollout-strategy=canary',
    '--rollout-steps=5,25,100',
    '--no-metrics',
    '--config-source=env',
  ),
  recipe('blue-green', '--rollout-strategy=blue-green', '--istio', '--rollout-pause=1h30m'),
  recipe(
    'regions',
    '--preset=production',
    '--regions=name=cn-east,cluster=east,weight=60,replicas=18;name=cn-north,cluster=north,weight=40,replicas=12',
  ),
  recipe(
    'regions-of-deployments',
    '--no-autoscaling',
    '--delivery-ci=none',
    '--regions=name=a,cluster=https://a.example.com,weight=0,replicas=1;name=b,cluster=https://b.example.com,weight=100,replicas=3',
  ),
  recipe('clusters', '--delivery-argocd-clusters=red,blue', '--autoscaling-engine=keda'),
  recipe('colours', '--rollout-strategy=blue-green', '--rollout-engine=none', '--no-autoscaling', '--istio'),
  recipe('open', '--no-network-policy', '--no-pdb', '--no-metrics', '--no-tracing', '--delivery-ci=none'),
  recipe('both', '--grpc', '--istio', '--config-source=env', '--no-config-reload'),
  recipe('calls', '--preset=production', '--grpc', '--no-http', '--grpc-port=19000', '--workload-kind=statefulset'),
  recipe('env-source', '--config-source=env', '--no-config-reload', '--no-delivery-argocd'),
  recipe('waits', '--image-base=alpine', '--entrypoint', '--entrypoint-wait-for=db.data.svc:5432,cache:6379'),
  recipe('memory', '--autoscaling-memory=80', '--resources-memory-limit=1Gi', '--resources-cpu-limit=none'),
  recipe('no-probes', '--no-probes-liveness', '--no-probes-startup', '--no-probes-readiness'),
  recipe('one-environment', '--delivery-environments=production', '--config-values=a=null,b="1.30"'),
  recipe('slow', '--http-timeout=2m', '--shutdown-timeout=150', '--shutdown-drain=30', '--istio', '--http-port=18181'),
]

describeWith(['kustomize', ...strictTools], 'manifests', () => {
  const work = workFolder()

  describe.each([...examples, ...extras])('$id', (entry) => {
    let project: string
    let overlays: Overlay[]
    beforeAll(() => {
      project = generate(work, entry)
      overlays = overlaysOf(project)
    })

    // What is generated for a version must be taken by its API server, and by those of all later ones.
    const target = supported.find((version) => entry.args.includes(`--target-kubernetes=${version}`))
    const versions = target === undefined ? [undefined] : supported.slice(supported.indexOf(target))

    test.each(versions.map((kubernetes) => ({ kubernetes: kubernetes ?? 'the newest version' })))(
      'every overlay is what an API server of $kubernetes takes',
      ({ kubernetes }) => {
        expect(overlays.length).toBeGreaterThan(0)
        const version = supported.find((each) => each === kubernetes)
        const input = overlays.map(({ text }) => text).join('---\n')
        const judged = judge({ input, ...(version === undefined ? {} : { kubernetes: version }) })
        keep(target === '1.34' ? withoutLaterWord(judged) : judged, entry.id)
      },
    )
    test('so are the files of Argo CD and the example Secret', () => {
      const files = filesBelow(project, /^deploy\/(argocd|secrets)\/.*\.yaml$/)
      if (files.length > 0) {
        keep(judge({ files, cwd: project }), entry.id)
      }
    })
    test.each([...facts, ...plantedFacts])('$rule', ({ contradictions }) => {
      const found = overlays.flatMap((overlay) =>
        contradictions(overlay).map((line) => `${overlay.environment}: ${line}`),
      )
      expect(found).toEqual([])
    })
  })
})

/**
 * PreferClose is the only word that is stable in 1.34; the one that 1.35 prefers is behind a beta gate there. The program
 * warns as 1.37 does, whichever version's gates are in force.
 */
function withoutLaterWord(judged: readonly Judged[]): Judged[] {
  return judged.map((document) => ({
    ...document,
    problems: document.problems.filter((problem) => !problem.includes('"PreferClose" is deprecated')),
  }))
}

/** Puts the verdict on record, and expects a good one. */
function keep(judged: readonly Judged[], id: string): void {
  const findings = problemsOf(judged)
  record({
    group: 'manifests',
    tool: 'strict',
    version: toolVersion('strict'),
    subject: examples.some((example) => example.id === id) ? id : 'covering set',
    judged: judged.length,
    unit: 'documents',
    findings,
  })
  expect(judged.length).toBeGreaterThan(0)
  expect(findings).toEqual([])
}
