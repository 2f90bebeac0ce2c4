import { describe, expect, test } from '@jest/globals'
import { parseAllDocuments } from 'yaml'
import type { FileSet } from '../../../src/engine/file-set.js'
import type { Resolved } from '../../../src/spec/resolve.js'
import { type Answers, judgeAnswers, renderFiles } from '../../support/render.js'

const regions = [
  { name: 'east', cluster: 'east', weight: 60, replicas: 18 },
  { name: 'north', cluster: 'north', weight: 40, replicas: 12 },
]

/** What answers put into a project and keep out of it: files by path, alerts by name, sentences of the README. */
interface Expectation {
  readonly answers: Answers
  readonly files?: readonly string[]
  readonly noFiles?: readonly string[]
  readonly alerts?: readonly string[]
  readonly noAlerts?: readonly string[]
  readonly readme?: readonly RegExp[]
  readonly notReadme?: readonly RegExp[]
}

const alerting = { 'alerts.enabled': true }
const table: Readonly<Record<string, Expectation>> = {
  'the least': {
    answers: { preset: 'minimal' },
    files: ['deploy/workload/deployment.yaml', 'deploy/base/service.yaml', 'internal/config/config.go'],
    noFiles: [
      'deploy/argocd/',
      'deploy/monitoring/',
      'deploy/components/',
      '.github/',
      'internal/telemetry/metrics.go',
    ],
  },
  'a StatefulSet': {
    answers: { 'workload.kind': 'statefulset' },
    files: ['deploy/workload/statefulset.yaml', 'deploy/base/service-headless.yaml', 'scripts/unstick.sh'],
    noFiles: ['deploy/workload/deployment.yaml'],
    readme: [/## Larger volumes/],
  },
  'a Deployment': {
    answers: {},
    noFiles: ['deploy/workload/statefulset.yaml', 'deploy/base/service-headless.yaml', 'scripts/unstick.sh'],
    notReadme: [/## Larger volumes/, /unstick/],
  },
  'no HTTP': {
    answers: { 'http.enabled': false, 'grpc.enabled': true },
    files: ['internal/grpcserver/server.go'],
    noFiles: ['api/openapi.yaml', 'internal/httpserver/traffic.go'],
  },
  'a gateway that is there': {
    answers: { 'istio.enabled': true, 'istio.gateway': 'istio-system/main' },
    noFiles: ['deploy/components/istio/gateway.yaml'],
  },
  'a gateway of its own': {
    answers: { 'istio.enabled': true, 'istio.gateway': 'create' },
    files: ['deploy/components/istio/gateway.yaml'],
  },
  'as many replicas at most as at least': {
    answers: { ...alerting, 'autoscaling.min': 4, 'autoscaling.max': 4 },
    noAlerts: ['AutoscalerAtMax'],
  },
  'an autoscaler': { answers: { ...alerting }, alerts: ['AutoscalerAtMax'] },
  'no autoscaler': {
    answers: { ...alerting, 'autoscaling.enabled': false },
    noFiles: ['deploy/components/autoscaling/'],
    noAlerts: ['AutoscalerAtMax'],
  },
  'alerts of every project': {
    answers: alerting,
    alerts: [
      'ErrorBudgetBurn',
      'LatencyHigh',
      'ErrorRatioUp',
      'ContainerRestarted',
      'ServiceAbsent',
      'NotReady',
      'PodsNotReady',
      'Unavailable',
      'ReleaseStuck',
    ],
    noAlerts: [
      'ColourAbsent',
      'StorePoolExhausted',
      'StoreFailing',
      'DeadLetters',
      'ConsumerLags',
      'ReleaseWaits',
      'ReleaseAborted',
    ],
  },
  'alerts of colours': {
    answers: { ...alerting, 'rollout.strategy': 'blue-green', 'rollout.engine': 'none' },
    alerts: ['ServiceAbsent', 'ColourAbsent'],
  },
  'alerts of a store': {
    answers: { ...alerting, 'redis.enabled': true },
    alerts: ['StorePoolExhausted', 'StoreFailing'],
  },
  'alerts of a broker': { answers: { ...alerting, 'kafka.enabled': true }, alerts: ['DeadLetters', 'ConsumerLags'] },
  'alerts of a Rollout': {
    answers: { preset: 'production' },
    alerts: ['ReleaseWaits', 'ReleaseAborted', 'Unavailable'],
    noAlerts: ['ReleaseStuck'],
  },
  'a StatefulSet that may be stuck': {
    answers: { ...alerting, 'workload.kind': 'statefulset' },
    alerts: ['ReleaseStuck', 'Unavailable'],
  },
  'no CPU limit': { answers: { ...alerting, 'resources.cpu.limit': 'none' }, noAlerts: ['CpuThrottled'] },
  'regions without a mesh': {
    answers: { regions, 'delivery.argocd.enabled': true },
    files: ['deploy/overlays/production-east/kustomization.yaml'],
    notReadme: [/localityLbSetting/, /[Tt]he mesh (moves|takes)/],
  },
  'regions in a mesh': {
    answers: { preset: 'production', 'rollout.strategy': 'rolling', regions },
    files: ['deploy/overlays/production-east/kustomization.yaml', 'scripts/drill-region.sh'],
    readme: [/fail/i],
  },
  'no pipeline': { answers: { 'delivery.ci': 'none' }, noFiles: ['.github/', '.gitlab-ci.yml', 'Jenkinsfile'] },
  GitLab: {
    answers: { 'delivery.ci': 'gitlab' },
    files: ['.gitlab-ci.yml'],
    noFiles: ['.github/', 'Jenkinsfile', 'pipeline.gitlab-ci.yml', 'start.gitlab-ci.yml'],
  },
  'GitLab, in a folder': {
    answers: { 'delivery.ci': 'gitlab', 'delivery.path': 'services/orders' },
    files: ['.gitlab-ci.yml', 'pipeline.gitlab-ci.yml', 'start.gitlab-ci.yml'],
    noFiles: ['.github/', 'Jenkinsfile'],
  },
  Jenkins: { answers: { 'delivery.ci': 'jenkins' }, files: ['Jenkinsfile'], noFiles: ['.github/', '.gitlab-ci.yml'] },
  'settings from the environment': {
    answers: { 'config.source': 'env' },
    files: ['deploy/overlays/dev/config.env'],
    noFiles: ['deploy/overlays/dev/config.yaml'],
  },
  'no reload': { answers: { 'config.reload': false }, noFiles: ['internal/config/reload.go'] },
  'no entry point': { answers: {}, noFiles: ['scripts/entrypoint.sh'] },
  'an entry point': {
    answers: { 'entrypoint.enabled': true, 'image.base': 'alpine' },
    files: ['scripts/entrypoint.sh'],
  },
  'MySQL and a broker': {
    answers: { 'mysql.enabled': true, 'nats.enabled': true },
    files: ['internal/store/mysql/processed.go', 'migrations/mysql/'],
    noFiles: ['internal/store/postgres/', 'migrations/postgres/'],
  },
}

describe('what answers put into a project', () => {
  test.each(Object.entries(table))(
    '%s',
    (_, { answers, files = [], noFiles = [], alerts = [], noAlerts = [], ...words }) => {
      const rendered = renderFiles(judgeAnswers({ name: 'orders', ...answers }) as Resolved)
      const paths = rendered.map(({ path }) => path)
      const has = (wanted: string) =>
        paths.some((path) => path === wanted || (wanted.endsWith('/') && path.startsWith(wanted)))
      expect(files.filter((file) => !has(file))).toEqual([])
      expect(noFiles.filter(has)).toEqual([])
      const told = alertsOf(rendered)
      expect(alerts.filter((alert) => !told.has(alert))).toEqual([])
      expect(noAlerts.filter((alert) => told.has(alert))).toEqual([])
      const readme = rendered.find(({ path }) => path === 'README.md')?.content ?? ''
      for (const pattern of words.readme ?? []) {
        expect(readme).toMatch(pattern)
      }
      for (const pattern of words.notReadme ?? []) {
        expect(readme).not.toMatch(pattern)
      }
    },
  )
})

function alertsOf(files: FileSet): Set<string> {
  const rules = files.filter(({ path }) => path === 'deploy/monitoring/alerts/production/rules.yaml')
  const groups = rules.flatMap(({ content }) =>
    parseAllDocuments(content).flatMap((document) => document.toJS().spec.groups),
  )
  return new Set(
    groups.flatMap(({ rules: list }: { rules: { alert?: string }[] }) => list.flatMap(({ alert }) => alert ?? [])),
  )
}
