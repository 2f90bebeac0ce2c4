import { t } from '../words.js'
import { reach } from './reach.js'
import { defineFeature } from './types.js'

/** A configuration centre as the highest layer, with the last good document on disk. */
export const configCentre = defineFeature({
  id: 'config-centre',
  help: 'a configuration centre as the highest layer of the settings, with the last good document on disk',
  enabled: ({ features }) => features.configCentre,
  requires: ['config-file'],
  templates: 'features/config-centre',
  slots: ({ config: { centre } }) =>
    centre === undefined
      ? {}
      : {
          containerEnv: [
            { name: 'CONFIG_CACHE_DIR', value: centre.cacheDir, why: t`the last good document of ${centre.name}` },
          ],
          egress: [reach(centre)],
          readmeNeeds: [
            {
              what: t`${centre.name} at \`${centre.address}\``,
              for: t('settings that change at run time; without it the pods run and are ready'),
            },
          ],
          readmeFeatures: [
            {
              title: t`Settings from ${centre.name}`,
              text: t`Above file and environment: ${centre.place}. Without ${centre.name} the last good ones stay.`,
            },
          ],
        },
})
