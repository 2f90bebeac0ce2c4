import { t } from '../words.js'
import { place } from './alerts-slo.js'
import { defineFeature } from './types.js'
import type { Selectors } from './types-monitoring.js'

/** Pools and errors of the data stores. */
export const storeAlerts = defineFeature({
  id: 'store-alerts',
  help: 'alerts about pools and errors of the data stores',
  enabled: ({ features }) => features.alerts && features.stores,
  requires: ['alerts', 'store-metrics'],
  slots: (model) => {
    const { name, monitoring } = model
    const operations = 'store_operation_duration_seconds_count'
    const labels = { ...place(model), store: 'redis' }
    const pool =
      (used: number) =>
      ({ own }: Selectors) =>
        [
          [`store_pool_in_use_connections{${own},pod="a",store="redis"}`, `${used}x20`],
          [`store_pool_max_connections{${own},pod="a",store="redis"}`, '20x20'],
        ] as const
    const course =
      (failed: number) =>
      ({ own }: Selectors) =>
        [
          [`${operations}{${own},pod="a",store="redis",outcome="ok"}`, `0+${100 - failed}x20`],
          [`${operations}{${own},pod="a",store="redis",outcome="error"}`, `0+${failed}x20`],
        ] as const
    return {
      alerts: [
        {
          group: 'stores',
          alert: 'StorePoolExhausted',
          severity: 'warning',
          for: '5m',
          expr: ({ own }) =>
            [
              'max by (job, namespace, pod, store) (',
              `  store_pool_in_use_connections{${own}} / (store_pool_max_connections{${own}} > 0)`,
              ')',
              `> ${monitoring.poolShare}`,
            ].join('\n'),
          summary: t`${name} needs more connections than its pool has`,
          description: t(
            '{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its connections to {{ $labels.store }}; what comes next waits.',
          ),
          runbook: [
            t(
              'The pool is as large as the server’s connections allow for all pods together. For five minutes it has been full.',
            ),
            '',
            t('1. Is the store slow? Then each connection is held longer: look at the duration of its operations.'),
            t('2. More traffic? Raise `STORE.connections` in service.yaml, after the server’s own limit.'),
          ].join('\n'),
          tests: [
            {
              what: 'fires when all connections are in use',
              series: pool(20),
              at: '10m',
              fires: [{ labels: { ...labels, pod: 'a' }, value: '100%' }],
            },
            { what: 'stays quiet at nine tenths', series: pool(18), at: '10m', fires: [] },
          ],
        },
        {
          group: 'stores',
          alert: 'StoreFailing',
          severity: 'warning',
          for: '5m',
          expr: ({ own }) =>
            [
              `sum by (job, namespace, store) (rate(${operations}{${own},outcome="error"}[5m]))`,
              `  / sum by (job, namespace, store) (rate(${operations}{${own}}[5m]))`,
              `  > ${monitoring.storeErrors}`,
              // Few operations make a large share of one that failed.
              `  and sum by (job, namespace, store) (increase(${operations}{${own},outcome="error"}[5m])) >= ${monitoring.storeFailures}`,
            ].join('\n'),
          summary: t`Operations of a data store of ${name} fail`,
          description: t('{{ $value | humanizePercentage }} of the operations on {{ $labels.store }} end in an error.'),
          runbook: [
            t('One operation in twenty fails. What a caller has given up on is not counted.'),
            '',
            t('1. The log has each error, with the operation.'),
            t('2. All stores, or one? All pods, or one? The network policy and the credentials are the same for all.'),
            t('3. After a rotation the old password may be gone before the new one has arrived: about a minute.'),
          ].join('\n'),
          tests: [
            { what: 'fires at 6 of 100', series: course(6), at: '15m', fires: [{ labels, value: '6%' }] },
            { what: 'stays quiet at 4 of 100', series: course(4), at: '15m', fires: [] },
            {
              what: 'fires at seven failures in five minutes, where nothing else happens',
              series: ({ own }) => [[`${operations}{${own},pod="a",store="redis",outcome="error"}`, '0+1.4x20']],
              at: '15m',
              fires: [{ labels, value: '100%' }],
            },
            {
              what: 'stays quiet about four failures in five minutes, though nothing else happens',
              series: ({ own }) => [[`${operations}{${own},pod="a",store="redis",outcome="error"}`, '0+0.8x20']],
              at: '15m',
              fires: [],
            },
          ],
        },
      ],
    }
  },
})
