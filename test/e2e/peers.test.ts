import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from '@jest/globals'
import { Overlay } from '../support/manifests.js'
import { examples, generate, type Recipe, workFolder } from '../support/project.js'
import { record } from '../support/proof.js'
import { describeWith, succeed } from '../support/tools.js'
import type { Judgement } from './judges/judgement.js'
import { kubeScoreFindings } from './judges/kube-score.js'
import { policyFindings } from './judges/restated.js'
import { versionOf } from './judges/versions.js'
import { judge, problemsOf, strictTools } from './strict.js'
import { toolVersion } from './tools/table.mjs'

/** Generators of Kubernetes manifests, with the defaults of each, and what they print for one environment. */
const generators: Readonly<Record<string, (folder: string) => string>> = {
  [`helm create ${toolVersion('helm')}`]: (folder) => {
    succeed('helm', ['create', 'orders'], { cwd: folder })
    return succeed('helm', ['template', 'orders', 'orders', '--namespace', 'orders'], { cwd: folder })
  },
  // A controller and not an HTTP service, but a Deployment with a metrics port and probes all the same.
  [`kubebuilder init ${toolVersion('kubebuilder')}`]: (folder) => {
    const flags = [
      '--project-name=orders',
      '--domain=example.com',
      '--repo=example.com/orders',
      '--fetch-deps=false',
      '--skip-go-version-check',
    ]
    succeed('kubebuilder', ['init', ...flags], { cwd: folder })
    return succeed('kustomize', ['build', 'config/default'], { cwd: folder })
  },
  'this one': (folder) => {
    const standard = examples.find(({ id }) => id === 'standard') as Recipe
    return succeed('kustomize', ['build', 'deploy/overlays/production'], { cwd: generate(folder, standard) })
  },
}

const judges: Readonly<Record<string, (overlay: Overlay) => Judgement>> = {
  'kube-score': kubeScoreFindings,
  'kube-linter': (overlay) => policyFindings('kube-linter', overlay),
  polaris: (overlay) => policyFindings('polaris', overlay),
  strict: ({ objects, text }) => ({
    judged: objects.length,
    findings: problemsOf(judge({ input: text })),
    exempted: [],
  }),
}

describeWith(
  ['kustomize', 'kube-score', 'helm', 'kubebuilder', ...strictTools],
  'peers, before the same judges',
  () => {
    const work = workFolder()
    test.each(Object.keys(generators))('%s', (generator) => {
      const folder = path.join(work, generator.replaceAll(' ', '-'))
      fs.mkdirSync(folder)
      const overlay = new Overlay(folder, 'production', generators[generator]?.(folder) ?? '')
      expect(overlay.workloads.length).toBeGreaterThan(0)
      for (const [tool, findings] of Object.entries(judges)) {
        const judgement = findings(overlay)
        record({
          group: 'peers',
          tool,
          version: tool === 'strict' ? toolVersion(tool) : versionOf(tool),
          subject: generator,
          unit: 'objects',
          ...judgement,
        })
        if (generator === 'this one') {
          expect(judgement.findings).toEqual([])
        }
      }
    })
  },
)
