import type { Model } from '../model/types.js'
import type { DashboardRow } from './types-monitoring.js'

/** What a query of the dashboard selects by: the service in the environment that was chosen. */
export const ownOf = ({ name }: Model): string => `job="${name}",namespace="$namespace"`

/** A row for each kind of dependency that was chosen. */
export function dependencyRows(model: Model): DashboardRow[] {
  const { features } = model
  const own = ownOf(model)
  const operations = 'store_operation_duration_seconds'
  const stores: DashboardRow = {
    title: 'Data stores',
    panels: [
      {
        title: 'Duration of operations (P99)',
        description: 'As the program measures it, the wait for a connection included.',
        unit: 's',
        queries: [
          {
            expr: `histogram_quantile(0.99, sum by (le, store, operation) (rate(${operations}_bucket{${own}}[$__rate_interval])))`,
            legend: '{{store}} {{operation}}',
          },
        ],
      },
      {
        title: 'Failed operations',
        description: 'What a caller gave up on is not among them.',
        unit: 'short',
        queries: [
          {
            expr: `sum by (store, operation) (rate(${operations}_count{${own},outcome="error"}[$__rate_interval]))`,
            legend: '{{store}} {{operation}}',
          },
        ],
      },
      {
        title: 'Pools in use',
        description: 'Share of the connections of the fullest pod.',
        unit: 'percentunit',
        queries: [
          {
            expr: `max by (store) (store_pool_in_use_connections{${own}} / (store_pool_max_connections{${own}} > 0))`,
            legend: '{{store}}',
          },
        ],
      },
    ],
  }
  const messages: DashboardRow = {
    title: 'Messages',
    panels: [
      {
        title: 'Messages by outcome',
        description: 'One that is tried again counts as failed each time.',
        unit: 'short',
        queries: [
          {
            expr: `sum by (consumer, outcome) (rate(consumer_messages_total{${own}}[$__rate_interval]))`,
            legend: '{{consumer}} {{outcome}}',
          },
        ],
      },
      {
        title: 'Messages that wait',
        description: 'Of all replicas together.',
        unit: 'short',
        queries: [{ expr: `max by (consumer) (consumer_lag_messages{${own}})`, legend: '{{consumer}}' }],
      },
      {
        title: 'Consumers that receive',
        description: 'Pods to which messages would come. The lag is not known where none does.',
        unit: 'short',
        queries: [{ expr: `sum by (consumer) (consumer_receiving{${own}})`, legend: '{{consumer}}' }],
      },
    ],
  }
  const outbox: DashboardRow = {
    title: 'Outbox',
    panels: [
      {
        title: 'Age of the oldest message',
        description: 'Written with a change, and not yet with the broker.',
        unit: 's',
        queries: [{ expr: `max by (broker) (outbox_oldest_seconds{${own}})`, legend: 'for {{broker}}' }],
      },
      {
        title: 'Messages in the outbox',
        description: 'Set aside are those that the broker has refused for good.',
        unit: 'short',
        queries: [
          { expr: `max by (broker) (outbox_waiting_messages{${own}})`, legend: 'waiting for {{broker}}' },
          { expr: `max by (broker) (outbox_set_aside_messages{${own}})`, legend: 'set aside for {{broker}}' },
          {
            expr: `sum by (broker) (rate(outbox_messages_total{${own},outcome="failed"}[$__rate_interval]))`,
            legend: 'refused by {{broker}}',
          },
        ],
      },
    ],
  }
  const configuration: DashboardRow = {
    title: 'Configuration',
    panels: [
      {
        title: 'Reloads',
        description: 'A refused one leaves the last good settings in force.',
        unit: 'short',
        queries: [
          { expr: `sum (increase(config_reloads_total{${own}}[$__rate_interval]))`, legend: 'in force' },
          { expr: `sum (increase(config_reload_failures_total{${own}}[$__rate_interval]))`, legend: 'refused' },
        ],
      },
      ...(features.configCentre
        ? [
            {
              title: 'Age of the settings',
              description: `Since ${model.config.centre?.name} last confirmed what is in force.`,
              unit: 's',
              queries: [{ expr: `max by (pod) (config_centre_age_seconds{${own}})`, legend: '{{pod}}' }],
            },
          ]
        : []),
    ],
  }
  return [
    ...(features.stores ? [stores] : []),
    ...(features.messaging ? [messages] : []),
    ...(features.messaging && features.migrations ? [outbox] : []),
    ...(features.configReload ? [configuration] : []),
  ]
}
