import type { Manifest } from '../support/manifests.js'

interface Exemption {
  readonly finding: RegExp
  /** Why the finding is wrong here. */
  readonly reason: string
  /** The exemption is for these overlays only. */
  readonly holds: (objects: readonly Manifest[]) => boolean
}

const has = (kind: string) => (objects: readonly Manifest[]) => objects.some((object) => object.kind === kind)
const replicasOf = (objects: readonly Manifest[]) =>
  objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet').map(({ spec }) => spec.replicas)

/** What kube-score says about our manifests and we do otherwise. */
export const kubeScoreExemptions: readonly Exemption[] = [
  {
    finding: /ImagePullPolicy is not set to Always$/,
    reason: 'images are named by commit id and never overwritten; Always would make every start depend on the registry',
    holds: () => true,
  },
  {
    finding: /Deployment few replicas$/,
    reason: 'development environments run one pod on purpose',
    holds: (objects) => replicasOf(objects).every((replicas) => replicas === 1),
  },
  {
    finding: /The pod does not have a matching NetworkPolicy$/,
    reason: 'the minimal preset has none; networkPolicy.enabled adds it',
    holds: (objects) => !has('NetworkPolicy')(objects),
  },
  {
    finding: /No matching PodDisruptionBudget was found$/,
    reason: 'the minimal preset has none; pdb.enabled adds it',
    holds: (objects) => !has('PodDisruptionBudget')(objects),
  },
]

/** yamllint's default rules, and where the output differs from them. */
export const yamllintRules = {
  extends: 'default',
  rules: {
    // A comment that says why may be longer than 80 characters; addresses and digests can't be broken.
    'line-length': 'disable',
    // One document a file, as kubectl and Argo CD read them; `---` only stands between documents.
    'document-start': 'disable',
    // `on:` is a key that GitHub asks for.
    truthy: { 'check-keys': false },
    // Prettier's style, and gofumpt's.
    comments: { 'min-spaces-from-content': 1 },
  },
}
