import { boolean, choice, integer, integers, text } from '../option.js'
import * as rules from '../rules.js'

/** The mesh and how a new version takes over. */
export const traffic = {
  'istio.enabled': boolean({ default: false, help: 'Istio traffic rules, mTLS and authorization', ask: 'Use Istio?' }),
  'istio.mode': choice(['sidecar', 'ambient'], {
    default: 'sidecar',
    later: ['ambient'],
    help: 'data plane',
    when: 'istio.enabled',
  }),
  'istio.host': text(rules.fqdn, {
    help: 'public host of the last environment; the others get a prefix',
    derived: '<name>.example.com',
    when: 'istio.enabled',
    ask: 'Public host',
  }),
  'istio.gateway': text(rules.gateway, {
    default: 'create',
    help: 'create a Gateway, or namespace/name of one that exists',
    when: 'istio.enabled',
    ask: 'Gateway (create, or namespace/name)',
  }),
  'istio.mtls': choice(['strict', 'permissive'], {
    default: 'strict',
    help: 'mutual TLS between pods',
    when: 'istio.enabled',
    ask: 'Mutual TLS',
  }),
  'istio.retries': integer(0, 10, {
    default: 2,
    help: 'retries of an idempotent request',
    when: 'istio.enabled',
    ask: 'Retries',
  }),
  'istio.timeout': text(rules.duration, {
    help: 'whole request, retries included',
    derived: 'http.timeout and istio.retries',
    when: 'istio.enabled',
  }),
  'istio.outlierErrors': integer(1, 1000, {
    default: 5,
    help: 'consecutive errors before a pod is ejected',
    when: 'istio.enabled',
    ask: 'Consecutive errors before a pod is ejected',
  }),
  'rollout.strategy': choice(['rolling', 'canary', 'blue-green'], {
    default: 'rolling',
    help: 'how a new version takes over',
    ask: 'How does a new version take over?',
  }),
  'rollout.engine': choice(['argo-rollouts', 'none'], {
    default: 'argo-rollouts',
    help: 'what releases: Argo Rollouts, or for blue-green two Deployments and a script',
    ask: 'What brings a new version in? (none: a script, for blue-green alone)',
  }),
  'rollout.steps': integers(
    { min: 1, max: 100 },
    { min: 1, max: 20 },
    {
      help: 'weights of the canary, in %; a person promotes the first',
      default: [10, 50],
      ask: 'Weights of the canary, in %',
    },
  ),
  'rollout.pause': text(rules.rolloutPause, {
    default: '10m',
    help: 'how long a later step is watched, and how long the old version outlives a switch to green',
    ask: 'How long is each step watched?',
  }),
  'rollout.weights': integers(
    { min: 0, max: 100 },
    { min: 2, max: 2 },
    {
      help: 'static split between v1 and v2, in % (with Istio)',
      derived: 'all traffic to v1',
    },
  ),
}
