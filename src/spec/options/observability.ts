import * as hosts from '../hosts.js'
import { boolean, choice, percentage, text } from '../option.js'
import * as rules from '../rules.js'

/** What is measured, and what it is measured against. */
export const observability = {
  'metrics.enabled': boolean({
    default: true,
    help: 'Prometheus metrics and a ServiceMonitor',
    ask: 'Export Prometheus metrics?',
  }),
  'metrics.prometheus': text(hosts.httpAddress, {
    default: 'http://prometheus-operated.monitoring.svc:9090',
    help: "Prometheus that KEDA and Argo Rollouts ask; the default is the operator's own Service",
    when: 'metrics.enabled',
  }),
  'tracing.enabled': boolean({
    default: true,
    help: 'OpenTelemetry traces over OTLP',
    ask: 'Export OpenTelemetry traces?',
  }),
  'pprof.enabled': boolean({
    default: false,
    help: 'runtime profiles on the admin port',
    ask: 'Serve runtime profiles (pprof)?',
  }),
  'dashboards.enabled': boolean({
    default: false,
    help: 'a Grafana dashboard: latency, traffic, errors, saturation',
    when: 'metrics.enabled',
    ask: 'Add a Grafana dashboard?',
  }),
  'alerts.enabled': boolean({
    default: false,
    help: 'alert rules with tests, and a runbook',
    when: 'metrics.enabled',
    ask: 'Add alert rules?',
  }),
  'slo.availability': percentage(50, 99.999, {
    default: 99.95,
    unit: '%',
    help: 'share of requests that succeed',
    when: 'alerts.enabled',
    ask: 'Availability objective, in %',
  }),
  'slo.latencyP99': text(rules.duration, {
    default: '800ms',
    help: 'latency objective; a histogram bucket ends exactly there',
    when: 'metrics.enabled',
    ask: 'Latency objective (P99)',
  }),
  'alerts.receiver': choice(['wecom', 'slack', 'webhook', 'none'], {
    default: 'none',
    help: 'whom Alertmanager tells (none: the cluster decides)',
    when: 'alerts.enabled',
    ask: 'Who gets the alerts?',
  }),
  'alerts.wecom.corpId': text(rules.wecomCorpId, {
    help: 'id of the company in WeCom; else that of Alertmanager',
    when: 'alerts.enabled',
  }),
  'alerts.wecom.agentId': text(rules.wecomAgentId, {
    default: '1000002',
    assumed: '1000002',
    help: 'id of the application in WeCom',
    when: 'alerts.enabled',
  }),
}
