import { t } from '../words.js'
import { component } from './component.js'
import { defineFeature } from './types.js'

/** PodDisruptionBudget: how many pods a node drain may take at once. */
export const pdb = defineFeature({
  id: 'pdb',
  help: 'PodDisruptionBudget: how many pods a node drain may take at once',
  enabled: component('pdb'),
  templates: 'features/pdb',
  slots: ({ pdb }) => ({
    kinds: [{ group: 'policy', kind: 'PodDisruptionBudget' }],
    readmeFeatures: [
      { title: t('Disruption budget'), text: t`Node drains take at most ${pdb.maxUnavailable} pod at a time.` },
    ],
  }),
})
