import { defineFeature } from './types.js'

/** The watch of the configuration centre: its changes go through the same reload as the file's. */
export const configCentreReload = defineFeature({
  id: 'config-centre-reload',
  help: 'the watch of the configuration centre, whose changes take the same way as those of the file',
  enabled: ({ features }) => features.configCentre && features.configReload,
  requires: ['config-centre', 'config-reload'],
  templates: 'features/config-centre-reload',
  slots: () => ({
    appSetup: [{ order: 29, statement: 'centreWatch := config.NewCentreWatch(a.centre)' }],
    appComponents: [
      {
        order: 19,
        component: '{name: "config-centre", start: centreWatch.Start, stop: centreWatch.Stop, budget: quickStop}',
      },
    ],
  }),
})
