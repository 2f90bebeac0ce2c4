import { t } from '../words.js'
import { defineFeature } from './types.js'

/** Validated, rate-limited, audited hot reload of the mounted configuration file. */
export const configReload = defineFeature({
  id: 'config-reload',
  help: 'validated, rate-limited, audited hot reload of the mounted configuration file',
  enabled: ({ features }) => features.configReload,
  templates: 'features/config-reload',
  slots: ({ features, timeouts, config: { centre } }) => ({
    appSetup: [
      {
        order: 30,
        statement: 'watcher := config.NewWatcher(a.config, a.logger, a.sources, a.configChanged)',
      },
      ...(features.metrics ? [{ order: 31, statement: 'telemetry.RegisterReload(registry, watcher.Stats)' }] : []),
    ],
    appComponents: [
      {
        order: 20,
        component: '{name: "config-reload", start: watcher.Start, stop: watcher.Stop, budget: quickStop}',
      },
    ],
    readmeFeatures: [
      {
        title: t('Hot reload'),
        text: t`A changed ConfigMap${centre === undefined ? '' : t` or document in ${centre.name}`} is validated and taken over at most every ${timeouts.reloadInterval.text}; what a restart needs is said in the log.`,
      },
    ],
  }),
})
