import { t } from '../words.js'
import { defineFeature } from './types.js'

/** What pipelines of all dialects have in common: a commit goes into an overlay, and back. */
export const pipeline = defineFeature({
  id: 'pipeline',
  help: 'script that puts a commit into an overlay, and takes it back',
  enabled: ({ features }) => features.pipeline,
  templates: 'features/pipeline',
  slots: () => ({
    readmeFeatures: [
      {
        title: t('Pipeline'),
        text: t('Test, build, sign, then one environment after the other, with an approval before the last.'),
      },
    ],
  }),
})
