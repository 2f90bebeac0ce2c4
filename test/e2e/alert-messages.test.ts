import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from '@jest/globals'
import { parse, parseAllDocuments } from 'yaml'
import { generate, recipe, workFolder } from '../support/project.js'
import { describeWith, succeed } from '../support/tools.js'

const regions = [
  ['east', 60],
  ['north', 40],
].map(([name, weight]) => `name=${name},cluster=${name}-one,weight=${weight},replicas=3`)

/** What WeCom takes; it cuts a message off there without a word. */
const wecomBytes = 2048

/** The data of Alertmanager's templates: one cause, and many that it is told of. */
function dataOf(count: number, description: string, more: Readonly<Record<string, string>> = {}) {
  const labels = { alertname: 'PodsNotReady', namespace: 'orders', service: 'orders', severity: 'critical', ...more }
  const annotations = { runbook_url: `https://git.example.com/team/orders/blob/main/docs/runbook.md#podsnotready` }
  return {
    receiver: 'orders',
    status: 'firing',
    alerts: Array.from({ length: count }, (_, at) => ({
      status: 'firing',
      labels: { ...labels, pod: `orders-${at}` },
      annotations: { ...annotations, summary: description, description },
    })),
    groupLabels: { alertname: 'PodsNotReady' },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: 'https://alertmanager.example.com',
  }
}

describeWith(['amtool', 'kustomize'], 'the message of an alert, as Alertmanager writes it', () => {
  const work = workFolder()

  const projectOf = (receiver: string, ...flags: string[]): string =>
    generate(
      fs.mkdtempSync(path.join(work, `${receiver}-`)),
      recipe('orders', '--alerts', `--alerts-receiver=${receiver}`, ...flags),
    )

  const messageOf = (project: string, data: object): string => {
    const id = path.dirname(project)
    const file = path.join(project, 'deploy/monitoring/alerts/production/alertmanagerconfig.yaml')
    const [{ wechatConfigs = [], slackConfigs = [] }] = parse(fs.readFileSync(file, 'utf8')).spec.receivers
    const texts = [...wechatConfigs, ...slackConfigs].flatMap(({ title = '', text = '', message = '' }) =>
      [title, text, message].filter(Boolean),
    )
    const values = path.join(id, 'data.json')
    fs.writeFileSync(values, JSON.stringify(data))
    // amtool wants templates of its own as well.
    const none = path.join(id, 'none.tmpl')
    fs.writeFileSync(none, '')
    const options = [`--template.glob=${none}`, `--template.data=${values}`]
    return texts
      .map((text) => succeed('amtool', ['template', 'render', ...options, `--template.text=${text}`]))
      .join('\n')
  }

  test.each([1, 5, 6, 200])('wecom: of %d pods at once it is whole, in characters of three bytes', (count) => {
    const project = projectOf('wecom', `--regions=${regions.join(';')}`)
    const message = messageOf(project, dataOf(count, '订'.repeat(1000), { cluster: 'east-one', region: 'east' }))
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(wecomBytes)
    expect(message).toContain(`(${count}) [runbook](https://`)
    expect(message).toContain('critical: 订订')
  })

  test('wecom: what is short enough is not cut', () => {
    expect(messageOf(projectOf('wecom'), dataOf(1, 'Only 33% of the pods may have traffic.'))).toContain(
      '> critical: Only 33% of the',
    )
  })

  test.each(['wecom', 'slack'])('%s: of several regions it says which, and in which cluster', (receiver) => {
    const project = projectOf(receiver, `--regions=${regions.join(';')}`)
    const rules = parseAllDocuments(
      succeed('kustomize', ['build', path.join(project, 'deploy/overlays/production-east')]),
    )
      .map((document) => document.toJS())
      .filter(({ kind }) => kind === 'PrometheusRule')
    const groups: { name: string; labels?: Record<string, string> }[] = rules.flatMap(({ spec }) => spec.groups)
    expect(groups.length).toBeGreaterThan(1)
    for (const { name, labels } of groups) {
      // Of the cluster Prometheus tells, by its external labels.
      const data = dataOf(1, 'Only 33% of the pods may have traffic.', { ...labels, cluster: 'east-one' })
      const message = messageOf(project, data)
      expect({ name, message }).toEqual({ name, message: expect.stringMatching(/PodsNotReady[\s\S]*\beast-one\b/) })
      expect({ name, message }).toEqual({ name, message: expect.stringMatching(/\beast\b(?!-)/) })
    }
  })
})
