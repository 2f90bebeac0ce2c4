import { parse as readYaml } from 'yaml'
import type { Manifest, Overlay } from '../support/manifests.js'
import { type Fact, podOf, same } from './facts-reading.js'

const secretSource = 'internal/config/secret.go'
const script = 'scripts/credentials.sh'

/** What the answers say about Secrets, with what they leave out. */
function answersOf(overlay: Overlay): { provider: string; store: string; path: string } {
  const { name, secrets } = readYaml(overlay.read('service.yaml'))
  return { provider: 'kubernetes', store: 'cluster-secrets', path: name, ...secrets }
}

/** The files that the program does not start without, and the admin token, without which nobody changes the log level. */
function wantedFiles(overlay: Overlay): string[] {
  const source = overlay.read(secretSource)
  const files = new Map([...source.matchAll(/^const (\w+) = "(.+)"$/gm)].map(([, constant, file]) => [constant, file]))
  const required = [...source.matchAll(/\{name: (\w+), required: true\}/g)].map(([, constant]) => constant)
  return ['AdminToken', ...required].map((constant = '') => files.get(constant) ?? `no file of ${constant}`)
}

/** The names of the Secrets that pods mount, each once. */
function mountedSecrets(overlay: Overlay): string[] {
  const pods = [...overlay.workloads, ...overlay.all('Job')].map(podOf)
  const names = pods.flatMap(({ volumes = [] }: Manifest) => volumes.map(({ secret }: Manifest) => secret?.secretName))
  return [...new Set<string>(names.filter((name: string | undefined) => name !== undefined))]
}

/** The same object with its keys sorted, at each depth: kustomize sorts them too. */
function inOrder(value: Manifest): Manifest {
  return typeof value !== 'object' || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, item]) => [key, inOrder(item)]),
      )
}

/** Facts about where the Secret comes from. */
export const secretFacts: readonly Fact[] = [
  {
    rule: 'External Secrets writes what pods mount, whole, from the environment’s own key, and never takes it away',
    contradictions: (overlay) => {
      const { provider, store, path } = answersOf(overlay)
      const objects = overlay.all('ExternalSecret')
      const wanted = wantedFiles(overlay).map((file) => ({
        secretKey: file,
        remoteRef: {
          key: `${path}/${overlay.environment}`,
          property: file,
          conversionStrategy: 'Default',
          decodingStrategy: 'None',
          metadataPolicy: 'None',
        },
      }))
      return [
        ...same('number of ExternalSecrets', objects.length, 'wanted', provider === 'external-secrets' ? 1 : 0),
        ...objects.flatMap(({ metadata, spec }) => [
          ...same('what pods mount', mountedSecrets(overlay), 'the target', [spec.target.name]),
          ...same('the object', metadata.name, 'the target', spec.target.name),
          ...same(
            'store',
            inOrder(spec.secretStoreRef),
            'wanted',
            inOrder({ kind: 'ClusterSecretStore', name: store }),
          ),
          ...same('creationPolicy', spec.target.creationPolicy, 'wanted', 'Orphan'),
          ...same('deletionPolicy', spec.target.deletionPolicy, 'wanted', 'Retain'),
          ...same('refreshInterval', spec.refreshInterval, 'what the README says', '1h'),
          ...same('data', spec.data.map(inOrder), 'wanted', wanted.map(inOrder)),
        ]),
      ]
    },
  },
  {
    rule: 'the operators have the ExternalSecret read again, by name, and see no value',
    contradictions: (overlay) => {
      const objects = overlay.all('ExternalSecret')
      if (objects.length === 0) {
        return []
      }
      const rules: Manifest[] = overlay.all('Role').flatMap((role) => role.rules)
      const names = objects.map(({ metadata }) => metadata.name)
      const ofObject = rules.filter(({ resources }) => resources.includes('externalsecrets'))
      const text = overlay.read(script)
      // `get` and `annotate` are what it does as an operator: the rest of it is for whoever may make a namespace.
      const [, rotate = ''] = text.split(/^ {2}rotate\)$/m)
      return [
        ...same('rights', ofObject.map(inOrder), 'what the script does', [
          inOrder({
            apiGroups: ['external-secrets.io'],
            resources: ['externalsecrets'],
            resourceNames: names,
            verbs: ['get', 'patch'],
          }),
        ]),
        ...rules.filter(({ resources }) => resources.includes('secrets')).map(() => 'operators may read the Secret'),
        ...(text.includes(`get externalsecret ${names[0]} `) ? [] : [`the script does not look at ${names[0]}`]),
        ...(/annotate externalsecret (\S+) "force-sync=/.exec(rotate)?.[1] === names[0]
          ? []
          : [`the script does not have ${names[0]} read again`]),
        ...(/\bcreate secret\b|\bpatch secret\b|kind: Secret\b/.test(text) ? ['the script writes the Secret'] : []),
      ]
    },
  },
]
