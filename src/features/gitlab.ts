import { defineFeature } from './types.js'

/** The pipeline on GitLab. */
export const gitlab = defineFeature({
  id: 'gitlab',
  help: 'pipeline on GitLab: checks, signed image, one environment after the other',
  enabled: ({ features }) => features.gitlab,
  requires: ['pipeline'],
  templates: 'features/gitlab',
})
