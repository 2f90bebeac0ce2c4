import { t } from '../words.js'
import { defineFeature } from './types.js'

/** The Secret is in Git, encrypted for the Sealed Secrets controller of the cluster. */
export const sealedSecrets = defineFeature({
  id: 'sealed-secrets',
  help: 'a SealedSecret for each environment, and a script that seals',
  enabled: ({ features }) => features.sealedSecrets,
  conflicts: ['external-secrets'],
  templates: 'features/sealed-secrets',
  slots: () => ({
    kinds: [{ group: 'bitnami.com', kind: 'SealedSecret' }],
    readmeFeatures: [
      {
        title: t('Sealed Secrets'),
        text: t('The Secret is in Git, encrypted; only the controller in the cluster opens it.'),
      },
    ],
    readmeNeeds: [
      {
        what: t('the Sealed Secrets controller, and `kubeseal` where values are sealed'),
        for: t('the Secret; without its CRD nothing can be applied'),
      },
    ],
  }),
})
