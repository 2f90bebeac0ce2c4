import type { Manifest, Overlay } from '../support/manifests.js'
import type { Fact } from './facts.js'

const podOf = (workload: Manifest): Manifest => workload.spec.template.spec
const containerOf = (workload: Manifest): Manifest => podOf(workload).containers[0]

/** What is said of each workload, with its name before it. */
export function ofWorkloads(
  overlay: Overlay,
  faults: (workload: Manifest, pod: Manifest, container: Manifest) => readonly (string | false)[],
): string[] {
  return overlay.workloads.flatMap((workload) =>
    faults(workload, podOf(workload), containerOf(workload))
      .filter((fault) => fault !== false)
      .map((fault) => `${workload.kind}/${workload.metadata.name}: ${fault}`),
  )
}

/** A finding where a statement does not hold. */
export const unless = (holds: boolean, fault: string): string | false => !holds && fault

const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Facts about the pods of a workload. */
export const podFacts: readonly Fact[] = [
  {
    rule: 'the Cluster Autoscaler may evict the pods, though they have volumes of their own',
    contradictions: (overlay) =>
      overlay.workloads.flatMap(({ kind, metadata, spec }) =>
        spec.template.metadata.annotations?.['cluster-autoscaler.kubernetes.io/safe-to-evict'] === 'true'
          ? []
          : [`${kind}/${metadata.name} keeps its node for ever`],
      ),
  },
  {
    rule: 'the pod and the container state the same user, which is the image’s, and all of the restricted profile',
    contradictions: (overlay) => {
      const [, user, group] = /^USER (\d+):(\d+)$/m.exec(overlay.read('Dockerfile')) ?? []
      return [
        ...(user === undefined ? ['the Dockerfile has no numeric USER'] : []),
        ...ofWorkloads(overlay, (_, pod, container) => [
          ...[pod.securityContext ?? {}, container.securityContext ?? {}].flatMap((context) => [
            unless(context.runAsNonRoot === true, 'may run as root'),
            unless(String(context.runAsUser) === user, `runs as ${context.runAsUser}, the image as ${user}`),
            unless(String(context.runAsGroup) === group, `runs in group ${context.runAsGroup}, the image in ${group}`),
            unless(context.seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile'),
          ]),
          unless(container.securityContext?.privileged === false, 'does not refuse to be privileged'),
          unless(String(pod.securityContext?.fsGroup) === group, 'volumes belong to another group'),
          unless(pod.securityContext?.fsGroupChangePolicy === 'OnRootMismatch', 'every start changes every owner'),
        ]),
      ]
    },
  },
  {
    rule: 'nothing but its own rights: no token in the account either',
    contradictions: (overlay) =>
      overlay
        .all('ServiceAccount')
        .filter((account) => account.automountServiceAccountToken !== false)
        .map(({ metadata }) => `ServiceAccount/${metadata.name} mounts its token`),
  },
  {
    rule: 'every volume is mounted where the program looks for it, and what it only reads can’t be written',
    contradictions: (overlay) =>
      ofWorkloads(overlay, (workload, pod, container) => {
        const mounts = new Map(container.volumeMounts.map((mount: Manifest) => [mount.name, mount]))
        const mountOf = (name: string): Manifest => mounts.get(name) ?? {}
        const volumes: Manifest[] = pod.volumes ?? []
        const claims = (workload.spec.volumeClaimTemplates ?? []).map(({ metadata }: Manifest) => metadata.name)
        const env = new Map(container.env.map(({ name, value }: Manifest) => [name, value]))
        const file = container.args?.[1]
        const maps = new Map(
          overlay.all('ConfigMap').map(({ metadata, data }) => [metadata.name, Object.keys(data ?? {})]),
        )
        return [
          ...[...volumes.map(({ name }) => name), ...claims].map((name) =>
            unless(mounts.has(name), `volume ${name} is mounted nowhere`),
          ),
          ...volumes.flatMap(({ name, secret, configMap, emptyDir }) => [
            (secret ?? configMap) !== undefined && unless(mountOf(name).readOnly === true, `${name} can be written`),
            secret !== undefined && unless(secret.defaultMode === 0o400, `${name} can be read by others`),
            secret !== undefined &&
              unless(
                mountOf(name).mountPath === env.get('CREDENTIALS_DIR'),
                'credentials are not where they are sought',
              ),
            emptyDir !== undefined &&
              unless(
                ['/tmp', env.get('CONFIG_CACHE_DIR')].includes(mountOf(name).mountPath),
                `${name} is where nobody writes`,
              ),
            configMap !== undefined &&
              unless(
                (maps.get(configMap.name) ?? []).some((key) => `${mountOf(name).mountPath}/${key}` === file),
                `${file} is not a file of ${configMap.name}`,
              ),
          ]),
          unless(
            container.volumeMounts.some(({ mountPath }: Manifest) => mountPath === '/tmp'),
            'no /tmp to write to',
          ),
          unless(
            container.args === undefined || equal(container.args, ['--config', file]),
            `arguments ${container.args}`,
          ),
        ]
      }),
  },
  {
    rule: 'the environment is complete: what the runtime and OpenTelemetry need, and no reference to nothing',
    contradictions: (overlay) => {
      const traced = overlay.read('internal/app/components.go').includes('telemetry.NewTracing')
      return ofWorkloads(overlay, (workload, pod, container) => {
        const env = new Map<string, Manifest>(container.env.map((entry: Manifest) => [entry.name, entry]))
        const value = (name: string): string => env.get(name)?.value ?? ''
        const fields = { POD_NAME: 'metadata.name', POD_NAMESPACE: 'metadata.namespace', NODE_NAME: 'spec.nodeName' }
        const attributes = {
          'k8s.pod.name': '$(POD_NAME)',
          'k8s.namespace.name': '$(POD_NAMESPACE)',
          'k8s.node.name': '$(NODE_NAME)',
        }
        const wanted = [
          'GOMEMLIMIT',
          ...((pod.volumes ?? []).some(({ secret }: Manifest) => secret !== undefined) ? ['CREDENTIALS_DIR'] : []),
        ]
        return [
          ...wanted.map((name) => unless(value(name) !== '', `${name} is missing`)),
          ...container.env.flatMap(({ name, value: text = '' }: Manifest, at: number) =>
            [...text.matchAll(/\$\((\w+)\)/g)].map(([, other]) =>
              unless(
                container.env.slice(0, at).some((entry: Manifest) => entry.name === other),
                `${name} refers to ${other}, which is not set before it`,
              ),
            ),
          ),
          ...Object.entries(fields).map(([name, path]) =>
            unless(!env.has(name) || env.get(name)?.valueFrom?.fieldRef?.fieldPath === path, `${name} is not ${path}`),
          ),
          ...(traced || env.has('OTEL_EXPORTER_OTLP_ENDPOINT') || env.has('OTEL_SERVICE_NAME')
            ? [
                unless(
                  value('OTEL_SERVICE_NAME') === workload.metadata.labels['app.kubernetes.io/name'],
                  `OTEL_SERVICE_NAME ${value('OTEL_SERVICE_NAME')}`,
                ),
                unless(
                  value('OTEL_RESOURCE_ATTRIBUTES') ===
                    Object.entries(attributes)
                      .map((pair) => pair.join('='))
                      .join() +
                      (env.has('REGION') ? ',cloud.region=$(REGION)' : ''),
                  `OTEL_RESOURCE_ATTRIBUTES ${value('OTEL_RESOURCE_ATTRIBUTES')}`,
                ),
                unless(
                  /^https?:\/\/[a-z0-9.-]+:\d+$/.test(value('OTEL_EXPORTER_OTLP_ENDPOINT')),
                  `OTEL_EXPORTER_OTLP_ENDPOINT ${value('OTEL_EXPORTER_OTLP_ENDPOINT')}`,
                ),
                unless(
                  value('OTEL_TRACES_SAMPLER') === 'parentbased_traceidratio',
                  `OTEL_TRACES_SAMPLER ${value('OTEL_TRACES_SAMPLER')}`,
                ),
                unless(
                  /^(0(\.\d+)?|1)$/.test(value('OTEL_TRACES_SAMPLER_ARG')),
                  `OTEL_TRACES_SAMPLER_ARG ${value('OTEL_TRACES_SAMPLER_ARG')}`,
                ),
              ]
            : []),
        ]
      })
    },
  },
  {
    rule: 'a pod that leaves waits first: preStop sleeps for 1 to 30 s',
    contradictions: (overlay) =>
      ofWorkloads(overlay, (_, __, { lifecycle }) => {
        const seconds = lifecycle?.preStop?.sleep?.seconds
        return [unless(seconds >= 1 && seconds <= 30, `preStop sleeps ${seconds} s`)]
      }),
  },
  {
    rule: 'probes: a time-out is within its period, a dead pod goes within two minutes, an unready one within 30 s, a start fits its deadline',
    contradictions: (overlay) =>
      ofWorkloads(overlay, ({ spec }, _, container) => {
        const times = ({ periodSeconds = 10, failureThreshold = 3 }: Manifest) => periodSeconds * failureThreshold
        const { livenessProbe: live, readinessProbe: ready, startupProbe: start } = container
        const deadline = spec.progressDeadlineSeconds
        return [
          ...[live, ready, start]
            .filter(Boolean)
            .map((probe) =>
              unless((probe.timeoutSeconds ?? 1) <= (probe.periodSeconds ?? 10), 'asks again before its time-out'),
            ),
          unless(live === undefined || (times(live) >= 15 && times(live) <= 120), 'liveness is hasty or sleeps'),
          unless(ready === undefined || times(ready) <= 30, 'readiness is slow'),
          unless(
            start === undefined || deadline === undefined || times(start) < deadline - (spec.minReadySeconds ?? 0),
            `a start of ${start && times(start)} s does not fit ${deadline} s`,
          ),
          unless(start === undefined || times(start) <= 600, 'a start may take for ever'),
          unless((spec.minReadySeconds ?? 0) <= 60, 'every pod holds the rollout up'),
          unless(deadline === undefined || (spec.minReadySeconds ?? 0) * 2 < deadline, 'no rollout can end in time'),
        ]
      }),
  },
  {
    rule: 'a rollout takes no pod away before the next is ready',
    contradictions: (overlay) =>
      overlay
        .all('Deployment')
        .filter(({ spec }) => spec.strategy?.rollingUpdate?.maxUnavailable !== 0)
        .map(({ metadata }) => `Deployment/${metadata.name} goes below its replicas`),
  },
  {
    rule: 'pods are spread over zones and nodes, counted with the workload’s own selector',
    contradictions: (overlay) =>
      ofWorkloads(overlay, ({ spec }, { affinity, topologySpreadConstraints: spread = [] }) => {
        const apart = (affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
          ({ podAffinityTerm }: Manifest) => podAffinityTerm,
        )
        const alone = spec.replicas === 1 && apart.length === 0 && spread.length === 0
        return alone
          ? []
          : [
              ...[...apart, ...spread].map(({ labelSelector }) =>
                unless(equal(labelSelector?.matchLabels, spec.selector.matchLabels), 'counts other pods'),
              ),
              unless(equal(apart.map(topologyKey), ['kubernetes.io/hostname']), 'pods may share a node'),
              unless(
                equal(spread.map(topologyKey).sort(), ['kubernetes.io/hostname', 'topology.kubernetes.io/zone']),
                'pods may share a zone',
              ),
            ]
      }),
  },
  {
    rule: 'ephemeral storage is requested where it is limited',
    contradictions: (overlay) =>
      ofWorkloads(overlay, (_, __, { resources }) => [
        unless(
          resources.limits?.['ephemeral-storage'] === undefined ||
            resources.requests?.['ephemeral-storage'] !== undefined,
          'its request is its limit',
        ),
      ]),
  },
]

const topologyKey = ({ topologyKey: key }: Manifest): string => key
