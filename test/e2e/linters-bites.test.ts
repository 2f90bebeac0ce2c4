import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { Overlay } from '../support/manifests.js'
import { generate, recipe, workFolder } from '../support/project.js'
import { describeWith } from '../support/tools.js'
import { checkovFindings, frameworks } from './judges/checkov.js'
import { judges } from './judges/index.js'
import { Project } from './judges/judgement.js'
import { kubeScoreFindings } from './judges/kube-score.js'
import { policyFindings } from './judges/restated.js'

/** A mistake that a linter must find. */
interface Bite {
  readonly tool: string
  readonly mistake: string
  /** Of the project that it is planted in. */
  readonly flags?: readonly string[]
  readonly plant: (folder: string) => void
  readonly finds: RegExp
}

/** Changes a file of the project, which must hold what is changed. */
function edit(file: string, from: string | RegExp, to: string): (folder: string) => void {
  return (folder) => {
    const target = path.join(folder, file)
    const before = fs.readFileSync(target, 'utf8')
    const after = before.replace(from, to)
    if (after === before) {
      throw new Error(`${file} has no ${from}`)
    }
    fs.writeFileSync(target, after)
  }
}

/** Adds a file. */
function add(file: string, text: string): (folder: string) => void {
  return (folder) => {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    fs.writeFileSync(path.join(folder, file), text)
  }
}

function both(...plants: readonly ((folder: string) => void)[]): (folder: string) => void {
  return (folder) => {
    for (const plant of plants) {
      plant(folder)
    }
  }
}

const deployment = 'deploy/workload/deployment.yaml'
const workflow = '.github/workflows/ci.yaml'

const ruleOf = (expression: string) => `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: orders}
spec:
  groups:
    - name: orders
      rules:
        - alert: Down
          expr: ${expression}
          for: 5m
`
const ruleTest = (after: string) => `rule_files: [rules.yaml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: up{job="orders"}
        values: 0x20
    alert_rule_test:
      - eval_time: ${after}
        alertname: Down
        exp_alerts:
          - exp_labels: {job: orders}
`
const receiver = (name: string) => `route: {receiver: ${name}}
receivers:
  - name: team
`

const bites: readonly Bite[] = [
  {
    tool: 'mermaid',
    mistake: 'a bracket in a picture that nobody opened',
    plant: edit('README.md', /(```mermaid\nflowchart LR\n)/, '$1  a --> ]\n'),
    finds: /^README\.md:\d+: .*Lexical error on line/,
  },
  {
    tool: 'kube-score',
    mistake: 'a writable root file system',
    plant: edit(deployment, 'readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false'),
    finds: /^container-security-context-readonlyrootfilesystem: production: Deployment\//,
  },
  {
    tool: 'kube-linter',
    mistake: 'a mounted token',
    plant: edit(deployment, 'automountServiceAccountToken: false', 'automountServiceAccountToken: true'),
    finds: /^automount-service-account-token: production: Deployment\/orders: /,
  },
  {
    tool: 'polaris',
    mistake: 'a container that may become root',
    plant: edit(deployment, 'allowPrivilegeEscalation: false', 'allowPrivilegeEscalation: true'),
    finds: /^privilegeEscalationAllowed: production: Deployment\/orders: container orders: /,
  },
  { tool: 'hadolint', mistake: 'sudo', plant: edit('Dockerfile', /$/, 'RUN sudo true\n'), finds: /DL3004/ },
  {
    tool: 'shellcheck',
    mistake: 'words that are split',
    plant: edit('scripts/smoke.sh', /$/, 'rm -r $1\n'),
    finds: /scripts\/smoke\.sh:.*SC2086/,
  },
  {
    tool: 'shellcheck',
    mistake: 'a script that nobody can run',
    plant: (folder) => fs.chmodSync(path.join(folder, 'scripts/smoke.sh'), 0o644),
    finds: /^scripts\/smoke\.sh is not executable$/,
  },
  {
    tool: 'actionlint',
    mistake: 'a key that GitHub does not know',
    plant: edit(workflow, 'runs-on:', 'runs_on:'),
    finds: /runs_on/,
  },
  {
    tool: 'actionlint',
    mistake: 'a shell that splits words',
    plant: edit(workflow, /run: .+/, 'run: echo $HOME/*.go | xargs rm $GITHUB_SHA'),
    finds: /shellcheck/,
  },
  {
    tool: 'zizmor',
    mistake: 'an action of any commit',
    plant: edit(workflow, /@[0-9a-f]{40}/, '@main'),
    finds: /unpinned/,
  },
  {
    tool: 'gitlab-ci-local',
    mistake: 'a stage that is not there',
    flags: ['--delivery-ci=gitlab'],
    plant: edit('.gitlab-ci.yml', 'stage: test', 'stage: tests'),
    finds: /stage:tests/,
  },
  {
    tool: 'gitlab-ci-local',
    mistake: 'a key that GitLab does not know',
    flags: ['--delivery-ci=gitlab'],
    plant: edit('.gitlab-ci.yml', 'resource_group:', 'resource_groups:'),
    finds: /resource_groups/,
  },
  {
    tool: 'gitlab-ci-local',
    mistake: 'a stage that is not there, in a child',
    flags: ['--delivery-ci=gitlab', '--delivery-path=FOLDER'],
    plant: edit('pipeline.gitlab-ci.yml', 'stage: test', 'stage: tests'),
    finds: /stage:tests/,
  },
  {
    tool: 'codenarc',
    mistake: 'a brace too few',
    flags: ['--delivery-ci=jenkins'],
    plant: edit('Jenkinsfile', /\}\s*$/, ''),
    finds: /Compilation failed/,
  },
  {
    tool: 'codenarc',
    mistake: 'a variable that nothing reads',
    flags: ['--delivery-ci=jenkins'],
    plant: edit('Jenkinsfile', 'script {', 'script {\nint unused = 1'),
    finds: /UnusedVariable/,
  },
  {
    tool: 'yamllint',
    mistake: 'a key that is there twice',
    plant: edit('deploy/base/kustomization.yaml', /$/, 'kind: Kustomization\nkind: Kustomization\n'),
    finds: /kustomization\.yaml:.*key-duplicates/,
  },
  {
    tool: 'promtool',
    mistake: 'an expression that is none',
    plant: add('deploy/monitoring/rules.yaml', ruleOf('rate(up[5m)')),
    finds: /could not parse expression/,
  },
  {
    tool: 'promtool',
    mistake: 'an alert that comes later than its test says',
    plant: both(
      add('deploy/monitoring/rules.yaml', ruleOf('up == 0')),
      add('deploy/monitoring/rules_test.yaml', ruleTest('1m')),
    ),
    finds: /alertname: Down/,
  },
  {
    tool: 'amtool',
    mistake: 'a receiver that is not there',
    plant: add('deploy/monitoring/alertmanager.yaml', receiver('nobody')),
    finds: /undefined receiver/,
  },
]

const checkovBites: readonly (Bite & { readonly tool: keyof typeof frameworks })[] = [
  {
    tool: 'kubernetes',
    mistake: 'a privileged container',
    plant: edit(deployment, 'privileged: false', 'privileged: true'),
    finds: /^CKV_K8S_16: overlays\/production\.yaml: Deployment\.orders\.orders: /,
  },
  {
    tool: 'dockerfile',
    mistake: 'no user',
    plant: edit('Dockerfile', /^USER .*$/m, ''),
    finds: /^CKV_DOCKER_3: Dockerfile: /,
  },
  {
    tool: 'github_actions',
    mistake: 'commands that a log can hold',
    plant: edit(workflow, /^( +)runs-on: .*$/m, "$&\n$1env:\n$1  ACTIONS_ALLOW_UNSECURE_COMMANDS: 'true'"),
    finds: /^CKV_GHA_1: \.github\/workflows\/ci\.yaml: /,
  },
]

describe('a planted mistake is found by', () => {
  const work = workFolder()
  let count = 0
  const spoiled = ({ plant, flags = [] }: Pick<Bite, 'plant' | 'flags'>) => {
    count += 1
    const id = `spoiled-${count}`
    const folder = generate(work, recipe(id, ...flags.map((flag) => flag.replace('FOLDER', id))))
    plant(folder)
    return new Project(folder)
  }

  test('every linter, by this table', () => {
    const tools = judges.map(({ tool }) => tool).filter((tool) => !bites.some((bite) => bite.tool === tool))
    expect(tools).toEqual([])
    expect(checkovBites.map(({ tool }) => tool).sort()).toEqual(Object.keys(frameworks).sort())
  })

  for (const { tool, needs, judge } of judges) {
    describeWith(needs, tool, () => {
      test.each(bites.filter((bite) => bite.tool === tool))('$mistake', (bite) => {
        expect(judge(spoiled(bite)).findings).toContainEqual(expect.stringMatching(bite.finds))
      })
    })
  }

  describeWith(['kustomize', 'checkov'], 'checkov', () => {
    let found: ReturnType<typeof checkovFindings>
    beforeAll(() => {
      found = checkovFindings(Object.fromEntries(checkovBites.map((bite) => [bite.tool, spoiled(bite)])))
    })
    test.each(checkovBites)('$tool: $mistake', ({ tool, finds }) => {
      expect(found[tool]?.[tool].findings).toContainEqual(expect.stringMatching(finds))
    })
    test('by itself: the NetworkPolicy of one project is none of another', () => {
      const pair = ['--network-policy', '--no-network-policy'].map((flag, at) => [
        `twin-${at}`,
        new Project(generate(work, recipe(`twin-${at}`, flag))),
      ])
      const twins = checkovFindings(Object.fromEntries(pair))
      const open = 'checkov-no-network-policy'
      expect(twins['twin-0']?.kubernetes.exempted).not.toContain(open)
      expect(twins['twin-1']?.kubernetes.exempted).toContain(open)
    })
    test('and by nobody else', () => {
      for (const { tool } of checkovBites) {
        const others = Object.entries(found[tool] ?? {}).filter(([framework]) => framework !== tool)
        expect(others.flatMap(([, { findings }]) => findings)).toEqual([])
      }
    })
  })

  describeWith(['kustomize', 'kube-score'], 'linters that know no Rollout', () => {
    test('because they are given a Deployment in its place', () => {
      const [overlay] = new Project(generate(work, recipe('rollout', '--delivery-environments=production'))).overlays
      const text = overlay?.text
        .replace('apiVersion: apps/v1\nkind: Deployment', 'apiVersion: argoproj.io/v1alpha1\nkind: Rollout')
        .replace('kind: Deployment\n    name: orders', 'kind: Rollout\n    name: orders')
        .replace('memory: 256Mi', '')
      const judged = new Overlay('', 'production', text ?? '')
      expect(judged.one('HorizontalPodAutoscaler')?.spec.scaleTargetRef.kind).toBe('Rollout')
      expect(judged.all('Rollout').length).toBe(1)
      expect(kubeScoreFindings(judged).findings).toContainEqual(
        expect.stringMatching(/^container-resources: .*Deployment/),
      )
      expect(policyFindings('polaris', judged).findings).toContainEqual(
        expect.stringMatching(/^memoryRequestsMissing: /),
      )
    })
  })

  describeWith(['promtool', 'amtool'], 'nobody where there is none', () => {
    test('in rules, their tests and receivers', () => {
      const project = spoiled({
        plant: both(
          add('deploy/monitoring/rules.yaml', ruleOf('up == 0')),
          add('deploy/monitoring/rules_test.yaml', ruleTest('6m')),
          add('deploy/monitoring/alertmanager.yaml', receiver('team')),
        ),
      })
      const verdicts = judges.filter(({ tool }) => /^(prom|am)tool$/.test(tool)).map(({ judge }) => judge(project))
      expect(verdicts).toEqual([2, 1].map((judged) => ({ judged, findings: [], exempted: [] })))
    })
  })
})
