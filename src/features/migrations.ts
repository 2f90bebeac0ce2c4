import { t } from '../words.js'
import { component } from './component.js'
import { defineFeature } from './types.js'

/** Schemas inside the program, and the Job that applies them before a new version starts. */
export const migrations = defineFeature({
  id: 'migrations',
  help: 'schemas inside the program, and the Job that applies them before a new version starts',
  enabled: component('migrations'),
  templates: 'features/migrations',
  slots: ({ name, features, names, productionEnv }) => ({
    kinds: [{ group: 'batch', kind: 'Job' }],
    readmeSections: [
      {
        title: t('Schema'),
        text: [
          t`The program carries its schema, below \`migrations/\`, and moves it: \`${name} migrate up\`, \`down\` (one step) or \`status\`. A lock in`,
          t('the database lets one process at a time.'),
          '',
          features.argocd
            ? t`In the cluster the Job \`${names.migrate}\` does it before every sync (an Argo CD PreSync hook), with the image that comes. If it fails,\nthe sync ends there and the old version stays.`
            : t`In the cluster the Job \`${names.migrate}\` does it. A Job can't be changed, so the last one goes before the next is applied:\n\`\`\`sh\nkubectl -n ${productionEnv.namespace} delete job ${names.migrate} --ignore-not-found\nkubectl apply --server-side -k deploy/overlays/${productionEnv.name}\n\`\`\``,
          '',
          t(
            'Old and new program run side by side during an update, on one schema. What would break the old one takes three releases:',
          ),
          t(
            'expand (add the new), move (write both, copy old rows), contract (drop the old). So a rollback of the image needs no',
          ),
          t('rollback of the schema. The comment in `migrations/migrations.go` has the details.'),
        ].join('\n'),
      },
    ],
  }),
})
