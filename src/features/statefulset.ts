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
    readmeSections: [
      {
        title: t('Larger volumes'),
        text: [
          t(
            'The claims in a StatefulSet can’t be changed, so a new `workload.volume.size` would be refused with every release. A volume grows where its StorageClass allows it (`allowVolumeExpansion`), and never shrinks:',
          ),
          '',
          t`1. Have each claim ask for more: \`kubectl -n NAMESPACE patch pvc data-${model.name}-0 -p '{"spec":{"resources":{"requests":{"storage":"SIZE"}}}}'\`, and so on for each pod.`,
          t(
            '2. Change `workload.volume.size` in `service.yaml`, generate with `--force --recreate`, and commit. The StatefulSet in the cluster refuses it: nothing changes yet.',
          ),
          t`3. \`kubectl -n NAMESPACE delete statefulset ${model.name} --cascade=orphan\`: the pods run on, and the next sync makes the StatefulSet anew around them.`,
        ].join('\n'),
      },
    ],
    egress: [
      {
        why: t('the peers, by the names that the headless Service gives them'),
        podLabels: { 'app.kubernetes.io/name': model.name },
        ports: trafficPorts(model),
      },
    ],
  }),
})
