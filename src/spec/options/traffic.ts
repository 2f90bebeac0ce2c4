import * as hosts from '../hosts.js'
import { boolean, choice, integer, integers, list, text } from '../option.js'
import * as rules from '../rules.js'

/** The mesh and how a new version takes over. */
export const traffic = {
  'istio.enabled': boolean({ default: false, help: 'Istio traffic rules, mTLS and authorization', ask: 'Use Istio?' }),
  'istio.mode': choice(['sidecar', 'ambient'], {
    default: 'sidecar',
    help: 'data plane: a proxy in each pod, or one on the node and one for the service',
    when: 'istio.enabled',
    ask: 'Data plane',
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
  'istio.jwt.issuer': text(hosts.issuer, {
    help: 'issuer of the token that a request from outside has to bring',
    when: 'istio.enabled',
  }),
  'istio.jwt.jwksUri': text(hosts.httpsUrl, {
    help: 'where the keys of its tokens are',
    derived: "the issuer's OpenID configuration",
    when: 'istio.enabled',
  }),
  'istio.jwt.audiences': list(
    rules.audience,
    { min: 1, max: 10 },
    { help: 'a token has to be for one of them', derived: 'anybody', when: 'istio.enabled' },
  ),
  'istio.faultInjection': boolean({
    default: false,
    help: 'drills before production: a request that asks for it is delayed or refused',
    when: 'istio.enabled',
  }),
  'gatewayApi.enabled': boolean({
    default: false,
    help: 'routes of the Gateway API, without a mesh',
  }),
  'gatewayApi.host': text(rules.fqdn, {
    help: 'public host of the last environment; the others get a prefix',
    derived: '<name>.example.com',
    when: 'gatewayApi.enabled',
  }),
  'gatewayApi.gateway': text(rules.gateway, {
    default: 'create',
    help: 'create a Gateway, or namespace/name of one that exists',
    when: 'gatewayApi.enabled',
  }),
  'gatewayApi.class': text(rules.dnsSubdomain, {
    default: 'eg',
    help: 'class of the Gateway that is created; eg is that of Envoy Gateway',
    when: 'gatewayApi.enabled',
  }),
  'gatewayApi.namespace': text(rules.dnsLabel, {
    help: "where the gateway's pods run, for the NetworkPolicy",
    derived: "envoy-gateway-system, or with class istio the Gateway's own",
    when: 'gatewayApi.enabled',
  }),
  'gatewayApi.retries': integer(0, 10, {
    default: 2,
    help: 'retries of GET and HEAD',
    when: 'gatewayApi.enabled',
  }),
  'gatewayApi.timeout': text(rules.duration, {
    help: 'whole request, retries included',
    derived: 'http.timeout and gatewayApi.retries',
    when: 'gatewayApi.enabled',
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
