import type { Overlay } from '../../support/manifests.js'
import { policies } from '../policies/index.js'
import { type Judge, type Judgement, settle, together } from './judgement.js'

/** The linters whose checks are policies of our own. */
const linters = ['kube-linter', 'polaris'] as const

export const restated: readonly Judge[] = linters.map((linter) => ({
  tool: linter,
  needs: ['kustomize'],
  group: 'manifests',
  unit: 'objects',
  judge: ({ overlays }) => together(overlays.map((overlay) => policyFindings(linter, overlay))),
}))

/** The restated checks of a linter over one overlay. */
export function policyFindings(linter: (typeof linters)[number], { environment, objects }: Overlay): Judgement {
  const complaints = policies
    .filter(({ name }) => name.startsWith(`${linter}/`))
    .flatMap(({ name, check }) =>
      check(objects).map((text) => ({ check: name.slice(linter.length + 1), text: `${environment}: ${text}` })),
    )
  return settle(linter, objects.length, complaints, objects)
}
