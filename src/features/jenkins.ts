import { defineFeature } from './types.js'

/** The pipeline on Jenkins, on agents in Kubernetes. */
export const jenkins = defineFeature({
  id: 'jenkins',
  help: 'pipeline on Jenkins: checks, signed image, one environment after the other',
  enabled: ({ features }) => features.jenkins,
  requires: ['pipeline'],
  templates: 'features/jenkins',
})
