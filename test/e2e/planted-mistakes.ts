import type { Manifest } from '../support/manifests.js'
import type { Leaf } from './planted-mutants.js'

/** A mistake at a value: everything that it can become; `undefined` takes it out. */
interface LeafMistake {
  readonly mistake: string
  readonly at: RegExp
  readonly kinds?: readonly string[]
  // biome-ignore lint/suspicious/noExplicitAny: a manifest's shape is the thing under test
  readonly change: (value: any, leaf: Leaf) => readonly unknown[]
}

interface ObjectMistake {
  readonly mistake: string
  readonly what: string
  readonly kinds: readonly string[]
  readonly change: (object: Manifest) => void
}

interface FileMistake {
  readonly mistake: string
  readonly file: string
  readonly find: RegExp
  readonly replace: (match: RegExpMatchArray) => string
}

const workloads = ['Deployment', 'StatefulSet', 'Rollout']
const gone = (): readonly unknown[] => [undefined]
const other = (value: unknown): readonly unknown[] => (typeof value === 'string' ? [`${value}x`] : [])
const isScalar = (value: unknown): boolean => typeof value !== 'object'

/** The number plus one, as a number or in a string, whichever it was. */
function next(value: unknown): readonly unknown[] {
  return typeof value === 'number' ? [value + 1] : /^\d+$/.test(String(value)) ? [String(Number(value) + 1)] : []
}

const podSpec = String.raw`^spec\.template\.spec`
const container = String.raw`${podSpec}\.containers\[\d+\]`

export const leafMistakes: readonly LeafMistake[] = [
  {
    mistake: 'a wrong port number',
    at: /(^|\.)(port|number|containerPort|targetPort)$|\.ports\[\d+\]$/,
    change: next,
  },
  {
    mistake: 'a wrong port name',
    at: /(^|\.)(port|targetPort)$|\.ports\[\d+\]\.name$/,
    change: (value, { kind }) =>
      typeof value === 'string' && !/^\d+$/.test(value) && kind !== 'Gateway' ? [`${value}x`] : [],
  },
  {
    mistake: 'a wrong protocol',
    at: /\.protocol$/,
    kinds: ['NetworkPolicy'],
    change: (value) => [value === 'TCP' ? 'UDP' : 'TCP'],
  },
  {
    mistake: 'a whole securityContext that is missing',
    at: new RegExp(`(${podSpec}|${container})\\.securityContext$`),
    change: gone,
  },
  {
    mistake: 'a field of a securityContext that is missing',
    at: /\.securityContext\.(.+)$/,
    change: gone,
  },
  {
    mistake: 'a field of a securityContext that is wrong',
    at: /\.securityContext\.(.+)$/,
    change: (value) =>
      typeof value === 'boolean'
        ? [!value]
        : typeof value === 'number'
          ? [0]
          : value === 'RuntimeDefault'
            ? ['Unconfined']
            : [],
  },
  {
    mistake: 'a token or service links in the pod',
    at: /\.?(automountServiceAccountToken|enableServiceLinks)$/,
    change: (value) => [!value, undefined],
  },
  {
    mistake: 'a wrong label or selector value',
    at: /(labels|matchLabels|selector|podSelector)(\.[^.[]+|\["[^"]+"\])$/,
    change: (value) => (isScalar(value) ? other(value) : []),
  },
  {
    mistake: 'a selector that is missing',
    at: /(^|\.)(selector|podSelector|matchLabels|namespaceSelector|workloadSelector)$/,
    change: gone,
  },
  {
    mistake: 'a wrong name of another object',
    at: /(serviceAccountName|configMap\.name|secretName|scaleTargetRef\.(name|kind)|roleRef\.(name|kind)|subset|\.host|spec\.host|gateways\[\d+\]|\.hosts\[\d+\]|container|credentialName|resourceNames\[\d+\]|templateName|(active|preview)Service|SubsetName|routes\[\d+\]|podTemplateHashValue|fieldRef\.fieldPath|(virtualService|destinationRule)\.name|args\[\d+\]\.name|metrics\[\d+\]\.name|volumeMounts\[\d+\]\.name|volumes\[\d+\]\.name|serviceName|volumeClaimTemplates\[\d+\]\.metadata\.name|sourceLabels\[\d+\]|namespaces\[\d+\])$/,
    change: other,
  },
  { mistake: 'a wrong name or namespace', at: /^metadata\.(name|namespace)$/, change: other },
  {
    mistake: 'a wrong file or path',
    at: /(httpGet\.path|grpc\.service|headers\["?content-type"?\]\.prefix|headers\.content-type\.prefix|args\[\d+\]|mountPath|endpoints\[\d+\]\.path|source\.path|paths\[\d+\])$/,
    change: other,
  },
  {
    mistake: 'resources that are missing',
    at: new RegExp(`${container}\\.resources(\\.(limits|requests)(\\.[a-z-]+)?)?$`),
    change: gone,
  },
  {
    mistake: 'a limit below its request',
    at: new RegExp(`${container}\\.resources\\.limits\\.[a-z-]+$`),
    change: (value) => [/^\d+Mi$/.test(value) ? '1Mi' : '1m'],
  },
  {
    mistake: 'a probe that is missing',
    at: new RegExp(`${container}\\.(livenessProbe|readinessProbe|startupProbe)$`),
    change: gone,
  },
  {
    mistake: 'a number of a probe that breaks it',
    at: /Probe\.(timeoutSeconds|periodSeconds|failureThreshold)$/,
    change: (value, { path }) => [-1, path.endsWith('timeoutSeconds') ? 60 : value * 100],
  },
  {
    mistake: 'a readiness probe that times out before its checks',
    at: /readinessProbe\.timeoutSeconds$/,
    change: () => [1],
  },
  {
    mistake: 'a grace period that is too short',
    at: /terminationGracePeriodSeconds$/,
    change: (value) => [value - 1, 30, 0, undefined].filter((other) => other !== value),
  },
  {
    mistake: 'a preStop hook that is missing or too long',
    at: /\.(lifecycle|preStop|preStop\.sleep\.seconds)$/,
    change: (value) => (typeof value === 'number' ? [value + 1, 60] : [undefined]),
  },
  {
    mistake: 'wrong weights',
    at: /route\[\d+\]\.weight$/,
    change: (value) => [value + 1, 0, undefined].filter((other) => other !== value),
  },
  {
    mistake: 'wrong retries, redirects or tokens of a route',
    at: /(retry\.(attempts|codes\[\d+\])|statusCode|forwardOriginalToken)$/,
    kinds: ['HTTPRoute', 'RequestAuthentication'],
    change: (value) => [typeof value === 'number' ? value + 1 : !value],
  },
  {
    mistake: 'wrong retries or time-outs of the mesh',
    at: /(perTryTimeout|\.timeout|idleTimeout|attempts)$/,
    kinds: ['VirtualService', 'DestinationRule'],
    change: (value, { path }) =>
      typeof value === 'number'
        ? [value * 3]
        : path.endsWith('idleTimeout')
          ? ['2h', '0s']
          : path.endsWith('perTryTimeout')
            ? ['1s', '100s']
            : ['1s'],
  },
  {
    mistake: 'peers that can’t find each other, or are never updated',
    at: /publishNotReadyAddresses$|updateStrategy\.rollingUpdate\.partition$/,
    change: (value) => (typeof value === 'boolean' ? [!value, undefined] : [1]),
  },
  { mistake: 'more than half ejected', at: /maxEjectionPercent$/, change: () => [100, 101] },
  {
    mistake: 'weaker security in the mesh',
    at: /(mtls\.mode|tls\.mode|^spec\.action|tls\.httpsRedirect|minProtocolVersion)$/,
    change: (value) => [
      value === 'STRICT' ? 'PERMISSIVE' : value === 'ALLOW' ? 'AUDIT' : value === true ? false : 'NONE',
    ],
  },
  {
    mistake: 'wrong bounds of the autoscaler',
    at: /(minReplicas|maxReplicas|averageUtilization|stabilizationWindowSeconds)$/,
    change: (_, { path }) =>
      path.endsWith('minReplicas')
        ? [1, 1000]
        : path.endsWith('maxReplicas')
          ? [1]
          : path.endsWith('averageUtilization')
            ? [0, 100]
            : [-1],
  },
  {
    mistake: 'KEDA that scales to none, or blindly',
    at: /^spec\.(minReplicaCount|maxReplicaCount|pollingInterval|fallback\.(replicas|failureThreshold))$/,
    kinds: ['ScaledObject'],
    change: (value, { path }) =>
      path.endsWith('minReplicaCount')
        ? [0, 1000]
        : path.endsWith('maxReplicaCount')
          ? [0]
          : path.endsWith('replicas')
            ? [value - 1]
            : [1, 3600],
  },
  {
    mistake: 'a disruption budget that blocks or allows all',
    at: /^spec\.(maxUnavailable|minAvailable)$/,
    kinds: ['PodDisruptionBudget'],
    change: () => [0, '100%', undefined],
  },
  {
    mistake: 'a rollout that stops serving',
    at: /(strategy|strategy\.type|maxSurge|(rollingUpdate|canary)\.maxUnavailable|progressDeadlineSeconds|minReadySeconds)$/,
    kinds: workloads,
    change: (_, { path }) =>
      path.endsWith('type')
        ? ['Recreate']
        : path.endsWith('maxSurge')
          ? [0]
          : path.endsWith('maxUnavailable')
            ? ['100%']
            : path.endsWith('progressDeadlineSeconds')
              ? [5, 20]
              : path.endsWith('minReadySeconds')
                ? [10_000]
                : [],
  },
  {
    mistake: 'a release that nobody judges, or that judges otherwise',
    at: /(failureLimit|inconclusiveLimit|consecutiveErrorLimit|count|interval|initialDelay|successCondition|failureCondition|query|setWeight|pause\.duration|startingStep|minPodsPerReplicaSet|rollbackWindow\.revisions|[sS]caleDownDelay(Seconds|RevisionLimit)|autoPromotionEnabled|progressDeadlineAbort)$|steps\[\d+\]$/,
    kinds: ['Rollout', 'AnalysisTemplate'],
    change: (value, { path }) =>
      typeof value === 'boolean'
        ? [!value, undefined]
        : typeof value === 'number'
          ? [value * 100 + 1]
          : path.endsWith('query')
            ? [
                value.replace(/\[\d+s\]/, '[1h]'),
                value.replace(/_total|up\{|_bucket/, (name: string) => `x${name}`),
                value.replace(/[.\d]+\s*(?=\))/, '77'),
                value.replaceAll('code=~"5', 'code=~"4').replaceAll('Internal', 'Internol'),
              ].filter((query) => query !== value)
            : /(interval|initialDelay|duration)$/.test(path)
              ? ['7h']
              : typeof value === 'string'
                ? [`!(${value})`, undefined]
                : [undefined],
  },
  {
    mistake: 'wider rights',
    at: /^rules\[\d+\]\.(verbs|resources|apiGroups|resourceNames)$/,
    kinds: ['Role'],
    change: (value, { path }) => (path.endsWith('resourceNames') ? [undefined, []] : [['*'], [...value, '*']]),
  },
  {
    mistake: 'an image that floats',
    at: /\.image$/,
    change: (value: string) => {
      const name = value.replace(/[:@][^/]*$/, '')
      return [name, `${name}:latest`]
    },
  },
  {
    mistake: 'a wrong environment of the program',
    at: /\.env\[\d+\]\.(name|value)$|\.env\[\d+\]\.valueFrom\.fieldRef\.fieldPath$/,
    change: other,
  },
  { mistake: 'a variable that is missing', at: /\.env\[\d+\]$/, change: gone },
  { mistake: 'a volume or mount that is missing', at: /\.(volumes|volumeMounts)\[\d+\]$/, change: gone },
  {
    mistake: 'a volume that is too large or unbounded',
    at: /emptyDir\.sizeLimit$/,
    change: () => ['100Gi', undefined],
  },
  { mistake: 'a Secret that all may read', at: /secret\.defaultMode$/, change: () => [0o644, undefined] },
  { mistake: 'a mount that can be written', at: /volumeMounts\[\d+\]\.readOnly$/, change: () => [false, undefined] },
  {
    mistake: 'pods on one node',
    at: /(podAntiAffinity|topologySpreadConstraints)$|topologyKey$/,
    change: (value) => (typeof value === 'string' ? ['kubernetes.io/hostnames'] : [undefined]),
  },
  {
    mistake: 'a rule of a policy that is missing',
    at: /^spec\.(ingress|egress|rules)\[\d+\]$|^spec\.policyTypes\[\d+\]$/,
    kinds: ['NetworkPolicy', 'AuthorizationPolicy'],
    change: gone,
  },
  {
    mistake: 'a rule of a policy that lets everybody in',
    at: /^spec\.ingress\[\d+\]\.from$|^spec\.(ingress|egress)\[\d+\]\.ports$|^spec\.rules\[\d+\]\.(from|to)$/,
    change: gone,
  },
  {
    mistake: 'a wrong setting of Argo CD',
    at: /^spec\.(project|destination\.(namespace|server)|source\.(repoURL|path|targetRevision)|syncPolicy\.automated\.(prune|selfHeal)|ignoreDifferences\[\d+\](\.(kind|name|group|(jsonPointers|jqPathExpressions)\[\d+\]))?|sourceRepos\[\d+\]|destinations\[\d+\]\.namespace|syncPolicy\.syncOptions\[\d+\])$/,
    kinds: ['Application', 'AppProject'],
    change: (value) =>
      typeof value === 'boolean' ? [!value] : typeof value === 'string' ? [`${value}x`] : [undefined],
  },
  {
    mistake: 'a wrong setting of Argo CD',
    at: /^spec\.(goTemplate|syncPolicy\.preserveResourcesOnDeletion|template\.spec\.syncPolicy\.automated\.(prune|selfHeal)|strategy\.rollingSync\.steps\[\d+\]\.maxUpdate)$/,
    kinds: ['ApplicationSet'],
    change: (value) => (typeof value === 'boolean' ? [!value] : [value + 1]),
  },
  {
    mistake: 'a right of Argo CD that is missing or too wide',
    at: /^spec\.(namespace|cluster)ResourceWhitelist\[\d+\](\.kind)?$/,
    kinds: ['AppProject'],
    change: (value) => (typeof value === 'string' ? ['*', `${value}x`] : [undefined]),
  },
  {
    mistake: 'histograms without the buckets that rules count by',
    at: /^spec\.scrapeClassicHistograms$/,
    change: () => [false, undefined],
  },
  {
    mistake: 'a threshold of the error budget that is another',
    at: /\.rules\[\d+\]\.expr$/,
    kinds: ['PrometheusRule'],
    change: (value: string) => [
      `${value}x`,
      ...(/ratio_rate\d+[mhd]\{[^}]*\} > [\d.]+\n\s+and \S+ratio_rate/.test(value)
        ? [value.replace(/> [\d.]+/, '> 0.5')]
        : []),
    ],
  },
  {
    mistake: 'a namespace without the restricted profile',
    at: /pod-security\.kubernetes\.io\/enforce"\]$/,
    change: () => ['privileged', undefined],
  },
]

export const objectMistakes: readonly ObjectMistake[] = [
  {
    mistake: 'replicas that the autoscaler owns',
    what: 'spec.replicas: 3',
    kinds: workloads,
    change: ({ spec }) => {
      spec.replicas = spec.replicas === undefined ? 3 : undefined
    },
  },
  {
    mistake: 'a privileged pod',
    what: 'hostNetwork, hostPID, hostIPC, a hostPath',
    kinds: workloads,
    change: ({ spec }) => {
      spec.template.spec.hostNetwork = true
      spec.template.spec.hostPID = true
    },
  },
  {
    mistake: 'a key of the ConfigMap that nobody reads',
    what: 'config.yaml: log.levels',
    kinds: ['ConfigMap'],
    change: ({ data }) => {
      for (const [name, text] of Object.entries<string>(data ?? {})) {
        data[name] = text.replace(/\blevel:/, 'levels:')
      }
    },
  },
]

const defaults = 'internal/config/defaults.go'
const grpcDefaults = 'internal/config/grpc.go'

export const fileMistakes: readonly FileMistake[] = [
  ...[defaults, grpcDefaults].flatMap((file): FileMistake[] => [
    {
      mistake: 'a duration in Go that is longer than its budget',
      file,
      // A longer patience with idle connections harms nobody: rule 4 wants it above that of what is in front.
      find: /^\tdefault(?!HTTPIdleTimeout)\w+ += \d+ \* time\.\w+$/gm,
      replace: ([line]) => line.replace(/\d+ \*/, (amount) => `${Number.parseInt(amount, 10) * 20} *`),
    },
    {
      mistake: 'a wrong port in Go',
      file,
      find: /^\tdefault\w+Port += \d+$/gm,
      replace: ([line]) => line.replace(/\d+/, (port) => `${Number(port) + 1}`),
    },
  ]),
  {
    mistake: 'a wrong name for health over gRPC',
    file: 'internal/grpcserver/health.go',
    find: /^\t\w+ += "\w+"$/gm,
    replace: ([line]) => line.replace(/"$/, 'x"'),
  },
  {
    mistake: 'a wrong path in Go',
    file: 'internal/admin/admin.go',
    find: /Path = "\/[a-z]+/g,
    replace: ([text]) => `${text}x`,
  },
  {
    mistake: 'a wrong EXPOSE',
    file: 'Dockerfile',
    find: /^EXPOSE .*$/gm,
    replace: ([line]) => line.replace(/\d+/, (port) => `${Number(port) + 1}`),
  },
  { mistake: 'a wrong USER', file: 'Dockerfile', find: /^USER .*$/gm, replace: () => 'USER root' },
  { mistake: 'a USER that is missing', file: 'Dockerfile', find: /^USER .*\n/gm, replace: () => '' },
  {
    mistake: 'a base image that floats',
    file: 'Dockerfile',
    find: /^FROM .*?@sha256:[0-9a-f]+/gm,
    replace: ([line]) => line.replace(/@.*/, ''),
  },
]
