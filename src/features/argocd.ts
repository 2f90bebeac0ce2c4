import { t } from '../words.js'
import { defineFeature } from './types.js'

/** AppProject, and one Application for each environment. */
export const argocd = defineFeature({
  id: 'argocd',
  help: 'AppProject, and one Application for each environment',
  enabled: ({ features }) => features.argocd,
  templates: 'features/argocd',
  slots: () => ({
    readmeFeatures: [
      { title: t('Argo CD'), text: t('The cluster follows this repository; what a project may do is listed by name.') },
    ],
  }),
})
