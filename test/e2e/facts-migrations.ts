import type { Manifest } from '../support/manifests.js'
import { containerOf, type Fact, mebibytes, podOf, same, selects } from './facts-reading.js'

const hook = 'argocd.argoproj.io/hook'
const wave = 'argocd.argoproj.io/sync-wave'
const native = 'sidecar.istio.io/nativeSidecar'

/** Facts about the Job that moves the schema, which runs before everything that it could lean on. */
export const migrationFacts: readonly Fact[] = [
  {
    rule: 'the migration runs the image, the settings and the secrets of the version that comes',
    contradictions: (overlay) =>
      overlay.all('Job').flatMap((job) => {
        const container = containerOf(job)
        const images = overlay.workloads.map((workload) => containerOf(workload).image)
        const server = overlay.workloads[0] as Manifest
        const ofServer = (name: string) =>
          [...(containerOf(server).env ?? [])].find((variable: Manifest) => variable.name === name)?.value
        const texts = (map: Manifest) => JSON.stringify(map.data)
        const settings = overlay.configMaps.map(texts)
        const flags = container.args.filter((word: string) => word !== 'migrate' && word !== 'up')
        return [
          ...(images.includes(container.image) ? [] : [`it runs ${container.image}, the service ${images}`]),
          ...same('the end of args', container.args.slice(-2), 'the command', ['migrate', 'up']),
          ...same('flags', flags, 'those of the service', containerOf(server).args ?? []),
          ...same('settings', new Set(settings).size, 'those of the service, number', 1),
          ...same(
            'CREDENTIALS_DIR',
            container.env.find(({ name }: Manifest) => name === 'CREDENTIALS_DIR')?.value,
            "the service's",
            ofServer('CREDENTIALS_DIR'),
          ),
          ...same('mounts', mounts(job), 'those of the service', mounts(server, ['config', 'credentials'])),
          ...(overlay.read('internal/app/migrate.go').includes('migrateCommand = "migrate"')
            ? []
            : ['the program has no command migrate']),
        ]
      }),
  },
  {
    rule: 'the migration needs nothing that a first sync makes later',
    contradictions: (overlay) =>
      overlay.all('Job').flatMap((job) => {
        const annotations = job.metadata.annotations ?? {}
        const pod = podOf(job)
        const account = overlay.all('ServiceAccount').find(({ metadata }) => metadata.name === pod.serviceAccountName)
        const maps = [
          ...(pod.volumes ?? []).map(({ configMap }: Manifest) => configMap?.name),
          ...(containerOf(job).envFrom ?? []).map(({ configMapRef }: Manifest) => configMapRef?.name),
        ].filter(Boolean)
        const needed = [account, ...overlay.configMaps.filter(({ metadata }) => maps.includes(metadata.name))]
        const isHook = annotations[hook] !== undefined
        return [
          ...same('number of its ConfigMaps', maps.length, 'wanted', 1),
          ...needed.flatMap((object) =>
            object === undefined
              ? [`no ServiceAccount ${pod.serviceAccountName}`]
              : [
                  ...same(
                    `hook of ${object.kind}`,
                    object.metadata.annotations?.[hook],
                    "the Job's",
                    annotations[hook],
                  ),
                  ...(!isHook || Number(object.metadata.annotations?.[wave]) < Number(annotations[wave] ?? 0)
                    ? []
                    : [`${object.kind} is not before the Job`]),
                ],
          ),
          ...(isHook ? same('hook', annotations[hook], 'wanted', 'PreSync') : []),
        ]
      }),
  },
  {
    rule: 'the migration’s pod is as guarded as the service’s, and says the same of itself',
    contradictions: (overlay) =>
      overlay.all('Job').flatMap((job) => {
        const server = overlay.workloads[0] as Manifest
        const [pod, serving] = [podOf(job), podOf(server)]
        const [container, program] = [containerOf(job), containerOf(server)]
        const secretOf = ({ volumes = [] }: Manifest) =>
          volumes.find(({ name }: Manifest) => name === 'credentials')?.secret
        const limit = mebibytes(container.resources.limits.memory)
        const goLimit = container.env.find(({ name }: Manifest) => name === 'GOMEMLIMIT')?.value
        const { labels, annotations = {} } = job.spec.template.metadata
        const common = ['name', 'part-of', 'managed-by'].map((name) => `app.kubernetes.io/${name}`)
        const serverLabels = server.spec.template.metadata.labels
        const accounts = overlay
          .all('ServiceAccount')
          .filter(({ metadata }) => metadata.name === pod.serviceAccountName)
        const objects = [job, ...accounts]
        const isHook = job.metadata.annotations?.[hook] !== undefined
        const policy = 'argocd.argoproj.io/hook-delete-policy'
        const hooks = overlay.objects.filter(({ metadata }) => metadata.annotations?.[hook] !== undefined)
        const { parallelism, completions, backoffLimit, activeDeadlineSeconds, ttlSecondsAfterFinished } = job.spec
        return [
          ...same('its pod', pod.securityContext, "the service's", serving.securityContext),
          ...same('its container', container.securityContext, "the service's", program.securityContext),
          ...same('its links to Services', pod.enableServiceLinks, "the service's", serving.enableServiceLinks),
          ...same('its Secret', secretOf(pod), "the service's", secretOf(serving)),
          ...container.volumeMounts
            .filter(({ readOnly }: Manifest) => readOnly !== true)
            .map(({ name }: Manifest) => `it may write to ${name}`),
          ...same('GOMEMLIMIT', goLimit, 'nine tenths', `${Math.floor(limit * 0.9)}MiB`),
          ...same('disk asked for', container.resources.requests['ephemeral-storage'] !== undefined, 'wanted', true),
          ...same('grace', pod.terminationGracePeriodSeconds, 'Kubernetes’ own', 30),
          ...common.flatMap((name) => same(name, labels[name], "the service's", serverLabels[name])),
          ...same('instance of its pods', labels['app.kubernetes.io/instance'], 'its name', job.metadata.name),
          ...[labels, ...objects.map(({ metadata }) => metadata.labels)].flatMap((one) =>
            same('component', one?.['app.kubernetes.io/component'], 'wanted', 'migration'),
          ),
          ...same('default container', annotations['kubectl.kubernetes.io/default-container'], 'its', container.name),
          ...same(
            'its proxy',
            annotations[native],
            "the service's",
            server.spec.template.metadata.annotations?.[native],
          ),
          ...(isHook ? same('hooks', hooks.length, 'Job, ServiceAccount and ConfigMap', 3) : []),
          ...hooks.flatMap(({ kind, metadata }) => [
            ...same(`${kind} is replaced`, metadata.annotations[policy], 'before the next', 'BeforeHookCreation'),
            // It is deleted by its name: one with a digest would stay behind with each change of the settings.
            ...same(`name of ${kind}`, metadata.name, 'the same each time', job.metadata.name),
          ]),
          ...same(
            'patience',
            [parallelism, completions, backoffLimit, activeDeadlineSeconds, ttlSecondsAfterFinished],
            'wanted',
            [1, 1, 3, 600, 604_800],
          ),
        ]
      }),
  },
  {
    rule: 'no request and no budget reaches the migration’s pods; the network lets them through like the service’s',
    contradictions: (overlay) =>
      overlay.all('Job').flatMap(({ spec }) => {
        const { labels } = spec.template.metadata
        const taking = [
          ...overlay.all('Service').map((object) => ({ object, selector: object.spec.selector })),
          ...overlay
            .all('PodDisruptionBudget')
            .map((object) => ({ object, selector: object.spec.selector.matchLabels })),
          ...overlay.workloads.map((object) => ({ object, selector: object.spec.selector.matchLabels })),
        ]
        return [
          ...taking
            .filter(({ selector }) => selects(selector, labels))
            .map(({ object }) => `${object.kind}/${object.metadata.name} takes its pods`),
          ...overlay
            .all('NetworkPolicy')
            .filter((policy) => !selects(policy.spec.podSelector.matchLabels, labels))
            .map(() => 'the NetworkPolicy does not know its pods'),
        ]
      }),
  },
]

/** Path by name of what a pod mounts. */
function mounts(workload: Manifest, only?: readonly string[]): Record<string, string> {
  const all: Manifest[] = containerOf(workload).volumeMounts ?? []
  return Object.fromEntries(
    all.filter(({ name }) => only === undefined || only.includes(name)).map(({ name, mountPath }) => [name, mountPath]),
  )
}
