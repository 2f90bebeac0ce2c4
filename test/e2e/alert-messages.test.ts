import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { generate, recipe, workFolder } from '../support/project.js'
import { describeWith, succeed } from '../support/tools.js'

const regions = [
  ['east', 60],
  ['north', 40],
].map(([name, weight]) => `name=${name},cluster=${name}-one,weight=${weight},replicas=3`)

/** What WeCom takes; it cuts a message off there without a word. */
const wecomBytes = 2048

/** The data of Alertmanager's templates: one cause, and many that it is told of. */
function dataOf(count: number, description: string) {
  const labels = {
    alertname: 'PodsNotReady',
    namespace: 'orders',
    service: 'orders',
    severity: 'critical',
    cluster: 'east-one',
    region: 'east',
  }
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

describeWith(['amtool'], 'the message of an alert, as Alertmanager writes it', () => {
  const work = workFolder()

  const messageOf = (receiver: string, data: object, ...flags: string[]): string => {
    const id = fs.mkdtempSync(path.join(work, `${receiver}-`))
    const project = generate(id, recipe('orders', '--alerts', `--alerts-receiver=${receiver}`, ...flags))
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
    const message = messageOf('wecom', dataOf(count, '订'.repeat(1000)), `--regions=${regions.join(';')}`)
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(wecomBytes)
    expect(message).toContain(`(${count}) [runbook](https://`)
    expect(message).toContain('critical: 订订')
  })

  test('wecom: what is short enough is not cut', () => {
    expect(messageOf('wecom', dataOf(1, 'Only 33% of the pods may have traffic.'))).toContain(
      '> critical: Only 33% of the',
    )
  })

  test.each(['wecom', 'slack'])('%s: of several regions it says which, and in which cluster', (receiver) => {
    const data = dataOf(1, 'Only 33% of the pods may have traffic.')
    const message = messageOf(receiver, data, `--regions=${regions.join(';')}`)
    expect(message).toContain('PodsNotReady')
    expect(message).toMatch(/\beast-one\b/)
    expect(message).toMatch(/\beast\b(?!-)/)
  })
})
