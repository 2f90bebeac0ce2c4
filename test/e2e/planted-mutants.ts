import fs from 'node:fs'
import path from 'node:path'
import { stringify } from 'yaml'
import { type Manifest, Overlay, readYaml } from '../support/manifests.js'
import { filesBelow } from '../support/project.js'
import { misspeltKeys } from './misspell.js'
import { fileMistakes, leafMistakes, objectMistakes } from './planted-mistakes.js'
import { tuning } from './planted-tuning.js'

/** One mistake in one place of what was rendered. */
export interface Mutant {
  /** The kind of mistake, a test each. */
  readonly mistake: string
  /** Where and what: `Deployment/orders spec.replicas: 3 → 4`. */
  readonly what: string
  /** The value that is changed: `Deployment spec.replicas`; none for keys and for files. */
  readonly place?: string
  /** The overlay with it. */
  readonly overlay: Overlay
  /** The document with it, for judges of documents; none when a whole object is gone or the file is no manifest. */
  readonly document?: string
}

/** An overlay of other objects, or beside other files. */
class Planted extends Overlay {
  override readonly objects: readonly Manifest[]

  constructor(
    private readonly sound: Overlay,
    objects: readonly Manifest[] = sound.objects,
    private readonly files: ReadonlyMap<string, string> = new Map(),
  ) {
    super(sound.project, sound.environment, '')
    this.objects = objects
  }

  override read(file: string): string {
    return this.files.get(file) ?? this.sound.read(file)
  }
}

/** Every mistake of the tables, in every place of an overlay and of the files beside it. */
export function mutantsOf(sound: Overlay): Mutant[] {
  return [...inObjects(sound), ...inArgo(sound), ...inFiles(sound)]
}

function inObjects(sound: Overlay): Mutant[] {
  return sound.objects.flatMap((object, at) => {
    const title = titleOf(object)
    const planted = (
      mistake: string,
      what: string,
      changed: Manifest | undefined,
      document = changed === undefined ? undefined : stringify(changed),
    ): Mutant => ({
      mistake,
      what: `${title} ${what}`,
      overlay: new Planted(
        sound,
        changed === undefined ? sound.objects.toSpliced(at, 1) : sound.objects.with(at, changed),
      ),
      ...(document === undefined ? {} : { document }),
    })
    return [
      ...misspeltKeys(stringify(object)).map(({ path: where, text, tree }) =>
        planted('a misspelt key', where, tree, text),
      ),
      ...changesOf(object).map(({ mistake, what, changed, place }) => ({ ...planted(mistake, what, changed), place })),
      planted('an object that is missing', 'is gone', undefined),
    ]
  })
}

function inArgo(sound: Overlay): Mutant[] {
  return argoFiles(sound).flatMap((name) => {
    const object = readYaml(sound.read(name))
    const planted = (mistake: string, what: string, document: string): Mutant => ({
      mistake,
      what: `${titleOf(object)} ${what}`,
      overlay: new Planted(sound, undefined, new Map([[name, document]])),
      document,
    })
    return [
      ...misspeltKeys(sound.read(name)).map(({ path: where, text }) => planted('a misspelt key', where, text)),
      ...changesOf(object).map(({ mistake, what, changed, place }) => ({
        ...planted(mistake, what, stringify(changed)),
        place,
      })),
    ]
  })
}

/** The files of Argo CD that belong to an overlay, if there are any. */
function argoFiles(sound: Overlay): string[] {
  return [
    ...['appproject', `application-${sound.environment}`].map((name) => `deploy/argocd/${name}.yaml`),
    ...(sound.applicationSetFile === undefined ? [] : [sound.applicationSetFile]),
  ].filter((name) => fs.existsSync(path.join(sound.project, name)))
}

function inFiles(sound: Overlay): Mutant[] {
  const files = filesBelow(
    sound.project,
    /^(Dockerfile|internal\/(config\/(defaults|grpc)|admin\/admin|grpcserver\/health)\.go)$/,
  )
  return fileMistakes.flatMap(({ mistake, file, find, replace }) => {
    if (!files.includes(file)) {
      return []
    }
    const text = sound.read(file)
    return [...text.matchAll(find)].map((match) => {
      const changed = `${text.slice(0, match.index)}${replace(match)}${text.slice(match.index + match[0].length)}`
      return {
        mistake,
        what: `${file} ${match[0].trim()} → ${replace(match).trim()}`,
        overlay: new Planted(sound, undefined, new Map([[file, changed]])),
      }
    })
  })
}

/** A value somewhere in an object, with the ways to change it. */
export interface Leaf {
  /** `spec.ports[0].port` */
  readonly path: string
  // biome-ignore lint/suspicious/noExplicitAny: a manifest's shape is the thing under test
  readonly value: any
  readonly kind: string
}

interface Change {
  readonly mistake: string
  readonly what: string
  readonly changed: Manifest
  readonly place: string
}

function changesOf(object: Manifest): Change[] {
  return nodesOf(object, object.kind).flatMap((leaf) => [
    ...valueChanges(object, leaf),
    ...(leaf.path === '' ? objectMistakes : [])
      .filter(({ kinds }) => kinds.includes(leaf.kind))
      .map(({ mistake, what, change }) => {
        const changed = structuredClone(object)
        change(changed)
        return { mistake, what, changed, place: leaf.kind }
      })
      // A change that finds nothing to change, such as in a ConfigMap without settings, is no mistake.
      .filter(({ changed }) => JSON.stringify(changed) !== JSON.stringify(object)),
  ])
}

/** The mistakes of the table at a value; at a word that it does not name, a letter too many. */
function valueChanges(object: Manifest, leaf: Leaf): Change[] {
  const tabled = leafMistakes
    .filter(({ at, kinds }) => at.test(leaf.path) && (kinds?.includes(leaf.kind) ?? true))
    .flatMap(({ mistake, change }) =>
      change(leaf.value, leaf).map((value) => ({
        mistake,
        what: `${leaf.path}: ${brief(leaf.value)} → ${value === undefined ? 'gone' : brief(value)}`,
        changed: withValue(object, partsOf(leaf.path), value),
        place: placeOf(leaf),
      })),
    )
  const isOpen =
    tabled.length === 0 && typeof leaf.value === 'string' && !tuning.some(({ at }) => at.test(placeOf(leaf)))
  return isOpen ? wrongWord(object, leaf) : tabled
}

/** A word that no table names, with a letter too many. */
function wrongWord(object: Manifest, leaf: Leaf): Change[] {
  const word = `${leaf.value}x`
  return [
    {
      mistake: 'another word that is wrong',
      what: `${leaf.path}: ${brief(leaf.value)} → ${brief(word)}`,
      changed: withValue(object, partsOf(leaf.path), word),
      place: placeOf(leaf),
    },
  ]
}

/** Every scalar of the objects, as `Deployment spec.replicas`; items of a list are one place. */
export function valuesOf(overlay: Overlay): string[] {
  const objects = [...overlay.objects, ...argoFiles(overlay).map((file) => readYaml(overlay.read(file)))]
  const leaves = objects.flatMap((object) => nodesOf(object, object.kind))
  return [...new Set(leaves.filter(({ value }) => typeof value !== 'object' || value === null).map(placeOf))]
}

function placeOf({ kind, path: where }: Leaf): string {
  return `${kind} ${where.replace(/\[\d+\]/g, '[]')}`
}

/** Every node of an object, itself included. */
function nodesOf(value: unknown, kind: string, at = ''): Leaf[] {
  const below = Array.isArray(value)
    ? value.flatMap((item, index) => nodesOf(item, kind, `${at}[${index}]`))
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, item]) =>
          nodesOf(item, kind, /[.[\]]/.test(key) ? `${at}["${key}"]` : at === '' ? key : `${at}.${key}`),
        )
      : []
  return [{ path: at, value, kind }, ...below]
}

function partsOf(where: string): (string | number)[] {
  return [...where.matchAll(/\["([^"]+)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, plain]) =>
    index === undefined ? ((quoted ?? plain) as string) : Number(index),
  )
}

/** A copy with another value at the place; undefined takes it out. */
function withValue(tree: Manifest, parts: readonly (string | number)[], value: unknown): Manifest {
  const copy = structuredClone(tree)
  const last = parts.at(-1) as string | number
  const parent = parts.slice(0, -1).reduce((node, part) => node[part], copy)
  if (value === undefined) {
    if (Array.isArray(parent)) {
      parent.splice(last as number, 1)
    } else {
      delete parent[last]
    }
  } else {
    parent[last] = value
  }
  return copy
}

function titleOf({ kind, metadata }: Manifest): string {
  return `${kind}/${metadata.name}`
}

function brief(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 40 ? `${text.slice(0, 37)}…` : text
}
