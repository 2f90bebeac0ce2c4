import { defineFeature } from './types.js'

/** A configuration centre as the highest layer, with the last good document on disk. */
export const configCentre = defineFeature({
  id: 'config-centre',
  help: 'a configuration centre as the highest layer of the settings, with the last good document on disk',
  enabled: ({ features }) => features.configCentre,
  requires: ['config-file'],
  templates: 'features/config-centre',
  flag: 'configCentre',
  slots: ({ config: { centre } }) =>
    centre === undefined
      ? {}
      : {
          containerEnv: [
            { name: 'CONFIG_CACHE_DIR', value: centre.cacheDir, why: `the last good document of ${centre.name}` },
          ],
          egress: [
            {
              why: `settings, over HTTP, from ${centre.name}`,
              ...(centre.namespace === undefined ? {} : { namespace: centre.namespace }),
              ports: [{ port: centre.port, protocol: 'TCP' as const }],
            },
          ],
          readmeFeatures: [
            {
              title: `Settings from ${centre.name}`,
              text: `Above file and environment: ${centre.place}. Without ${centre.name} the last good ones stay.`,
            },
          ],
        },
})
