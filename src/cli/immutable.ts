import { isDeepStrictEqual } from 'node:util'
import { parseAllDocuments } from 'yaml'
import { errorFromFindings, type Finding } from '../errors.js'

/**
 * Fields that an API server never changes once an object is there, by kind: applying another value fails, and so does every
 * release after it. StatefulSet and Deployment: pkg/apis/apps/validation of Kubernetes (ValidateStatefulSetUpdate,
 * ValidateDeploymentUpdate); the controller of a Rollout holds it to the same. A Job is made anew for each release.
 */
const immutable: Readonly<Record<string, readonly string[]>> = {
  StatefulSet: ['serviceName', 'podManagementPolicy', 'selector', 'volumeClaimTemplates'],
  Deployment: ['selector'],
  Rollout: ['selector'],
}

/** What to do about a field, beside making the object anew. */
const ways: Readonly<Record<string, string>> = {
  volumeClaimTemplates:
    'claims that are there keep their size and class: README, "Larger volumes" has the steps by which both follow (a volume never shrinks)',
}

/** A file that is replaced, as it lies on the disk and as it is to be. */
export interface Replaced {
  readonly path: string
  readonly before: string
  readonly after: string
}

/**
 * Refuses manifests that could not be applied over those that they replace.
 * @throws UserError (exit 2) with each field, why, and the way
 */
export function refuseImmutable(files: readonly Replaced[]): void {
  const findings = files.flatMap(({ path, before, after }) => {
    const old = objectsOf(before)
    return [...objectsOf(after)].flatMap(([id, object]) => differences(path, object, old.get(id)))
  })
  if (findings.length > 0) {
    throw errorFromFindings(findings, `${findings.length} fields can't be changed once they are deployed`)
  }
}

type Manifest = Readonly<{ kind: string; metadata: { name: string }; spec?: Readonly<Record<string, unknown>> }>

function differences(path: string, object: Manifest, before: Manifest | undefined): Finding[] {
  const fields = before === undefined ? [] : (immutable[object.kind] ?? [])
  return fields
    .filter((field) => !isDeepStrictEqual(object.spec?.[field], before?.spec?.[field]))
    .map((field) => ({
      code: 'immutable-field',
      where: path,
      message: `spec.${field} of ${object.kind} ${object.metadata.name} would change, and no API server changes it: every later release would be refused`,
      hint: `${ways[field] ?? `delete the ${object.kind} before the next release`}; then, or where nothing is deployed yet, add --recreate`,
    }))
}

function objectsOf(text: string): Map<string, Manifest> {
  const objects = parseAllDocuments(text, { logLevel: 'silent' }).flatMap((document) => {
    const object = document.errors.length === 0 ? (document.toJS() as Manifest | null) : null
    return typeof object?.kind === 'string' && typeof object.metadata?.name === 'string' ? [object] : []
  })
  return new Map(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]))
}
