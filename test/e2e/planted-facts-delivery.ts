import fs from 'node:fs'
import path from 'node:path'
import { type Manifest, type Overlay, readYaml } from '../support/manifests.js'
import type { Fact } from './facts.js'
import { meshOf } from './facts-routes.js'
import { ofWorkloads, unless } from './planted-facts-pods.js'

/** The last of the environments is production: its Application is the one without a finalizer. */
function isProduction(overlay: Overlay): boolean {
  return overlay.namespace.metadata.name === serviceNamespace(overlay)
}

/** The namespace that the others' are made of, by their environment. */
function serviceNamespace(overlay: Overlay): string {
  return namespacesOf(overlay).sort((a, b) => a.length - b.length)[0] ?? ''
}

function namespacesOf(overlay: Overlay): string[] {
  return fs
    .readdirSync(path.join(overlay.project, 'deploy/overlays'))
    .map((name) => readYaml(overlay.read(`deploy/overlays/${name}/kustomization.yaml`)).namespace as string)
}

/** The branch that the pipeline commits to, when there is one. */
function releaseBranch(overlay: Overlay): string | undefined {
  const file = '.github/workflows/release.yaml'
  return fs.existsSync(path.join(overlay.project, file)) ? readYaml(overlay.read(file)).on.push.branches[0] : undefined
}

/** Facts about how Argo CD syncs and what operators may do: a field that is missing there is sound to every schema. */
export const syncFacts: readonly Fact[] = [
  {
    rule: 'Argo CD: fields have owners, what is shared is an error, the old goes last, a failed sync is tried again',
    contradictions: (overlay) => {
      const { application } = overlay
      if (application === undefined) {
        return []
      }
      const { ignoreDifferences = [], syncPolicy = {}, source } = application.spec
      const options: readonly string[] = syncPolicy.syncOptions ?? []
      const wanted = [
        'ServerSideApply=true',
        'FailOnSharedResource=true',
        'PruneLast=true',
        // Without it the replicas are only not shown: a sync still sets them.
        // Of lists it would keep all that is live; facts-rollouts.ts has what stands in its place.
        ...(ignoreDifferences.length > 0 &&
        !ignoreDifferences.some(({ jqPathExpressions }: Manifest) => jqPathExpressions)
          ? ['RespectIgnoreDifferences=true']
          : []),
      ]
      const { limit = 0 } = syncPolicy.retry ?? {}
      const branch = releaseBranch(overlay)
      return [
        ...wanted.filter((option) => !options.includes(option)).map((option) => `without ${option}`),
        ...(limit > 0 ? [] : ['a sync that failed is not tried again']),
        ...(branch === undefined || source.targetRevision === branch
          ? []
          : [`follows ${source.targetRevision}, and the pipeline commits to ${branch}`]),
      ]
    },
  },
  {
    rule: 'Argo CD: deleting an application deletes what it deployed, and never production or a namespace',
    contradictions: (overlay) => {
      const { application } = overlay
      if (application === undefined) {
        return []
      }
      const finalizers: readonly string[] = application.metadata.finalizers ?? []
      // No application holds one that is shared, so none deletes it.
      const namespace = overlay.one('Namespace')
      if (namespace === undefined) {
        const allowed = readYaml(overlay.read('deploy/argocd/appproject.yaml')).spec.clusterResourceWhitelist ?? []
        return allowed.length === 0 ? [] : ['the project may change a namespace that others share']
      }
      const options: string = namespace.metadata.annotations?.['argocd.argoproj.io/sync-options'] ?? ''
      return [
        ...((finalizers.length === 0) === isProduction(overlay) ? [] : [`finalizers: ${finalizers.join() || 'none'}`]),
        ...['Prune=false', 'Delete=false']
          .filter((option) => !options.split(',').includes(option))
          .map((option) => `the namespace is without ${option}`),
      ]
    },
  },
  {
    rule: 'the group of operators can do what scripts/credentials.sh does, and the Secret’s key is the one that is read',
    contradictions: (overlay) => {
      const rules: Manifest[] = overlay.all('Role').flatMap((role) => role.rules)
      const may = (resource: string) =>
        rules.filter(({ resources }) => resources.includes(resource)).flatMap(({ verbs }) => verbs as string[])
      const kinds = overlay.workloads.map(({ kind }) => `${String(kind).toLowerCase()}s`)
      const needs: [string, string][] = [
        // Where an operator of the cluster writes the Secret, people change what it follows; facts-secrets.ts has the rest.
        ...['get', 'patch'].map((verb): [string, string] => [
          overlay.one('ExternalSecret') !== undefined
            ? 'externalsecrets'
            : overlay.one('SealedSecret') !== undefined
              ? 'sealedsecrets'
              : 'secrets',
          verb,
        ]),
        // `rollout restart` patches, `rollout status` lists and watches.
        ...kinds.flatMap((kind) => ['get', 'list', 'watch', 'patch'].map((verb): [string, string] => [kind, verb])),
      ]
      const inGo = /AdminToken = "(.+)"/.exec(overlay.read('internal/config/secret.go'))?.[1]
      const keys = Object.keys(readYaml(overlay.read('deploy/secrets/credentials.example.yaml')).stringData)
      return [
        ...needs.filter(([what, verb]) => !may(what).includes(verb)).map(([what, verb]) => `may not ${verb} ${what}`),
        ...overlay
          .all('RoleBinding')
          .flatMap(({ subjects }) => subjects)
          .filter(({ kind }: Manifest) => kind !== 'Group')
          .map(({ kind, name }: Manifest) => `${name} is a ${kind}`),
        ...(inGo !== undefined && keys.includes(inGo) ? [] : [`the Secret has ${keys}, the program reads ${inGo}`]),
      ]
    },
  },
  {
    rule: 'each probe asks its own question: live, ready, started',
    contradictions: (overlay) => {
      const admin = overlay.read('internal/admin/admin.go')
      const served = (name: string) => new RegExp(`^\\s+${name}Path = "(.+)"$`, 'm').exec(admin)?.[1]
      return ofWorkloads(overlay, (_, __, container) =>
        [
          ['livenessProbe', 'live'],
          ['readinessProbe', 'ready'],
          ['startupProbe', 'startup'],
        ].map(([probe = '', name = '']) =>
          unless(
            // Asked over gRPC, the paths are for people: those that the README tells them.
            container[probe]?.grpc !== undefined
              ? overlay.read('README.md').includes(`\`${served(name)}\``)
              : container[probe] === undefined || container[probe].httpGet?.path === served(name),
            `${probe} asks ${container[probe]?.httpGet?.path}, and ${served(name)} answers it`,
          ),
        ),
      )
    },
  },
  {
    rule: 'the share of traces and the log level are loud where people develop, and quiet in production',
    contradictions: (overlay) => {
      if (!isProduction(overlay) || namespacesOf(overlay).length === 1) {
        return []
      }
      const level = overlay.configMaps
        .flatMap(({ data }) => Object.values<string>(data ?? {}))
        .filter((text) => /\b(debug)\b/.test(text))
      return ofWorkloads(overlay, (_, __, { env }) => {
        const share = env.find(({ name }: Manifest) => name === 'OTEL_TRACES_SAMPLER_ARG')?.value
        return [
          unless(level.length === 0, 'production logs at debug'),
          unless(share === undefined || Number(share) < 1, `production records ${share} of all traces`),
        ]
      })
    },
  },
  {
    rule: 'reflection tells the methods of gRPC everywhere but in production',
    contradictions: (overlay) => {
      const serves = overlay.workloads.some((workload) =>
        workload.spec.template.spec.containers[0].ports.some(({ name }: Manifest) => name === 'grpc'),
      )
      const told = overlay.configMaps
        .flatMap(({ data }) => Object.entries<string>(data ?? {}))
        .some(([name, text]) => (name === 'GRPC_REFLECTION' ? text === 'true' : /^ {2}reflection: true$/m.test(text)))
      const only = namespacesOf(overlay).length === 1
      return told === (serves && !isProduction(overlay)) || (only && !told) ? [] : [`reflection: ${told}`]
    },
  },
  {
    rule: 'the mesh repeats only what may be repeated: reads after they were sent, writes never',
    contradictions: (overlay) =>
      overlay
        .all('VirtualService')
        .flatMap(({ spec }) => spec.http)
        .flatMap(({ name, match, retries = {} }: Manifest) => {
          const methods: string[] = (match ?? []).map(({ method }: Manifest) => method?.exact)
          const reads = methods.length > 0 && methods.every((method) => ['GET', 'HEAD'].includes(method))
          const unsent = ['connect-failure', 'refused-stream']
          const conditions: string[] = retries.attempts > 0 ? `${retries.retryOn}`.split(',') : []
          return reads
            ? []
            : conditions
                .filter((condition) => !unsent.includes(condition))
                .map((condition) => `${name} of ${methods.join() || 'any method'} is repeated on ${condition}`)
        }),
  },
  {
    rule: 'without an identity one may only read the metrics; the admin port takes plain text, so that it can be scraped',
    contradictions: (overlay) => {
      const admin = overlay.workloads[0]?.spec.template.spec.containers[0].ports.find(
        ({ name }: Manifest) => name === 'admin',
      )?.containerPort
      return [
        ...overlay
          .all('AuthorizationPolicy')
          .flatMap(({ spec }) => spec.rules as Manifest[])
          .flatMap(({ to = [] }) => to)
          .filter(({ operation }: Manifest) => operation.ports?.includes(`${admin}`))
          // Where connections are judged and not requests, there is no method and no path.
          .filter(({ operation }: Manifest) => !(meshOf(overlay).ambient && Object.keys(operation).length === 1))
          .filter(
            ({ operation }: Manifest) =>
              `${operation.methods}` !== 'GET' || !['/metrics', ''].includes(`${operation.paths ?? '*'}`),
          )
          .map(({ operation }: Manifest) => `open to all: ${operation.methods} ${operation.paths ?? 'any path'}`),
        ...overlay
          .all('PeerAuthentication')
          .filter(({ spec }) => spec.portLevelMtls?.[`${admin}`]?.mode !== 'PERMISSIVE')
          .map(() => 'who scrapes needs an identity in the mesh'),
      ]
    },
  },
  {
    rule: 'words of schemas that are sound and wrong here: pods schedule anyhow, drains and scaling go on, the mesh gives up',
    contradictions: (overlay) => [
      ...ofWorkloads(overlay, (_, pod, container) => {
        const job: Manifest | undefined = overlay.one('Job')?.spec.template.spec
        const mounted = [pod, job ?? {}].flatMap(({ volumes = [] }: Manifest) =>
          volumes.flatMap(({ configMap }: Manifest) => configMap?.name ?? []),
        )
        const given = [container, job?.containers[0] ?? {}].flatMap(({ envFrom = [] }: Manifest) =>
          envFrom.flatMap(({ configMapRef }: Manifest) => configMapRef?.name ?? []),
        )
        return [
          ...(pod.topologySpreadConstraints ?? []).map(({ whenUnsatisfiable: otherwise }: Manifest) =>
            unless(otherwise === 'ScheduleAnyway', `a lost zone leaves pods pending: ${otherwise}`),
          ),
          ...overlay.configMaps.map(({ metadata: { name } }) =>
            unless([...mounted, ...given].includes(name), `no pod gets ${name}`),
          ),
        ]
      }),
      ...overlay
        .all('PodDisruptionBudget')
        .filter(({ spec }) => spec.unhealthyPodEvictionPolicy !== 'AlwaysAllow')
        .map(() => 'a pod that is not ready holds up the drain of its node'),
      ...overlay
        .all('HorizontalPodAutoscaler')
        .flatMap(({ spec }) => Object.entries<Manifest>(spec.behavior ?? {}))
        .filter(([, { selectPolicy }]) => selectPolicy === 'Disabled')
        .map(([name]) => `${name} is off`),
      ...overlay
        .all('HorizontalPodAutoscaler')
        .flatMap(({ spec }) => spec.metrics)
        .filter(({ resource }: Manifest) => resource !== undefined && !['cpu', 'memory'].includes(resource.name))
        .map(({ resource }: Manifest) => `nobody measures ${resource.name}`),
      ...overlay.all('ServiceMonitor').flatMap(({ spec }) =>
        spec.endpoints
          // Two samples in any minute, for a rate over the shortest window of an alert.
          .filter(
            ({ interval, scrapeTimeout }: Manifest) => !(time(interval) <= 30 && time(scrapeTimeout) < time(interval)),
          )
          .map(({ interval, scrapeTimeout }: Manifest) => `scrapes every ${interval}, for ${scrapeTimeout}`),
      ),
      ...overlay
        .all('DestinationRule')
        .flatMap(({ spec: { trafficPolicy } }) => [
          ...(trafficPolicy.loadBalancer?.simple === 'LEAST_REQUEST' ? [] : ['the mesh does not look who is busy']),
          ...(time(trafficPolicy.connectionPool.tcp.connectTimeout) <= 5 ? [] : ['a pod that is gone is waited for']),
        ]),
    ],
  },
]

/** Seconds of a duration of one unit. */
const time = (text: string): number =>
  Number.parseFloat(text) * (text.endsWith('ms') ? 0.001 : text.endsWith('m') ? 60 : 1)
