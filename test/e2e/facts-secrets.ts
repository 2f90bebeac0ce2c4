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

/** The one rule of the operators on an object that the Secret follows, which is the only way in that they have. */
function rightsContradict(overlay: Overlay, object: Manifest, verbs: readonly string[]): string[] {
  const rules: Manifest[] = overlay.all('Role').flatMap((role) => role.rules)
  const resource = `${object.kind.toLowerCase()}s`
  const rule = { apiGroups: [object.apiVersion.split('/')[0]], resources: [resource], verbs }
  return [
    ...same(
      'rights',
      rules.filter(({ resources }) => resources.includes(resource)).map(inOrder),
      'what the script does',
      [inOrder({ ...rule, resourceNames: [object.metadata.name] })],
    ),
    ...rules.filter(({ resources }) => resources.includes('secrets')).map(() => 'operators may read the Secret'),
  ]
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
          key: `${path}/${overlay.base}`,
          property: file,
          conversionStrategy: 'Default',
          decodingStrategy: 'None',
          metadataPolicy: 'None',
          nullBytePolicy: 'Fail',
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
    contradictions: (overlay) =>
      overlay.all('ExternalSecret').flatMap((object) => {
        const { name } = object.metadata
        const text = overlay.read(script)
        // The rest of the script is for whoever may make a namespace.
        const [, rotate = ''] = text.split(/^ {2}rotate\)$/m)
        return [
          ...rightsContradict(overlay, object, ['get', 'patch']),
          ...(text.includes(`get externalsecret ${name} `) ? [] : [`the script does not look at ${name}`]),
          ...(/annotate externalsecret (\S+) "force-sync=/.exec(rotate)?.[1] === name
            ? []
            : [`the script does not have ${name} read again`]),
          ...(/\bcreate secret\b|\bpatch secret\b|kind: Secret\b/.test(text) ? ['the script writes the Secret'] : []),
        ]
      }),
  },
  {
    rule: 'Sealed Secrets writes what pods mount, and the script seals what the program reads, for this name alone',
    contradictions: (overlay) => {
      const isSealed = answersOf(overlay).provider === 'sealed-secrets'
      const objects = overlay.all('SealedSecret')
      const text = overlay.read(script)
      return [
        ...same('number of SealedSecrets', objects.length, 'wanted', isSealed ? 1 : 0),
        ...objects.flatMap((object) => {
          const { metadata, spec } = object
          const { name, namespace, annotations } = spec.template.metadata
          const [, rotate = ''] = text.split(/^ {2}rotate\)$/m)
          const wanted = wantedFiles(overlay)
          return [
            ...same('what pods mount', mountedSecrets(overlay), 'the object', [metadata.name]),
            ...same('the Secret', `${namespace}/${name}`, 'the object', `${metadata.namespace}/${metadata.name}`),
            ...same('type', spec.template.type, 'wanted', 'Opaque'),
            ...same('annotations', annotations, 'wanted', {
              'sealedsecrets.bitnami.com/managed': 'true',
              'sealedsecrets.bitnami.com/skip-set-owner-references': 'true',
            }),
            // Only people seal: a new project has nothing that could be opened.
            ...same('encryptedData', spec.encryptedData, 'that of a new project', {}),
            ...(text.includes(`name: ${metadata.name}\\n`) ? [] : ['the script seals another name']),
            ...wanted.flatMap((file) => [
              ...(new RegExp(`^ {2}entry ${file} `, 'm').test(text) ? [] : [`${file} is never sealed`]),
              ...(rotate.includes(`      ${file}) data="$(entry ${file} `) ? [] : [`${file} is never rotated`]),
            ]),
            ...(text.match(/kubeseal --format yaml --scope strict/g)?.length === 2 ? [] : ['the scope is not strict']),
            ...rightsContradict(overlay, object, ['get', 'list', 'watch', 'patch']),
          ]
        }),
      ]
    },
  },
]
