import { createHash } from 'node:crypto'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { FileSet } from '../../src/engine/file-set.js'
import type { Resolved } from '../../src/spec/resolve.js'
import { facts } from '../e2e/facts.js'
import { overlaysOf } from '../support/manifests.js'
import { filesBelow, workFolder } from '../support/project.js'
import { type Answers, judgeAnswers, renderFiles, writeFiles } from '../support/render.js'
import { describeWith, run, succeed } from '../support/tools.js'
import { coveringRows, keysOf, type Row } from './covering.js'

/** The options that change code or manifests, and the answers behind each value. The first is the default. */
const axes: Readonly<Record<string, Readonly<Record<string, Answers>>>> = {
  preset: { standard: {}, minimal: { preset: 'minimal' }, production: { preset: 'production' } },
  image: {
    distroless: {},
    'distroless with cgo': { 'image.cgo': true },
    scratch: { 'image.base': 'scratch' },
    alpine: { 'image.base': 'alpine' },
    'debian with cgo': { 'image.base': 'debian', 'image.cgo': true },
    ubuntu: { 'image.base': 'ubuntu' },
  },
  entrypoint: {
    off: {},
    on: { 'entrypoint.enabled': true },
    waits: { 'entrypoint.enabled': true, 'entrypoint.waitFor': ['db.data.svc:5432', 'cache:6379'] },
  },
  workload: { default: {}, statefulset: { 'workload.kind': 'statefulset', 'workload.volume.storageClass': 'fast' } },
  scaling: {
    default: {},
    off: { 'autoscaling.enabled': false },
    memory: { 'autoscaling.enabled': true, 'autoscaling.memory': 70 },
  },
  limits: { default: {}, 'no CPU limit': { 'resources.cpu.limit': 'none', 'resources.memory.limit': '1G' } },
  pdb: { default: {}, on: { 'pdb.enabled': true }, off: { 'pdb.enabled': false } },
  networkPolicy: { default: {}, on: { 'networkPolicy.enabled': true }, off: { 'networkPolicy.enabled': false } },
  mesh: {
    default: {},
    strict: { 'istio.enabled': true },
    permissive: { 'istio.enabled': true, 'istio.mtls': 'permissive' },
    'gateway of others': { 'istio.enabled': true, 'istio.gateway': 'istio-system/main', 'istio.retries': 0 },
    split: { 'istio.enabled': true, 'rollout.weights': [80, 20] },
  },
  config: {
    default: {},
    'no reload': { 'config.reload': false },
    env: { 'config.source': 'env', 'config.reload': false },
    values: { 'config.values': { greeting: 'no: "1.30"', 'a.b': '' } },
  },
  metrics: { default: {}, on: { 'metrics.enabled': true }, off: { 'metrics.enabled': false } },
  tracing: { default: {}, on: { 'tracing.enabled': true }, off: { 'tracing.enabled': false } },
  pprof: { default: {}, on: { 'pprof.enabled': true } },
  argocd: { default: {}, on: { 'delivery.argocd.enabled': true }, off: { 'delivery.argocd.enabled': false } },
  ci: { default: {}, github: { 'delivery.ci': 'github' }, none: { 'delivery.ci': 'none' } },
  environments: {
    default: {},
    one: { 'delivery.environments': ['production'] },
    two: { 'delivery.environments': ['test', 'live'] },
  },
  kubernetes: { '1.35': {}, '1.34': { 'target.kubernetes': '1.34' }, '1.37': { 'target.kubernetes': '1.37' } },
}

const factors = Object.fromEntries(Object.entries(axes).map(([name, values]) => [name, Object.keys(values)]))
const answersOf = (row: Row): Answers =>
  Object.assign({}, ...Object.entries(row).map(([name, value]) => axes[name]?.[value]))
const isValid = (row: Row) => !('findings' in judgeAnswers(answersOf(row)))
const { rows, impossible } = coveringRows(factors, isValid)
/** What a row is called: the values that are not the first. */
const titleOf = (row: Row) =>
  Object.entries(row)
    .filter(([name, value]) => factors[name]?.[0] !== value)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')
const projects = rows.map((row, index) => ({ id: `${index}`, title: titleOf(row), files: filesOf(row) }))

describe('the pairwise set', () => {
  test('holds every pair of values, but for those that no service can have', () => {
    const covered = new Set(rows.flatMap(keysOf))
    const names = Object.keys(factors)
    const missing = names.flatMap((a, at) =>
      names
        .slice(at + 1)
        .flatMap((b) => (factors[a] ?? []).flatMap((x) => (factors[b] ?? []).map((y) => [a, x, b, y].join())))
        .filter((pair) => !covered.has(pair)),
    )
    expect(missing).toEqual(impossible.map((pair) => pair.join()))
    expect(impossible.map(([a, x, b, y]) => `${a}: ${x}, ${b}: ${y}`)).toMatchInlineSnapshot(`
[
  "image: distroless, entrypoint: on",
  "image: distroless, entrypoint: waits",
  "image: distroless with cgo, entrypoint: on",
  "image: distroless with cgo, entrypoint: waits",
  "image: scratch, entrypoint: on",
  "image: scratch, entrypoint: waits",
  "workload: statefulset, mesh: split",
]
`)
  })
})

describeWith(['kustomize', 'strict'], 'manifests of the pairwise set', () => {
  const work = workFolder()
  test.each(projects)('$id $title', ({ id, files }) => {
    const folder = path.join(work, id)
    writeFiles(folder, files)
    const overlays = overlaysOf(folder)
    succeed('strict', [], { input: overlays.map(({ text }) => text).join('---\n') })
    const argocd = filesBelow(folder, /^deploy\/argocd\//)
    if (argocd.length > 0) {
      succeed('strict', argocd, { cwd: folder })
    }
    const contradictions = overlays.flatMap((overlay) =>
      facts.flatMap((fact) =>
        fact.contradictions(overlay).map((line) => `${overlay.environment}: ${fact.rule}: ${line}`),
      ),
    )
    expect(contradictions).toEqual([])
  })
})

describeWith(['go'], 'Go sources of the pairwise set, each different set once', () => {
  const work = workFolder()
  const sets = new Map(projects.map((project) => [digestOf(project.files), project]))
  test.each([...sets.values()])('$id $title', ({ id, files }) => {
    const cwd = path.join(work, id)
    writeFiles(cwd, files)
    succeed('go', ['vet', './...'], { cwd })
    succeed('go', ['build', '-mod=readonly', './...'], { cwd })
    expect(run('go', ['mod', 'tidy', '-diff'], { cwd })).toMatchObject({ code: 0, output: '' })
  })
})

function filesOf(row: Row): FileSet {
  return renderFiles(judgeAnswers(answersOf(row)) as Resolved)
}

function digestOf(files: FileSet): string {
  const hash = createHash('sha256')
  for (const { path: file, content } of files.filter((entry) => /\.go$|^go\./.test(entry.path))) {
    hash.update(file).update(content)
  }
  return hash.digest('hex')
}
