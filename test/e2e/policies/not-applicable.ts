/** A built-in check that no policy states. */
export interface Absent {
  readonly name: string
  readonly reason: string
  /** What it looks at, as `apiVersion/kind`; an object of these in the output calls for the policy. */
  readonly objects?: RegExp
}

const openShift = 'OpenShift only'
const ofCluster = 'nothing here has rights in the whole cluster'
const gatewayApi = 'traffic comes in by an Istio Gateway'

export const absent: readonly Absent[] = [
  { name: 'kube-linter/dangling-ingress', reason: gatewayApi, objects: /\/Ingress$/ },
  { name: 'kube-linter/insecure-route-termination', reason: openShift, objects: /^route\.openshift\.io/ },
  { name: 'kube-linter/scc-deny-privileged-container', reason: openShift, objects: /\/SecurityContextConstraints$/ },
  {
    name: 'kube-linter/stackrox-securedcluster-deprecated-fields',
    reason: "StackRox' own",
    objects: /\/SecuredCluster$/,
  },
  {
    name: 'kube-linter/webhook-failure-policy-ignore',
    reason: 'a service brings no admission webhook',
    objects: /WebhookConfiguration$/,
  },
  { name: 'kube-linter/cluster-wide-secrets-access', reason: ofCluster, objects: /\/ClusterRole(Binding)?$/ },
  { name: 'kube-linter/aggregate-to-admin-escalation', reason: ofCluster, objects: /\/ClusterRole$/ },
  { name: 'kube-linter/wildcard-resource-verb-combo', reason: ofCluster, objects: /\/ClusterRole$/ },
  { name: 'kube-linter/schema-validation', reason: 'the strict decoder does it, with the official types' },
  {
    name: 'kube-linter/kube-chainsaw-rbac',
    reason: 'a program of its own; the policies on rights say what it looks for',
  },
  { name: 'kube-linter/image-sha', reason: 'the older name of image-not-pinned-by-digest' },
  { name: 'polaris/tlsSettingsMissing', reason: gatewayApi, objects: /\/Ingress$/ },
  ...['clusterrolePodExecAttach', 'clusterrolebindingPodExecAttach', 'clusterrolebindingClusterAdmin'].map((check) => ({
    name: `polaris/${check}`,
    reason: ofCluster,
    objects: /\/ClusterRole(Binding)?$/,
  })),
  ...[
    'gatewayAllowedRoutesAll',
    'gatewayCrossNamespaceCertificateRef',
    'gatewayInsecureFrontendValidation',
    'gatewayTLSMissing',
    'httpRouteBackendTLSMissing',
    'httpRouteCrossNamespaceBackendRef',
    'httpRouteInsecureListener',
    'httpRouteWildcardOrEmptyHost',
    'kgatewayBackendTLSVerificationDisabled',
  ].map((check) => ({ name: `polaris/${check}`, reason: gatewayApi, objects: /^gateway\.(networking|kgateway)/ })),
]
