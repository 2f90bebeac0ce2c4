import type { Option } from './option.js'
import { configuration } from './options/configuration.js'
import { container } from './options/container.js'
import { delivery } from './options/delivery.js'
import { messaging } from './options/messaging.js'
import { observability } from './options/observability.js'
import { project } from './options/project.js'
import { probes, service } from './options/service.js'
import { stores } from './options/stores.js'
import { traffic } from './options/traffic.js'
import { scaling, workload } from './options/workload.js'

/** Groups in the order of help, `list`, service.yaml and the wizard's page of sections. */
export const groups = [
  { id: 'project', title: 'Project', titleZh: '项目', options: project },
  { id: 'image', title: 'Image', titleZh: '镜像', options: container },
  { id: 'service', title: 'Service', titleZh: '服务', options: service },
  { id: 'probes', title: 'Probes', titleZh: '探针', options: probes },
  { id: 'workload', title: 'Workload and resources', titleZh: '工作负载与资源', options: workload },
  { id: 'autoscaling', title: 'Autoscaling and availability', titleZh: '自动扩缩容与可用性', options: scaling },
  { id: 'istio', title: 'Traffic and rollout', titleZh: '流量与发布', options: traffic },
  { id: 'config', title: 'Configuration', titleZh: '配置', options: configuration },
  { id: 'stores', title: 'Data stores', titleZh: '数据存储', options: stores },
  { id: 'messaging', title: 'Messaging', titleZh: '消息', options: messaging },
  { id: 'observability', title: 'Observability', titleZh: '可观测性', options: observability },
  { id: 'delivery', title: 'Delivery', titleZh: '交付', options: delivery },
] as const

/** Every option by its key path in service.yaml. */
const table = {
  ...project,
  ...container,
  ...service,
  ...probes,
  ...workload,
  ...scaling,
  ...traffic,
  ...configuration,
  ...stores,
  ...messaging,
  ...observability,
  ...delivery,
}

export type Table = typeof table
export type Key = keyof Table

type Value<O> = O extends { readonly default: infer T } ? T : O extends Option<infer T> ? T | undefined : never

/** The answers, all layers merged: keys with a default are present, the others may be undefined. */
export type Spec = { readonly [K in Key]: Value<Table[K]> }

/** Some answers: one layer. */
export type Answers = { readonly [K in Key]?: NonNullable<Value<Table[K]>> }

export const keys = Object.keys(table) as Key[]

/** The option behind a key, without its exact type. */
export function optionOf(key: Key): Option {
  return table[key] as unknown as Option
}

export function isKey(key: string): key is Key {
  return Object.hasOwn(table, key)
}
