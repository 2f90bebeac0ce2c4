import type { Overlay } from '../../support/manifests.js'
import { run } from '../../support/tools.js'
import { verdictsOf } from '../../support/verdicts.js'
import { type Judge, type Judgement, settle, together } from './judgement.js'
import { asDeployments, textFor } from './rollouts.js'

interface Scored {
  readonly object_name: string
  readonly checks: readonly {
    readonly check: { readonly id: string }
    readonly grade: number
    readonly skipped: boolean
    readonly comments: readonly { readonly path: string; readonly summary: string }[] | null
  }[]
}

/** Its best grade; everything below is a finding, hints too. */
const allOk = 10

export const kubeScore: Judge = {
  tool: 'kube-score',
  needs: ['kustomize', 'kube-score'],
  group: 'manifests',
  unit: 'objects',
  judge: ({ overlays }) => together(overlays.map(kubeScoreFindings)),
}

const verdicts = verdictsOf('kube-score', ['test/e2e/judges', 'test/e2e/tools/table.mjs', 'test/e2e/exemptions.ts'])

/** kube-score of one overlay. */
export function kubeScoreFindings(overlay: Overlay): Judgement {
  return verdicts.of(
    [overlay.environment, overlay.text],
    () => judgementOf(overlay),
    ({ findings }) => findings.length === 0,
  )
}

function judgementOf(overlay: Overlay): Judgement {
  const { stdout, stderr } = run('kube-score', ['score', '--output-format', 'json', '-'], { input: textFor(overlay) })
  if (!stdout.startsWith('[')) {
    throw new Error(`kube-score: ${stderr}`)
  }
  const scored: readonly Scored[] = JSON.parse(stdout)
  const complaints = scored.flatMap(({ object_name, checks }) =>
    checks
      .filter(({ grade, skipped }) => !skipped && grade < allOk)
      .flatMap(({ check, comments }) =>
        (comments ?? []).map(({ path, summary }) => ({
          check: check.id,
          text: `${overlay.environment}: ${object_name}: ${[path, summary].filter(Boolean).join(': ')}`,
        })),
      ),
  )
  return settle('kube-score', scored.length, complaints, asDeployments(overlay.objects))
}
