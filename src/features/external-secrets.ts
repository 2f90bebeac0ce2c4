import { t } from '../words.js'
import { defineFeature } from './types.js'

/** The External Secrets operator writes the Secret, from a store that people keep. */
export const externalSecrets = defineFeature({
  id: 'external-secrets',
  help: 'an ExternalSecret for each environment, and a script that waits for what it brings',
  enabled: ({ features }) => features.externalSecrets,
  templates: 'features/external-secrets',
  slots: ({ secrets }) => ({
    kinds: [{ group: 'external-secrets.io', kind: 'ExternalSecret' }],
    readmeFeatures: [
      {
        title: t('External Secrets'),
        text: t`The Secret comes from the ClusterSecretStore \`${secrets.store}\`; Git holds the names of the values and nothing else.`,
      },
    ],
    readmeNeeds: [
      {
        what: t`External Secrets 2.3 or newer, with the ClusterSecretStore \`${secrets.store}\``,
        for: t('the Secret; without its CRDs nothing can be applied'),
      },
    ],
  }),
})
