import { defineFeature } from './types.js'

/** The workload as a Deployment: replicas that can stand in for one another. */
export const deployment = defineFeature({
  id: 'deployment',
  help: 'the workload as a Deployment: replicas that can stand in for one another',
  enabled: ({ workload }) => workload.isDeployment,
  conflicts: ['statefulset'],
  templates: 'features/deployment',
  slots: () => ({
    kinds: [{ group: 'apps', kind: 'Deployment' }],
  }),
})
