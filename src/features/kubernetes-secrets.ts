import { defineFeature } from './types.js'

/** The Secret is made and rotated by people, with a script. */
export const kubernetesSecrets = defineFeature({
  id: 'kubernetes-secrets',
  help: 'a script that makes and rotates the Secret',
  enabled: ({ features }) => !features.externalSecrets && !features.sealedSecrets,
  conflicts: ['external-secrets', 'sealed-secrets'],
  templates: 'features/kubernetes-secrets',
})
