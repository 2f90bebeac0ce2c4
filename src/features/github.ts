import { defineFeature } from './types.js'

/** Pipeline on GitHub Actions: checks, signed image, one environment after the other. */
export const github = defineFeature({
  id: 'github',
  help: 'pipeline on GitHub Actions: checks, signed image, one environment after the other',
  enabled: ({ features }) => features.github,
  templates: 'features/github',
  flag: 'github',
  slots: () => ({
    readmeFeatures: [
      {
        title: 'Pipeline',
        text: 'Test, build, sign, then one environment after the other, with an approval before the last.',
      },
    ],
  }),
})
