import { t } from '../words.js'
import { reach } from './reach.js'
import { defineFeature } from './types.js'

/** A script in the image that waits for dependencies, then becomes the program. */
export const entrypoint = defineFeature({
  id: 'entrypoint',
  help: 'a script in the image that waits for dependencies, then becomes the program',
  enabled: ({ entrypoint }) => entrypoint.enabled,
  templates: 'features/entrypoint',
  slots: ({ entrypoint }) => ({
    egress: entrypoint.waitFor.map(reach),
    readmeFeatures: [
      {
        title: t('Entry point'),
        text:
          entrypoint.waitFor.length > 0
            ? t`scripts/entrypoint.sh waits up to ${entrypoint.timeout} s for what the service needs, then becomes the program.`
            : t('scripts/entrypoint.sh becomes the program at once: `entrypoint.waitFor` names nothing to wait for.'),
      },
    ],
  }),
})
