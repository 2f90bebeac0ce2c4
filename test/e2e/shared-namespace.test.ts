import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { parse, parseAllDocuments } from 'yaml'
import { run as create } from '../support/cli.js'
import type { Manifest } from '../support/manifests.js'
import { workFolder } from '../support/project.js'
import { describeWith, run, succeed } from '../support/tools.js'

const names = ['orders', 'pay'] as const
const environments = ['dev', 'staging', 'production']
const everything = ['--preset=production', '--postgres', '--kafka', '--alerts-receiver=slack', '--grpc']

describeWith(['kustomize'], 'two services in one namespace', () => {
  const work = workFolder()
  const sets: Readonly<Record<string, readonly string[]>> = {
    everything,
    ambient: ['--preset=production', '--istio-mode=ambient', '--no-alerts'],
    'without a mesh': ['--preset=production', '--no-istio', '--gateway-api', '--delivery-ci=gitlab'],
    'secrets from elsewhere': ['--secrets-provider=external-secrets'],
  }
  const home = (set: string) => path.join(work, set.replaceAll(' ', '-'))
  const folderOf = (set: string, name: string) => path.join(home(set), name)
  beforeAll(() => {
    for (const [set, flags] of Object.entries(sets)) {
      fs.mkdirSync(home(set))
      for (const name of names) {
        const { code, stderr } = create([name, '--yes', '--namespace=shop', ...flags], home(set))
        expect({ set, code, stderr }).toMatchObject({ set, code: 0 })
      }
    }
  })
  const objectsOf = (set: string, name: string): Manifest[] =>
    environments.flatMap((environment) =>
      parseAllDocuments(
        succeed('kustomize', ['build', path.join(folderOf(set, name), 'deploy/overlays', environment)]),
      ).map((one) => one.toJS()),
    )
  const namespaceOf = (set: string, name: string, environment: string): Manifest =>
    parse(fs.readFileSync(path.join(folderOf(set, name), `deploy/overlays/${environment}/namespace.yaml`), 'utf8'))

  test.each(Object.keys(sets))('%s: no object is in both, or Argo CD syncs one of them and never the other', (set) => {
    const [first, second] = names.map((name) =>
      objectsOf(set, name).map(({ kind, metadata }) => [kind, metadata.namespace ?? '', metadata.name].join('/')),
    ) as [string[], string[]]
    expect(first.length).toBeGreaterThan(10)
    expect(first.filter((object) => second.includes(object))).toEqual([])
    for (const name of names) {
      const project = parse(fs.readFileSync(path.join(folderOf(set, name), 'deploy/argocd/appproject.yaml'), 'utf8'))
      expect(JSON.stringify(project)).not.toContain('"kind":"Namespace"')
    }
  })

  test.each(Object.keys(sets))('%s: the namespace has what the pods of both need, whoever makes it', (set) => {
    for (const environment of environments) {
      const [first, second] = names.map((name) => namespaceOf(set, name, environment)) as [Manifest, Manifest]
      // Applied one after the other by managers of their own, they are of one mind about each label.
      expect(first).toEqual(second)
      expect(first.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' })
      expect(first.metadata.name).toBe(environment === 'production' ? 'shop' : `shop-${environment}`)
    }
    const mesh = JSON.stringify(namespaceOf(set, 'pay', 'production'))
    expect(mesh.includes('istio-injection')).toBe(set === 'everything')
    expect(mesh.includes('istio.io/dataplane-mode')).toBe(set === 'ambient')
  })

  test('who creates the Secret makes a namespace that is missing, and leaves one that is there', () => {
    for (const exists of [true, false]) {
      const bin = path.join(work, `bin-${exists}`)
      fs.mkdirSync(bin)
      const kubectl = `#!/bin/sh\necho "$*" >>"${bin}/calls"\ncase "$*" in 'get namespace shop') exit ${exists ? 0 : 1} ;; *secret*) cat >/dev/null ;; esac\n`
      fs.writeFileSync(path.join(bin, 'kubectl'), kubectl, { mode: 0o755 })
      const cwd = folderOf('without a mesh', 'pay')
      const env = { PATH: `${bin}:${process.env['PATH']}` }
      expect(run('sh', ['scripts/credentials.sh', 'create', 'production'], { cwd, env })).toMatchObject({ code: 0 })
      const calls = fs.readFileSync(path.join(bin, 'calls'), 'utf8')
      expect(/create -f \S+overlays\/production\/namespace\.yaml/.test(calls)).toBe(!exists)
    }
  })

  test('a service in a namespace of its own keeps it in its overlay', () => {
    const { code } = create(['alone', '--yes'], work)
    expect(code).toBe(0)
    const text = succeed('kustomize', ['build', path.join(work, 'alone/deploy/overlays/production')])
    expect(parseAllDocuments(text).filter((one) => one.toJS().kind === 'Namespace')).toHaveLength(1)
  })
})
