import { afterAll, describe, expect, test } from '@jest/globals'
import { examples, filesBelow, generate, type Recipe, recipe, workFolder } from '../support/project.js'
import { record } from '../support/proof.js'
import { describeWith, missingTools, succeed } from '../support/tools.js'
import { exemptions } from './exemptions.js'
import { checkovFindings, frameworks } from './judges/checkov.js'
import { judges } from './judges/index.js'
import { type Judgement, Project } from './judges/judgement.js'
import { versionOf } from './judges/versions.js'
import { absent } from './policies/not-applicable.js'
import { toolPath } from './tools/table.mjs'

const glibc = ['distroless', 'debian', 'ubuntu']
const withShell = ['alpine', 'debian', 'ubuntu']

/** What no example has, and some linter reads. */
const variants: readonly Recipe[] = [
  recipe('scratch', '--image-base=scratch'),
  ...glibc.map((base) => recipe(`${base}-cgo`, `--image-base=${base}`, '--image-cgo')),
  ...withShell.map((base) =>
    recipe(`${base}-waits`, `--image-base=${base}`, '--entrypoint', '--entrypoint-wait-for=db:5432'),
  ),
  recipe('open', '--no-network-policy', '--no-pdb', '--config-source=env', '--no-config-reload'),
  recipe('open-statefulset', '--workload-kind=statefulset', '--no-pdb', '--no-autoscaling'),
  recipe('no-cpu-limit', '--resources-cpu-limit=none'),
  recipe('no-probes', '--no-probes-liveness', '--no-probes-startup', '--no-probes-readiness'),
  recipe('two-replicas', '--no-autoscaling', '--workload-replicas=2'),
  recipe('many-replicas', '--autoscaling-max=200'),
  recipe('from-one', '--autoscaling-min=1'),
  recipe('keda', '--preset=production', '--autoscaling-engine=keda', '--autoscaling-qps=100'),
  recipe('permissive', '--istio', '--istio-mtls=permissive', '--istio-gateway=istio-system/main', '--owner=payments'),
  recipe('canary', '--istio', '--rollout-strategy=canary', '--grpc'),
  recipe('blue-green', '--rollout-strategy=blue-green', '--postgres', '--secrets-provider=sealed-secrets'),
  recipe('colours', '--rollout-strategy=blue-green', '--rollout-engine=none'),
  recipe('one-environment', '--delivery-environments=production'),
  recipe('five-environments', '--delivery-environments=dev,test,staging,canary,production'),
  recipe('gitlab', '--preset=production', '--delivery-ci=gitlab'),
  recipe('gitlab-cgo', '--image-cgo', '--delivery-ci=gitlab', '--no-delivery-argocd', '--no-http', '--grpc'),
  recipe('jenkins', '--preset=production', '--delivery-ci=jenkins'),
  recipe('jenkins-cgo', '--image-cgo', '--delivery-ci=jenkins', '--no-delivery-argocd', '--no-http', '--grpc'),
  recipe('odd-words', '--description=${{ github.token }} $(id)', "--owner='; exit 1; #"),
  recipe('odd-values', '--config-values=a=null,b="1.30",c= x ,d=a: b #c', '--owner=a: "b"'),
]

const isExample = ({ id }: Recipe) => examples.some((example) => example.id === id)

describe('linters', () => {
  const work = workFolder()
  const projects = new Map<string, Project>()
  const projectOf = (entry: Recipe) => {
    const project = projects.get(entry.id) ?? new Project(generate(work, entry))
    projects.set(entry.id, project)
    return project
  }
  const used = new Set<string>()
  /** Keeps a verdict, then demands that it is clean. */
  const conclude = (group: string, unit: string, tool: string, entry: Recipe, judgement: Judgement) => {
    const { judged, findings, exempted } = judgement
    for (const id of exempted) {
      used.add(id)
    }
    const subject = isExample(entry) ? entry.id : 'variants'
    record({ group, tool, version: versionOf(tool), subject, judged, unit, findings, exempted })
    expect(findings).toEqual([])
  }

  for (const { tool, needs, group, unit, judge } of judges) {
    describeWith(needs, tool, () => {
      test.each([...examples, ...variants])('$id', (entry) => {
        conclude(group, unit, tool, entry, judge(projectOf(entry)))
      })
    })
  }

  describeWith(['kustomize', 'checkov'], 'checkov', () => {
    const entries = [...examples, ...variants]
    let found: ReturnType<typeof checkovFindings>
    test.each(entries)('$id', (entry) => {
      found ??= checkovFindings(Object.fromEntries(entries.map((each) => [each.id, projectOf(each)])))
      for (const [framework, { group, unit }] of Object.entries(frameworks)) {
        const judgement = found[entry.id]?.[framework as keyof typeof frameworks]
        conclude(group, unit, 'checkov', entry, judgement as Judgement)
      }
    })
  })

  describeWith(['kustomize'], 'checks that are not restated', () => {
    test.each(examples)('$id has nothing of what they look at', (entry) => {
      const kinds = projectOf(entry).overlays.flatMap(({ objects }) =>
        objects.map(({ apiVersion, kind }) => `${apiVersion}/${kind}`),
      )
      const wanted = absent.filter(({ objects }) => objects !== undefined && kinds.some((kind) => objects.test(kind)))
      expect(wanted).toEqual([])
    })
  })

  // Last: it looks back at what the others used.
  const needs = ['kustomize', 'checkov', ...judges.flatMap((judge) => judge.needs)]
  const isWhole = missingTools(needs).length === 0
  ;(isWhole ? test : test.skip)('every exemption is needed', () => {
    expect(exemptions.map(({ id }) => id).filter((id) => !used.has(id))).toEqual([])
  })
  afterAll(() => projects.clear())
})

describe('this repository', () => {
  const cwd = process.cwd()

  describeWith(['shellcheck'], 'shellcheck', () => {
    test('is clean', () => {
      succeed('shellcheck', ['.ci/run'], { cwd })
    })
  })
  describeWith(['actionlint', 'shellcheck'], 'actionlint', () => {
    test('is clean', () => {
      const workflows = filesBelow('.github/workflows').map((file) => `.github/workflows/${file}`)
      succeed('actionlint', ['-shellcheck', toolPath('shellcheck') ?? '', ...workflows], { cwd })
    })
  })
  describeWith(['zizmor'], 'zizmor', () => {
    test('is clean', () => {
      succeed('zizmor', ['--offline', '--quiet', '.github'], { cwd })
    })
  })
})
