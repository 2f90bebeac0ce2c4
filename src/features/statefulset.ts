import { t } from '../words.js'
import { trafficPorts } from './traffic-ports.js'
import { defineFeature } from './types.js'

/** The workload as a StatefulSet: stable names, one volume each, and the headless Service that names them. */
export const statefulset = defineFeature({
  id: 'statefulset',
  help: 'the workload as a StatefulSet: stable names, one volume each, and the headless Service that names them',
  enabled: ({ workload }) => workload.isStatefulSet,
  conflicts: ['deployment'],
  templates: 'features/statefulset',
  slots: (model) => ({
    kinds: [{ group: 'apps', kind: 'StatefulSet' }],
    egress: [
      {
        why: t('the peers, by the names that the headless Service gives them'),
        podLabels: { 'app.kubernetes.io/name': model.name },
        ports: trafficPorts(model),
      },
    ],
  }),
})
