import { t } from '../words.js'
import { component } from './component.js'
import { defineFeature } from './types.js'

/** ServiceMonitor, and the way to the metrics port for the scraper. */
export const serviceMonitor = defineFeature({
  id: 'service-monitor',
  help: 'ServiceMonitor, and the way to the metrics port for the scraper',
  enabled: component('service-monitor'),
  requires: ['metrics'],
  templates: 'features/service-monitor',
  slots: ({ monitoring, ports }) => ({
    kinds: [{ group: 'monitoring.coreos.com', kind: 'ServiceMonitor' }],
    ingress: [
      {
        why: t('the scraper, and nobody else, reaches the admin port'),
        namespace: monitoring.namespace,
        ports: [{ port: ports.admin, protocol: 'TCP' }],
      },
    ],
  }),
})
