import { t } from '../words.js'
import { place } from './alerts-slo.js'
import { defineFeature } from './types.js'

/** Settings that were refused. */
export const reloadAlerts = defineFeature({
  id: 'reload-alerts',
  help: 'an alert about settings that were refused',
  enabled: ({ features }) => features.alerts && features.configReload,
  requires: ['alerts', 'config-reload'],
  slots: (model) => ({
    alerts: [
      {
        group: 'configuration',
        alert: 'ConfigRefused',
        severity: 'warning',
        for: '5m',
        expr: ({ own }) => `min by (job, namespace) (config_last_reload_successful{${own}}) == 0`,
        summary: t`${model.name} refuses its settings`,
        description: t(
          'The settings as they are now are not valid: pods run with the last good ones, and new pods will not start.',
        ),
        runbook: [
          t(
            'A changed setting is not valid. Nothing of it is in force; pods that run keep what they had. A pod that starts now has nothing to',
          ),
          t('fall back on and does not start: mend it before the next release.'),
          '',
          t('1. The log says `config reload refused`, with the key, its origin and what is accepted.'),
          t('2. Put the old value back, where that origin is.'),
        ].join('\n'),
        tests: [
          {
            what: 'fires when one pod has refused them for five minutes',
            series: ({ own }) => [
              [`config_last_reload_successful{${own},pod="a"}`, '1x5 0x20'],
              [`config_last_reload_successful{${own},pod="b"}`, '1x25'],
            ],
            at: '15m',
            fires: [{ labels: place(model) }],
          },
          {
            what: 'stays quiet when the mistake is mended at once',
            series: ({ own }) => [[`config_last_reload_successful{${own},pod="a"}`, '1x5 0x2 1x20']],
            at: '15m',
            fires: [],
          },
        ],
      },
    ],
  }),
})

/** A configuration centre that is silent. Without reload it is read once, and its age says nothing. */
export const centreAlerts = defineFeature({
  id: 'centre-alerts',
  help: 'an alert about a configuration centre that does not answer',
  enabled: ({ features }) => features.alerts && features.configCentre && features.configReload,
  requires: ['alerts', 'config-centre-metrics'],
  slots: (model) => {
    const age = model.monitoring.centreAge
    const centre = model.config.centre?.name ?? ''
    return {
      alerts: [
        {
          group: 'configuration',
          alert: 'ConfigCentreSilent',
          severity: 'warning',
          for: '5m',
          expr: ({ own }) =>
            `max by (job, namespace) (config_centre_age_seconds{${own}}) > ${age}\n  or min by (job, namespace) (config_centre_up{${own}}) == 0`,
          summary: t`${model.name} does not hear from ${centre}`,
          description: t`${centre} does not answer: changes there do not arrive, and the last good settings stay.`,
          runbook: [
            t`${centre} has not confirmed the settings for ${age} s, or does not answer. The pods stay ready with the last good ones.`,
            '',
            t`1. Do other services hear from ${centre}? If none does, it is down.`,
            t('2. Only this one: its credentials may have expired, or the network policy names another address.'),
            t('3. Pods that move to another node start without the copy of the last document: put off drains.'),
          ].join('\n'),
          tests: [
            {
              what: 'fires when what is in force is too old',
              series: ({ own }) => [
                [`config_centre_age_seconds{${own},pod="a"}`, `${age + 1}+60x20`],
                [`config_centre_up{${own},pod="a"}`, '1x20'],
              ],
              at: '10m',
              fires: [{ labels: place(model) }],
            },
            {
              what: 'fires when it has not answered since the start',
              series: ({ own }) => [[`config_centre_up{${own},pod="a"}`, '0x20']],
              at: '10m',
              fires: [{ labels: place(model) }],
            },
            {
              what: 'stays quiet while it answers',
              series: ({ own }) => [
                [`config_centre_age_seconds{${own},pod="a"}`, '30x20'],
                [`config_centre_up{${own},pod="a"}`, '1x20'],
              ],
              at: '10m',
              fires: [],
            },
          ],
        },
      ],
    }
  },
})
