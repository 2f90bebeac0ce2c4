import { defineFeature } from './types.js'

/** compose.yaml: the chosen dependencies for local work. */
export const compose = defineFeature({
  id: 'compose',
  help: 'compose.yaml: the chosen dependencies for local work',
  enabled: ({ features }) => features.compose,
  templates: 'features/compose',
})
