import { parse as readYaml } from 'yaml'
import type { Overlay } from '../support/manifests.js'
import { type Fact, goNumber, numberIn } from './facts-reading.js'

/** The data stores there can be, with the names that Go gives them. */
const kinds = [
  { name: 'postgres', field: 'Postgres' },
  { name: 'mysql', field: 'MySQL' },
  { name: 'redis', field: 'Redis' },
] as const

const chosen = (overlay: Overlay) => {
  const answers = readYaml(overlay.read('service.yaml'))
  return kinds
    .filter(({ name }) => answers[name]?.enabled === true)
    .map((kind) => ({ ...kind, answers: answers[kind.name] }))
}

/** Facts about data stores. */
export const storeFacts: readonly Fact[] = [
  {
    id: '10',
    rule: 'all pods that can exist, each with its pool and its check, stay below what the server grants',
    contradictions: (overlay) =>
      chosen(overlay).flatMap(({ name, field, answers }) => {
        const source = overlay.read(`internal/config/${name}.go`)
        const pool = goNumber(source, `default${field}PoolSize`)
        const counts = overlay.workloads.map(({ kind, metadata, spec }) => {
          const scaler = overlay
            .all('HorizontalPodAutoscaler', 'ScaledObject')
            .find(({ spec: { scaleTargetRef } }) => scaleTargetRef.name === metadata.name)
          const { canary, blueGreen, rollingUpdate } = spec.strategy ?? {}
          // Two whole versions beside each other, or one pod more.
          const whole = blueGreen !== undefined || canary?.trafficRouting !== undefined ? 2 : 1
          const surge = kind === 'StatefulSet' || whole === 2 ? 0 : (rollingUpdate ?? canary).maxSurge
          const replicas = scaler?.spec.maxReplicas ?? scaler?.spec.maxReplicaCount ?? spec.replicas
          // While one pod becomes ready after the other, those that they replace take their time to end.
          const grace = spec.template.spec.terminationGracePeriodSeconds
          const ending = surge === 0 ? 0 : Math.min(replicas, Math.ceil(grace / spec.minReadySeconds))
          return { standing: replicas * whole + surge, ending }
        })
        // Of two workloads a release replaces one.
        const pods =
          counts.reduce((sum, { standing }) => sum + standing, 0) + Math.max(...counts.map(({ ending }) => ending))
        // Five for the migration and for an operator.
        const needed = pods * (pool + 1) + 5
        const granted = answers.connections ?? 100
        const told = numberIn(source, /the server grants (\d+)/, /服务器允许\s*(\d+)/)
        return [
          ...(needed <= granted
            ? []
            : [`${pods} pods need ${needed} connections of ${name}, and it grants ${granted}`]),
          ...(told === granted ? [] : [`the comment of ${name} tells of ${told} connections, not ${granted}`]),
        ]
      }),
  },
  {
    rule: 'each data store has a check behind readiness, a password in the Secret and an address in the settings',
    contradictions: (overlay) =>
      chosen(overlay).flatMap(({ name }) => {
        const app = overlay.read('internal/app/components.go')
        const secret = readYaml(overlay.read('deploy/secrets/credentials.example.yaml')).stringData
        const script = overlay.read('scripts/credentials.sh')
        const source = overlay.read('internal/config/secret.go')
        const settings = JSON.stringify(overlay.configMaps.map(({ data }) => data))
        const holds = [
          [app.includes(`checks.Register(${name}.Name, ${name}Store.Check)`), 'no check'],
          [app.includes(`{name: ${name}.Name,`), 'it is never closed'],
          [secret[`${name}-password`] === 'CHANGE-ME', 'the example of the Secret has no placeholder of its password'],
          [
            // External Secrets has it from the store; see facts-secrets.ts.
            overlay.one('ExternalSecret') !== undefined ||
              script.split(`entry ${name}-password ask ${name}-password`).length === 3,
            'the script does not ask for its password',
          ],
          [source.includes(`= "${name}-password"`), 'the program reads another password'],
          [
            new RegExp(`${name}:\\\\n|${name.toUpperCase()}_HOST`).test(settings),
            'the settings do not say where it is',
          ],
        ] as const
        return holds.filter(([held]) => !held).map(([, fault]) => `${name}: ${fault}`)
      }),
  },
]
