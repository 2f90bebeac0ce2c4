import fs from 'node:fs'
import path from 'node:path'
import { type Manifest, readYaml } from '../support/manifests.js'
import type { Fact } from './facts.js'
import { syncFacts } from './planted-facts-delivery.js'
import { nameFacts, serviceName } from './planted-facts-names.js'
import { podFacts } from './planted-facts-pods.js'
import { trafficFacts } from './planted-facts-traffic.js'
import { wordFacts } from './planted-facts-words.js'

const appProject = 'deploy/argocd/appproject.yaml'
const defaults = 'internal/config/defaults.go'
const grpcDefaults = 'internal/config/grpc.go'

/** Facts about Argo CD, which deploys the overlay. */
const deliveryFacts: readonly Fact[] = [
  {
    rule: 'Argo CD: the application is the environment’s, in a project that lets it take this repository to this place',
    contradictions: (overlay) => {
      const application: Manifest | undefined = overlay.application
      if (application === undefined || !fs.existsSync(path.join(overlay.project, appProject))) {
        return []
      }
      const project: Manifest = readYaml(overlay.read(appProject))
      const {
        destination,
        source,
        ignoreDifferences = [],
        syncPolicy: { automated } = {} as Manifest,
      } = application.spec
      const known = overlay.objects.map(({ apiVersion, kind, metadata }) =>
        [apiVersion.includes('/') ? apiVersion.split('/')[0] : '', kind, metadata.name].join('/'),
      )
      const isRolling = overlay.applicationSetFile !== undefined
      const at = ({ server, name, namespace }: Manifest): string => `${server ?? name} ${namespace}`
      return [
        ...(`${application.metadata.name}-`.includes(`-${overlay.environment}-`) ? [] : [application.metadata.name]),
        ...[application]
          .filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] !== serviceName(overlay))
          .map(() => 'is labelled as another service'),
        ...[application, project]
          .filter(({ metadata }) => metadata.namespace !== 'argocd')
          .map(({ metadata }) => `in namespace ${metadata.namespace}`),
        ...(project.spec.sourceRepos.includes(source.repoURL)
          ? []
          : [`${source.repoURL} is not among ${project.spec.sourceRepos}`]),
        ...(project.spec.destinations.map(at).includes(at(destination))
          ? []
          : [`${at(destination)} is no destination`]),
        ...(source.repoURL.endsWith('.git') ? [] : [`${source.repoURL} is no repository`]),
        ...ignoreDifferences
          .map(({ group = '', kind, name }: Manifest) => [group, kind, name].join('/'))
          .filter((id: string) => !known.includes(id))
          .map((id: string) => `ignores differences of ${id}, which is not there`),
        // No automation at all is a choice: then somebody syncs by hand. In dev people try things by hand.
        ...(automated === undefined || automated.prune === true ? [] : ['what leaves Git stays']),
        ...(automated === undefined || automated.selfHeal === true || overlay.environment === 'dev' || isRolling
          ? []
          : ['what was changed by hand stays']),
        // The strategy turns automated syncs off: to promise more would be a lie.
        ...(isRolling && automated?.selfHeal === true
          ? ['an ApplicationSet that heals, which RollingSync never does']
          : []),
      ]
    },
  },
  {
    rule: 'reading a header takes no longer than reading a request, and that no longer than handling it; idle connections and answers about health are kept briefly',
    contradictions: (overlay) => {
      const ports: Manifest[] = overlay.workloads[0].spec.template.spec.containers[0].ports
      const serves = (name: string): boolean => ports.some((port) => port.name === name)
      const source = [defaults, ...(serves('grpc') ? [grpcDefaults] : [])].map((file) => overlay.read(file)).join('\n')
      const of = (name: string): number => {
        const [, amount, unit] = new RegExp(`\\bdefault${name}\\s*=\\s*(\\d+) \\* time\\.(\\w+)`).exec(source) ?? []
        return Number(amount) * (unit === 'Minute' ? 60 : unit === 'Millisecond' ? 0.001 : 1)
      }
      const periods = overlay.workloads.flatMap((workload) => {
        const { livenessProbe, readinessProbe, startupProbe } = workload.spec.template.spec.containers[0]
        return [livenessProbe, readinessProbe, startupProbe].filter(Boolean).map(({ periodSeconds }) => periodSeconds)
      })
      return [
        ...(!serves('http') || of('HTTPReadHeaderTimeout') <= of('HTTPReadTimeout')
          ? []
          : ['headers may take longer than requests']),
        ...(!serves('http') || of('HTTPReadTimeout') <= of('HTTPTimeout')
          ? []
          : ['reading may take longer than handling']),
        ...(!serves('http') || of('HTTPIdleTimeout') <= 2 * 3600 ? [] : ['idle connections are kept for ever']),
        ...(!serves('grpc') || (of('GRPCIdleTimeout') <= 600 && of('GRPCMaxConnectionAge') <= 900)
          ? []
          : ['connections of gRPC are kept for ever']),
        ...(periods.every((period) => of('HealthCheckCache') < period)
          ? []
          : ['a probe gets the answer of the last one']),
      ]
    },
  },
]

/** What service.yaml asks for and nothing else in the project repeats. */
const answerFacts: readonly Fact[] = [
  {
    rule: 'what service.yaml asks for is there: a disruption budget for more than one pod, the volume at its path',
    contradictions: (overlay) => {
      const answers: Manifest = readYaml(overlay.read('service.yaml'))
      const several =
        overlay.one('HorizontalPodAutoscaler') !== undefined || overlay.workloads.some(({ spec }) => spec.replicas > 1)
      const wanted = answers.pdb?.enabled ?? answers.preset !== 'minimal'
      const at = answers.workload?.volume?.path ?? '/data'
      return [
        ...(several && wanted && overlay.one('PodDisruptionBudget') === undefined ? ['no PodDisruptionBudget'] : []),
        ...overlay
          .all('StatefulSet')
          .flatMap(({ spec }) =>
            (spec.volumeClaimTemplates ?? []).flatMap(({ metadata }: Manifest) =>
              spec.template.spec.containers[0].volumeMounts
                .filter(({ name, mountPath }: Manifest) => name === metadata.name && mountPath !== at)
                .map(({ mountPath }: Manifest) => `the volume is at ${mountPath}, and ${at} was asked for`),
            ),
          ),
      ]
    },
  },
]

/** What KEDA and people find by labels and annotations, and no selector does. */
const wordsOfControllers: readonly Fact[] = [
  {
    rule: 'the volume’s claims have the labels of the service, and KEDA takes over an autoscaler of its name',
    contradictions: (overlay) => [
      ...overlay
        .all('StatefulSet')
        .flatMap(({ spec }) =>
          (spec.volumeClaimTemplates ?? []).flatMap(({ metadata }: Manifest) =>
            ['name', 'instance']
              .filter((word) => metadata.labels?.[`app.kubernetes.io/${word}`] !== overlay.name)
              .map((word) => `the ${word} of the volume ${metadata.name} is not the service's`),
          ),
        ),
      ...overlay
        .all('ScaledObject')
        .filter(({ metadata }) => metadata.annotations?.['scaledobject.keda.sh/transfer-hpa-ownership'] !== 'true')
        .map(({ metadata }) => `KEDA refuses ${metadata.name} where an autoscaler is there already`),
    ],
  },
]

/** Facts that planted mistakes asked for, beside those of facts.ts. */
export const plantedFacts: readonly Fact[] = [
  ...podFacts,
  ...nameFacts,
  ...trafficFacts,
  ...wordFacts,
  ...deliveryFacts,
  ...syncFacts,
  ...answerFacts,
  ...wordsOfControllers,
]
