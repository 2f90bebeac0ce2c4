import type { Answers } from './table.js'

export type Preset = 'minimal' | 'standard' | 'production'

/** What each preset changes in the built-in defaults. The built-in defaults are the standard preset. */
export const presets: Readonly<Record<Preset, { readonly help: string; readonly answers: Answers }>> = {
  minimal: {
    help: 'Deployment, Service, configuration, probes, image',
    answers: {
      'autoscaling.enabled': false,
      'pdb.enabled': false,
      'networkPolicy.enabled': false,
      'metrics.enabled': false,
      'tracing.enabled': false,
      'delivery.argocd.enabled': false,
      'delivery.ci': 'none',
    },
  },
  standard: {
    help: 'minimal + autoscaling, disruption budget, network policy, metrics, tracing, Argo CD, CI',
    answers: {},
  },
  production: {
    help: 'standard + Istio, canary, three replicas at least, alerts, a dashboard',
    answers: {
      'istio.enabled': true,
      'rollout.strategy': 'canary',
      'autoscaling.min': 3,
      'alerts.enabled': true,
      'dashboards.enabled': true,
    },
  },
}
