import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { parse, parseAllDocuments } from 'yaml'
import { type Manifest, type Overlay, overlaysOf } from '../../support/manifests.js'
import { examples, generate, recipe, workFolder } from '../../support/project.js'
import { record } from '../../support/proof.js'
import { describeWith, succeed } from '../../support/tools.js'
import { toolVersion } from '../tools/table.mjs'
import { ControlPlane, controlPlaneTools, listOf } from './control-plane.js'
import { rewritten } from './kept.js'
import { inSyncOrder } from './sync-order.js'
import { prepareCluster, volumes } from './world.js'

/**
 * The committed examples tell which overlays there are; what is applied is generated anew. Regions are of one namespace in
 * several clusters, and here is one cluster: it is the first region. What they have in common is applied nowhere.
 */
const places = examples.flatMap((example) => {
  const all = fs.readdirSync(path.join('examples', example.id, 'output/deploy/overlays'))
  const regions = all.filter((environment) => environment.startsWith('production-'))
  const applied = all.filter((environment) => !regions.slice(1).includes(environment))
  return (regions.length === 0 ? all : applied.filter((environment) => environment !== 'production')).map(
    (environment) => ({ example: example.id, environment }),
  )
})

const patience = 180_000
/** Argo CD looks for this one name on an AppProject, and nothing else; an Application's may have a path. */
const projectFinalizer = 'metadata.finalizers: "resources-finalizer.argocd.argoproj.io": prefer a domain-qualified'
const asArgo = ['--server-side', '--field-manager=argocd-controller', '--validate=strict', '-f', '-']

describeWith(
  [...controlPlaneTools, 'kustomize', 'argo-rollouts'],
  'every overlay of every example, in one real cluster',
  () => {
    const work = workFolder()
    const rendered = new Map<string, Overlay>()
    let plane: ControlPlane

    beforeAll(async () => {
      plane = await ControlPlane.start({ runs: true })
      prepareCluster(plane)
      plane.startRollouts()
      plane.succeed(['apply', '--server-side', '-f', '-'], { input: listOf(volumes('fast', '20Gi', 20)) })
      for (const example of examples) {
        for (const overlay of overlaysOf(generate(work, example))) {
          rendered.set(`${example.id} ${overlay.environment}`, overlay)
        }
      }
    }, patience)
    afterAll(() => plane?.stop(), patience)

    const overlayOf = ({ example, environment }: (typeof places)[number]): Overlay => {
      const overlay = rendered.get(`${example} ${environment}`)
      if (overlay === undefined) {
        throw new Error(`${example} has no overlay ${environment}`)
      }
      return overlay
    }
    const namespaceOf = (overlay: Overlay): string => overlay.namespace.metadata.name
    const live = (object: Manifest): Manifest =>
      plane.json([
        'get',
        `${object.kind}.${object.apiVersion.includes('/') ? object.apiVersion.replace(/^(.*)\/(.*)$/, '$2.$1') : 'v1.'}`,
        object.metadata.name,
        ...(object.metadata.namespace === undefined ? [] : ['-n', object.metadata.namespace]),
      ])

    test.each(places)(
      '$example $environment: accepted, strictly, in the order of Argo CD, under Pod Security "restricted"',
      (place) => {
        const overlay = overlayOf(place)
        const { project, objects } = overlay
        const { labels } = overlay.namespace.metadata
        expect(labels['pod-security.kubernetes.io/enforce']).toBe('restricted')
        // As the README has people begin: the namespace and the Secret by the script.
        const PATH = `${plane.kubectlFolder(['admin', 'system:masters'])}:${process.env['PATH']}`
        // A line for each password that the script may ask for.
        const input = 'only for tests\n'.repeat(9)
        succeed('sh', ['scripts/credentials.sh', 'create', overlay.base], { cwd: project, env: { PATH }, input })
        const outcome = plane.kubectl(['apply', ...asArgo], { input: listOf(inSyncOrder(objects)) })
        const findings = outcome.code === 0 ? [] : [outcome.output]
        record({ ...judge, subject: place.example, judged: objects.length, findings })
        expect(findings).toEqual([])
        // A warning is what the API server would rather not have: Pod Security, deprecated versions, duplicate keys.
        expect(outcome.stderr).toBe('')
      },
      patience,
    )

    /** Those that Argo CD delivers. */
    const delivered = [...new Set(places.map(({ example }) => example))].filter((example) =>
      fs.existsSync(path.join('examples', example, 'output/deploy/argocd')),
    )
    test('Argo CD delivers nearly all of them', () => {
      expect(delivered.length).toBeGreaterThan(5)
    })
    test.each(delivered)(
      '%s: so are the objects of Argo CD itself',
      (example) => {
        const project = path.join(work, example, 'deploy/argocd')
        const files = fs.readdirSync(project).filter((file) => file.endsWith('.yaml'))
        const objects = files.flatMap((file) =>
          parseAllDocuments(fs.readFileSync(path.join(project, file), 'utf8')).map((document) => document.toJS()),
        )
        const outcome = plane.kubectl(['apply', ...asArgo], { input: listOf(objects) })
        const findings = outcome.code === 0 ? [] : [outcome.output]
        record({ ...judge, subject: example, judged: objects.length, findings })
        expect(findings).toEqual([])
        const projects = objects.filter(({ kind }) => kind === 'AppProject')
        expect(projects).toHaveLength(1)
        expect(outcome.stderr.trim().split('\n')).toEqual(projects.map(() => expect.stringContaining(projectFinalizer)))
        expect(objects.flatMap((object) => rewritten(object, live(object)))).toEqual([])
      },
      patience,
    )

    test.each(places)(
      '$example $environment: every workload becomes available',
      (place) => {
        const overlay = overlayOf(place)
        for (const { kind, metadata } of overlay.workloads) {
          const named = [`${kind}/${metadata.name}`, '-n', namespaceOf(overlay)]
          // Not `rollout status`: of a StatefulSet with a partition it tells nothing about availability.
          const { spec } = plane.json(['get', ...named])
          expect(spec.replicas).toBeGreaterThan(0)
          plane.succeed([
            'wait',
            ...named,
            `--for=jsonpath={.status.availableReplicas}=${spec.replicas}`,
            '--timeout=120s',
          ])
        }
      },
      patience,
    )

    test.each(places)(
      '$example $environment: the server keeps every field as it is in Git',
      (place) => {
        const { objects } = overlayOf(place)
        const findings = objects.flatMap((object) =>
          rewritten(object, live(object)).map((line) => `${object.kind} ${object.metadata.name}${line}`),
        )
        record({ ...flapping, subject: place.example, judged: objects.length, findings })
        expect(findings).toEqual([])
      },
      patience,
    )

    test.each(places)(
      '$example $environment: applied again, nothing changes',
      (place) => {
        const overlay = overlayOf(place)
        const shared = lists(overlay.application)
        // What Argo CD finds in sync but for what it leaves alone is not applied at all (ApplyOutOfSyncOnly).
        const applied = overlay.objects.filter(
          (object) =>
            !shared.has(`${object.kind} ${object.metadata.name}`) || rewritten(object, live(object)).length > 0,
        )
        const input = listOf(inSyncOrder(applied))
        const generations = () =>
          overlay.objects.map((object) => {
            const { metadata } = live(object)
            // Where there is a status its owner writes, too; the generation counts the changes of the rest.
            return [object.kind, metadata.name, metadata.generation ?? metadata.resourceVersion]
          })
        const before = generations()
        expect(
          plane.kubectl(['diff', '--server-side', '--field-manager=argocd-controller', '-f', '-'], { input }),
        ).toEqual({ code: 0, stdout: '', stderr: '', output: '' })
        plane.succeed(['apply', ...asArgo], { input })
        expect(generations()).toEqual(before)
      },
      patience,
    )

    test(
      'two regions: each is accepted, kept as it is in Git, and changes nothing when it is applied again',
      () => {
        const project = generate(
          work,
          recipe(
            'regions',
            '--preset=production',
            '--namespace=regions',
            '--rollout-strategy=rolling',
            '--regions=name=cn-east,cluster=east,weight=60,replicas=18;name=cn-north,cluster=north,weight=40,replicas=12',
          ),
        )
        const argo = fs
          .readdirSync(path.join(project, 'deploy/argocd'))
          .map((file) => parse(fs.readFileSync(path.join(project, 'deploy/argocd', file), 'utf8')))
        const sets = argo.filter(({ kind }) => kind === 'ApplicationSet')
        expect(sets.length).toBe(1)
        plane.succeed(['apply', ...asArgo], { input: listOf(argo) })
        expect(sets.flatMap((object) => rewritten(object, live(object)))).toEqual([])
        const regions = overlaysOf(project).filter(({ environment }) => environment.startsWith('production-'))
        expect(regions.map(({ environment }) => environment)).toEqual(['production-cn-east', 'production-cn-north'])
        // A namespace that isn't the service's alone is there before, as the README says.
        plane.succeed(['apply', '--server-side', '-f', '-'], {
          input: listOf(regions.slice(0, 1).map(({ namespace }) => namespace)),
        })
        // Each has a cluster of its own; here the second one takes the place of the first.
        for (const { objects, environment } of regions) {
          const input = listOf(inSyncOrder(objects))
          const outcome = plane.kubectl(['apply', ...asArgo], { input })
          const findings = outcome.code === 0 ? [] : [outcome.output]
          record({ ...judge, subject: environment, judged: objects.length, findings })
          expect([outcome.output.includes('Error'), outcome.stderr]).toEqual([false, ''])
          expect(objects.flatMap((object) => rewritten(object, live(object)))).toEqual([])
          const again = plane.kubectl(['diff', '--server-side', '--field-manager=argocd-controller', '-f', '-'], {
            input,
          })
          expect(again.output).toBe('')
        }
      },
      patience,
    )
  },
)

/** Objects of which a controller changes what is in a list. */
function lists(application: Manifest | undefined): Set<string> {
  const ignored: Manifest[] = application?.spec.ignoreDifferences ?? []
  return new Set(
    ignored
      .filter(({ jqPathExpressions }) => jqPathExpressions !== undefined)
      .map(({ kind, name }) => `${kind} ${name}`),
  )
}

const judge = {
  group: 'manifests',
  tool: 'kube-apiserver',
  version: toolVersion('kubernetes'),
  unit: 'objects applied',
}
const flapping = {
  group: 'manifests',
  tool: 'kube-apiserver, fields kept as stated',
  version: toolVersion('kubernetes'),
  unit: 'objects read back',
}
