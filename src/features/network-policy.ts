import { t } from '../words.js'
import { component } from './component.js'
import { defineFeature } from './types.js'

/** NetworkPolicy: default deny in both directions; other features add what they need through slots. */
export const networkPolicy = defineFeature({
  id: 'network-policy',
  help: 'NetworkPolicy: default deny in both directions; other features add what they need through slots',
  enabled: component('network-policy'),
  templates: 'features/network-policy',
  slots: () => ({
    kinds: [{ group: 'networking.k8s.io', kind: 'NetworkPolicy' }],
    readmeFeatures: [
      { title: t('Network policy'), text: t('What the service does not need is dropped, in both directions.') },
    ],
  }),
})
