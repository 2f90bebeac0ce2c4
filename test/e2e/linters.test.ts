import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { overlaysOf } from '../support/manifests.js'
import { examples, filesBelow, generate, type Recipe, recipe, workFolder } from '../support/project.js'
import { describeWith, run, succeed } from '../support/tools.js'
import { kubeScoreExemptions, yamllintRules } from './exemptions.js'
import { toolPath } from './tools/table.mjs'

const bases = ['distroless', 'scratch', 'alpine', 'debian', 'ubuntu']
const withGlibc = ['distroless', 'debian', 'ubuntu']
const withShell = ['alpine', 'debian', 'ubuntu']

describeWith(['shellcheck'], 'shellcheck', () => {
  const work = workFolder()
  test.each([
    ...examples,
    ...withShell.map((base) =>
      recipe(`wait-${base}`, `--image-base=${base}`, '--entrypoint', '--entrypoint-wait-for=db:5432'),
    ),
    recipe('statefulset', '--workload-kind=statefulset'),
  ])('$id', (entry) => {
    const cwd = generate(work, entry)
    const scripts = filesBelow(cwd, /\.sh$/)
    expect(scripts.length).toBeGreaterThan(0)
    succeed('shellcheck', scripts, { cwd })
    for (const script of scripts) {
      expect([script, fs.statSync(path.join(cwd, script)).mode & 0o111]).toEqual([script, 0o111])
    }
  })
  test('this repository', () => {
    succeed('shellcheck', ['.ci/run'], { cwd: process.cwd() })
  })
})

describeWith(['hadolint'], 'hadolint', () => {
  const work = workFolder()
  const recipes: Recipe[] = [
    ...bases.map((base) => recipe(base, `--image-base=${base}`)),
    ...withGlibc.map((base) => recipe(`${base}-cgo`, `--image-base=${base}`, '--image-cgo')),
    ...withShell.map((base) => recipe(`${base}-entrypoint`, `--image-base=${base}`, '--entrypoint')),
  ]
  test.each(recipes)('$id', (entry) => {
    succeed('hadolint', ['--failure-threshold=style', 'Dockerfile'], { cwd: generate(work, entry) })
  })
})

describe('workflows', () => {
  const recipes = [
    ...examples,
    recipe('one-environment', '--delivery-environments=production'),
    recipe('five-environments', '--delivery-environments=dev,test,staging,canary,production'),
    recipe('odd-words', '--description=${{ github.token }} $(id)', "--owner='; exit 1; #"),
  ]

  describeWith(['actionlint', 'shellcheck'], 'actionlint', () => {
    const work = workFolder()
    test.each(recipes)('$id', (entry) => {
      const cwd = generate(work, entry)
      const workflows = filesBelow(cwd, /^\.github\/workflows\//)
      // Without a file it looks for a repository.
      if (workflows.length > 0) {
        succeed('actionlint', ['-shellcheck', toolPath('shellcheck') ?? '', ...workflows], { cwd })
      }
    })
    test('this repository', () => {
      const cwd = process.cwd()
      succeed(
        'actionlint',
        ['-shellcheck', toolPath('shellcheck') ?? '', ...filesBelow('.github').map((file) => `.github/${file}`)],
        { cwd },
      )
    })
  })

  describeWith(['zizmor'], 'zizmor', () => {
    const work = workFolder()
    test.each(recipes)('$id', (entry) => {
      const cwd = generate(work, entry)
      // A folder with nothing to audit is an error to it.
      if (fs.existsSync(path.join(cwd, '.github'))) {
        succeed('zizmor', ['--offline', '--quiet', '.'], { cwd })
      }
    })
    test('this repository', () => {
      succeed('zizmor', ['--offline', '--quiet', '.github'], { cwd: process.cwd() })
    })
  })
})

describeWith(['yamllint'], 'yamllint', () => {
  const work = workFolder()
  test.each([...examples, recipe('odd-values', '--config-values=a=null,b="1.30",c= x ,d=a: b #c', '--owner=a: "b"')])(
    '$id',
    (entry) => {
      succeed('yamllint', ['--strict', '--config-data', JSON.stringify(yamllintRules), '.'], {
        cwd: generate(work, entry),
      })
    },
  )
})

describeWith(['kustomize', 'kube-score'], 'kube-score', () => {
  const work = workFolder()
  test.each(examples)('$id', (entry) => {
    const findings = overlaysOf(generate(work, entry)).flatMap(({ environment, text, objects }) => {
      const { stdout } = run('kube-score', ['score', '--output-format', 'ci', '-'], { input: text })
      expect(stdout).toContain('[OK]')
      return stdout
        .split('\n')
        .filter((line) => /^\[(CRITICAL|WARNING)\]/.test(line))
        .filter((line) => !kubeScoreExemptions.some(({ finding, holds }) => finding.test(line) && holds(objects)))
        .map((line) => `${environment}: ${line}`)
    })
    expect(findings).toEqual([])
  })
})
