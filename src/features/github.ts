import { defineFeature } from './types.js'

/** The pipeline on GitHub Actions. */
export const github = defineFeature({
  id: 'github',
  help: 'pipeline on GitHub Actions: checks, signed image, one environment after the other',
  enabled: ({ features }) => features.github,
  requires: ['pipeline'],
  templates: 'features/github',
})
