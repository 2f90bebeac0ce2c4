import { boolean, choice, integer, text } from '../option.js'
import * as rules from '../rules.js'

/** The workload, its resources and its scaling. */
export const workload = {
  'workload.kind': choice(['deployment', 'statefulset'], {
    default: 'deployment',
    help: 'statefulset gives each pod a stable name and a volume of its own',
    ask: 'Workload',
    common: true,
  }),
  'workload.replicas': integer(1, 1000, {
    default: 3,
    help: 'replicas where no autoscaler owns them',
    ask: 'Replicas without an autoscaler',
  }),
  'workload.volume.size': text(rules.bytes, { default: '10Gi', help: 'size of each volume (statefulset)' }),
  'workload.volume.path': text(rules.mountPath, {
    default: '/data',
    help: 'where the volume is mounted (statefulset)',
  }),
  'workload.volume.storageClass': text(rules.dnsSubdomain, {
    help: 'StorageClass (statefulset)',
    derived: "the cluster's default",
  }),
  'resources.cpu.request': text(rules.cpu, { default: '500m', help: 'CPU request', ask: 'CPU request', common: true }),
  'resources.cpu.limit': text(rules.cpuOrNone, {
    default: '1',
    help: 'CPU limit, or none',
    ask: 'CPU limit (or none)',
  }),
  'resources.memory.request': text(rules.bytes, { default: '256Mi', help: 'memory request', ask: 'Memory request' }),
  'resources.memory.limit': text(rules.bytes, {
    default: '512Mi',
    help: 'memory limit; GOMEMLIMIT is nine tenths of it',
    ask: 'Memory limit',
  }),
}

export const scaling = {
  'autoscaling.enabled': boolean({ default: true, help: 'scale horizontally', ask: 'Scale horizontally?' }),
  'autoscaling.min': integer(1, 1000, {
    default: 2,
    help: 'least replicas',
    when: 'autoscaling.enabled',
    ask: 'Minimum replicas',
  }),
  'autoscaling.max': integer(1, 1000, {
    default: 10,
    help: 'most replicas',
    when: 'autoscaling.enabled',
    ask: 'Maximum replicas',
    common: true,
  }),
  'autoscaling.cpu': integer(1, 1000, {
    default: 60,
    unit: '% of the request',
    help: 'CPU target',
    when: 'autoscaling.enabled',
    ask: 'CPU target, in % of the request',
  }),
  'autoscaling.memory': integer(1, 1000, {
    unit: '% of the request',
    help: 'memory target',
    derived: 'not scaled on',
    when: 'autoscaling.enabled',
  }),
  'autoscaling.qps': integer(1, 1_000_000, {
    unit: 'requests/s and pod',
    help: "request rate target, by the service's own counter",
    derived: 'not scaled on',
    when: 'autoscaling.enabled',
    ask: 'Request rate target, a second and pod (empty: not scaled on)',
  }),
  'autoscaling.queue.name': text(rules.queueName, {
    help: 'queue whose length counts, as the label `queue` of queue_messages',
    derived: "this service's own consumer",
    when: 'autoscaling.enabled',
  }),
  'autoscaling.queue.target': integer(1, 1_000_000_000, {
    unit: 'messages and pod',
    help: 'waiting messages that one pod may have',
    derived: 'not scaled on',
    when: 'autoscaling.enabled',
  }),
  'autoscaling.engine': choice(['hpa', 'keda'], {
    default: 'hpa',
    help: 'hpa reads metrics through prometheus-adapter, keda asks Prometheus itself',
    when: 'autoscaling.enabled',
    ask: 'What scales',
  }),
  'autoscaling.scaleUp.window': integer(0, 3600, {
    default: 0,
    unit: 's',
    help: 'the lowest need of this time counts before pods are added',
    when: 'autoscaling.enabled',
  }),
  'autoscaling.scaleUp.percent': integer(1, 1000, {
    default: 100,
    unit: '% in 15 s',
    help: 'most that is added at a time; four pods at least',
    when: 'autoscaling.enabled',
  }),
  'autoscaling.scaleDown.window': integer(0, 3600, {
    default: 300,
    unit: 's',
    help: 'the highest need of this time counts before pods are taken away',
    when: 'autoscaling.enabled',
  }),
  'autoscaling.scaleDown.percent': integer(1, 100, {
    default: 10,
    unit: '% in 60 s',
    help: 'most that is taken away at a time; one pod at least',
    when: 'autoscaling.enabled',
  }),
  'pdb.enabled': boolean({
    default: true,
    help: 'PodDisruptionBudget: one voluntary disruption at a time',
    ask: 'Limit voluntary disruptions (PodDisruptionBudget)?',
  }),
  'networkPolicy.enabled': boolean({
    default: true,
    help: 'NetworkPolicy: deny what the service does not need',
    ask: 'Deny traffic that is not needed (NetworkPolicy)?',
  }),
}
