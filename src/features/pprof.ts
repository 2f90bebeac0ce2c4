import { t } from '../words.js'
import { defineFeature } from './types.js'

/** Runtime profiles on the admin port. */
export const pprof = defineFeature({
  id: 'pprof',
  help: 'runtime profiles on the admin port',
  enabled: ({ answers }) => answers['pprof.enabled'],
  templates: 'features/pprof',
  slots: ({ name, ports, workload }) => ({
    adminRoutes: [{ route: '{Pattern: "GET /debug/pprof/", Handler: admin.Profiles()}' }],
    readmeFeatures: [
      {
        title: t('Profiles'),
        text: t`On port ${ports.admin}, for operators: \`kubectl -n NAMESPACE port-forward ${workload.resource}/${name} ${ports.admin}\`, then \`go tool pprof 'http://localhost:${ports.admin}/debug/pprof/profile?seconds=10'\`.`,
      },
    ],
  }),
})
