import { expect, test } from '@jest/globals'
import { type Overlay, overlaysOf } from '../support/manifests.js'
import { generate, recipe, workFolder } from '../support/project.js'
import { record } from '../support/proof.js'
import { describeWith } from '../support/tools.js'
import { facts } from './facts.js'
import { plantedFacts } from './planted-facts.js'
import { type Mutant, mutantsOf, valuesOf } from './planted-mutants.js'
import { tuning } from './planted-tuning.js'
import { policies } from './policies/index.js'
import { judge, strictTools } from './strict.js'
import { toolVersion } from './tools/table.mjs'

/** A mutant, and the names of the judges that find it. */
interface Case extends Mutant {
  readonly caughtBy: readonly string[]
}

const judgeNames = ['strict', 'facts', 'policies'] as const

type Check = (overlay: Overlay) => readonly string[]

/** What judges whole overlays, each by its parts. */
const checks: Readonly<Record<'facts' | 'policies', readonly Check[]>> = {
  facts: [...facts, ...plantedFacts].map(
    ({ contradictions }) =>
      (overlay) =>
        contradictions(overlay),
  ),
  policies: policies.map(
    ({ check }) =>
      (overlay) =>
        check(overlay.objects),
  ),
}

describeWith(['kustomize', ...strictTools], 'planted mistakes', () => {
  const work = workFolder()
  const flags = ['--preset=production', '--delivery-environments=production']
  const scaled = ['--autoscaling-qps=2000', '--autoscaling-queue-name=jobs', '--autoscaling-queue-target=30']
  const projects = [
    recipe(
      'everything',
      ...flags,
      '--rollout-weights=80,20',
      '--config-source=consul',
      '--postgres',
      '--nats',
      '--autoscaling-queue-target=30',
      '--alerts-receiver=wecom',
      '--alerts-wecom-corp-id=ww0123456789abcdef',
    ),
    recipe(
      'calls',
      ...flags,
      '--rollout-strategy=rolling',
      '--grpc',
      '--no-http',
      '--secrets-provider=sealed-secrets',
      ...scaled,
      '--autoscaling-engine=keda',
      '--alerts-receiver=slack',
    ),
    recipe(
      'both',
      ...flags,
      '--grpc',
      '--kafka',
      '--secrets-provider=external-secrets',
      ...scaled,
      '--alerts-receiver=webhook',
      '--istio-jwt-issuer=https://login.example.com/realms/shop',
      '--istio-jwt-jwks-uri=https://login.example.com/realms/shop/certs',
      '--istio-jwt-audiences=orders',
    ),
    recipe('canary', ...flags, '--rollout-strategy=canary'),
    recipe(
      'blue-green',
      ...flags,
      '--rollout-strategy=blue-green',
      '--gateway-api',
      '--grpc',
      '--delivery-argocd-clusters=red,blue',
    ),
    recipe('colours', ...flags, '--no-istio', '--rollout-strategy=blue-green', '--rollout-engine=none'),
    recipe(
      'stateful',
      ...flags,
      '--workload-kind=statefulset',
      '--istio-mode=ambient',
      '--grpc',
      '--istio-jwt-issuer=https://login.example.com/realms/shop',
    ),
  ].map((entry) => generate(work, entry))
  // Before the tests and not in one, so that their titles can say what was found.
  const overlays = projects.flatMap((project) => overlaysOf(project))
  const cases = overlays.flatMap(judgeAll)

  test.each(byMistake(cases))('$mistake: $list.length planted, caught by $by', ({ mistake, list, by }) => {
    const missed = list.filter(({ caughtBy }) => caughtBy.length === 0).map(({ what }) => what)
    record({
      group: 'planted mistakes',
      tool: by,
      version: toolVersion('strict'),
      subject: mistake,
      judged: list.length,
      unit: 'mistakes',
      findings: missed,
    })
    expect(missed).toEqual([])
  })

  test('every value is planted with a mistake, or is on the list of those that are nobody’s to judge', () => {
    const values = overlays.flatMap(valuesOf)
    const planted = new Set(cases.map(({ place }) => place))
    const open = values.filter((place) => !planted.has(place))
    expect(open.filter((place) => !tuning.some(({ at }) => at.test(place)))).toEqual([])
    expect(tuning.filter(({ at }) => !open.some((place) => at.test(place))).map(({ at }) => at)).toEqual([])
  })
})

/** The mutants of each kind of mistake, with who catches how many. */
function byMistake(cases: readonly Case[]): { mistake: string; list: Case[]; by: string }[] {
  return [...new Set(cases.map(({ mistake }) => mistake))].map((mistake) => {
    const list = cases.filter((entry) => entry.mistake === mistake)
    const counts = judgeNames
      .map((name) => ({ name, count: list.filter(({ caughtBy }) => caughtBy.includes(name)).length }))
      .filter(({ count }) => count > 0)
    const by = counts.map(({ name, count }) => (count === list.length ? name : `${name} (${count})`)).join(', ')
    return { mistake, list, by: by || 'nobody' }
  })
}

/** Judges every mutant of an overlay: documents by `strict` in one process, overlays by what is new in the findings. */
function judgeAll(sound: Overlay): Case[] {
  const mutants = mutantsOf(sound)
  const documents = mutants.flatMap(({ document }) => document ?? [])
  const verdicts = judge({ input: documents.join('---\n') })
  expect(verdicts.length).toBe(documents.length)
  const byText = new Map(documents.map((document, at) => [document, verdicts[at]?.problems ?? []]))
  const judges = Object.entries(checks).map(([name, list]) => ({ name, finds: newsOf(list, sound) }))
  return mutants.map((mutant) => ({
    ...mutant,
    caughtBy: [
      ...((byText.get(mutant.document ?? '') ?? []).length > 0 ? ['strict'] : []),
      ...judges.filter(({ finds }) => finds(mutant)).map(({ name }) => name),
    ],
  }))
}

/**
 * Whether one of the checks finds in an overlay with a mistake what it does not find in the sound one. What found the
 * last mistake at a place is asked first about the next one there.
 */
function newsOf(list: readonly Check[], sound: Overlay): (mutant: Mutant) => boolean {
  const before = list.map((check) => new Set(findingsOf(check, sound)))
  const finders = new Map<string, number>()
  return ({ overlay, mistake, place }) => {
    const isNews = (at: number) => findingsOf(list[at] as Check, overlay).some((finding) => !before[at]?.has(finding))
    const key = `${mistake} ${place}`
    const last = finders.get(key)
    if (last !== undefined && isNews(last)) {
      return true
    }
    const finder = list.findIndex((_, at) => at !== last && isNews(at))
    finders.set(key, finder === -1 ? (last ?? 0) : finder)
    return finder !== -1
  }
}

/** What a check says. One that can't read an object has nothing to say: the mistake is another judge's. */
function findingsOf(check: Check, overlay: Overlay): readonly string[] {
  try {
    return check(overlay)
  } catch {
    return []
  }
}
