import type { Spec } from '../spec/table.js'
import { t } from '../words.js'
import { hasSidecar } from './mesh.js'
import { millisecondsOf } from './quantity.js'
import { regions, sites } from './regions.js'
import { hasColours, usesRollouts } from './rollout.js'
import type { Environment, Promotion, SmokeCall } from './types-delivery.js'
import type { SmokeTarget } from './types-regions.js'

/** Seconds for Argo CD's next look at Git (three minutes), the image and the pods. */
const syncTimeout = 900
/** Seconds for a version that is there already to answer for itself. */
const presentTimeout = 120
/** Minutes of a job beside what it waits for. */
const jobMinutes = 15

/** What the pipeline asks and promotes in an environment. */
type Release = Pick<
  Environment,
  | 'variable'
  | 'smoke'
  | 'back'
  | 'backSmoke'
  | 'gate'
  | 'gates'
  | 'open'
  | 'through'
  | 'promotions'
  | 'deployMinutes'
  | 'backMinutes'
>

/** What follows a commit in an environment's overlay. */
export function release(spec: Spec, env: { name: string; isProduction: boolean; host: string }): Release {
  const { isProduction } = env
  const strategy = isProduction ? spec['rollout.strategy'] : 'rolling'
  const asks = spec['delivery.argocd.enabled']
  const all = !asks ? [] : isProduction ? everywhere(spec, env.host) : [oneTarget(env.host)]
  const isSplit = spec['rollout.weights'] !== undefined
  const isRouted = strategy === 'canary' && hasSidecar(spec)
  // The routes of a split and of a canary have a header for the new version; where pods alone divide the traffic it is
  // one answer among those of the old version.
  const version = isSplit ? 'v2' : isRouted ? 'canary' : undefined
  // Where one address has all clusters behind it, the last of them is waited for there.
  const timeout = syncTimeout * (isProduction && spec.regions === undefined ? Math.max(1, sites(spec).length) : 1)
  const variable = env.name.toUpperCase().replaceAll('-', '_')
  const calls = (targets: readonly SmokeTarget[], how: Pick<SmokeCall, 'version' | 'inARow'>): SmokeCall[] =>
    targets.map((target) => ({ ...target, ...how, timeout, variable }))
  // The next region waits until a person has promoted the first, which may be tomorrow.
  const reached = strategy === 'rolling' ? all : all.slice(0, 1)
  const waiting = calls(reached, { version, inARow: strategy === 'canary' && version === undefined ? 1 : 3 })
  // While it comes or goes, a version has a share of the answers: so many in a row are no chance.
  const shares = spec['rollout.steps'].flatMap((weight) => [weight, 100 - weight])
  const sure = strategy === 'canary' ? certain(Math.max(...shares)) : 3
  const whole = calls(all, { version: isSplit ? 'v2' : undefined, inARow: sure })
  const smoke = strategy === 'blue-green' ? [] : waiting
  const back = !(isProduction && hasColours(spec))
  const gate = isProduction && usesRollouts(spec) ? strategy : ''
  const gates = gate === '' ? [] : gatesOf(spec)
  const promoted = gate === '' ? [] : promotions(spec, smoke, whole)
  const last = gates.findIndex(({ past }) => past === promoted.at(-1)?.past)
  return {
    variable,
    smoke,
    back,
    backSmoke: back ? whole : [],
    gate,
    gates,
    open: gates.at(-1)?.component ?? '',
    through: gates.slice(last).map(({ component }) => component),
    promotions: promoted,
    deployMinutes: minutes(smoke),
    backMinutes: minutes(whole),
  }
}

function gatesOf(spec: Spec): { past: string; component: string }[] {
  return spec['rollout.strategy'] === 'blue-green'
    ? [{ past: 'preview', component: 'blue-green-past-preview' }]
    : spec['rollout.steps'].map((weight) => ({ past: `${weight}`, component: `canary-past-${weight}` }))
}

function promotions(spec: Spec, waiting: readonly SmokeCall[], whole: readonly SmokeCall[]): Promotion[] {
  const within = (calls: readonly SmokeCall[], timeout: number) => calls.map((call) => ({ ...call, timeout }))
  if (spec['rollout.strategy'] === 'blue-green') {
    const what = { past: 'preview', text: t('the preview') }
    const once = { minutes: minutes(whole), milestone: 2, previous: undefined }
    return [
      { ...what, before: [], after: whole, asks: whole.length > 0, closes: whole.length > 0, last: true, ...once },
    ]
  }
  const steps = spec['rollout.steps']
  const gates = steps.flatMap((weight, at) => (at === 0 || !spec['metrics.enabled'] ? [{ weight, at }] : []))
  const pause = millisecondsOf(spec['rollout.pause']) / 1000
  return gates.map(({ weight, at }, index): Promotion => {
    const last = index === gates.length - 1
    const before = within(waiting, presentTimeout)
    // The later steps take their pause each.
    const patient = within(whole, (whole[0]?.timeout ?? 0) + (steps.length - at - 1) * pause)
    const after = last ? patient : waiting
    return {
      past: `${weight}`,
      text: `${weight} %`,
      before,
      after,
      previous: gates[index - 1] === undefined ? undefined : `${gates[index - 1]?.weight}`,
      asks: waiting.length > 0,
      closes: last && waiting.length > 0,
      last,
      minutes: minutes([...before, ...after]),
      milestone: index + 2,
    }
  })
}

/** Answers in a row that an older version with the rest of the traffic lets pass once in a million times; bounded. */
function certain(weight: number): number {
  return weight >= 100 ? 3 : Math.min(500, Math.ceil(Math.log(1e-6) / Math.log(weight / 100)))
}

function minutes(calls: readonly SmokeCall[]): number {
  return Math.ceil(calls.reduce((sum, { timeout }) => sum + timeout, 0) / 60) + jobMinutes
}

/** Each region by itself: behind the address of all, one that lags would be hidden. */
function everywhere(spec: Spec, host: string): SmokeTarget[] {
  const targets = regions(spec).map(({ name, host: own, variable }) => ({
    host: own,
    region: name,
    suffix: `_${variable}`,
  }))
  return targets.length === 0 ? [oneTarget(host)] : targets
}

function oneTarget(host: string): SmokeTarget {
  return { host, region: undefined, suffix: '' }
}
