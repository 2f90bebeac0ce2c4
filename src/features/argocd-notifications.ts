import { t } from '../words.js'
import { defineFeature } from './types.js'

/** A sync that failed, an application that is degraded and a cluster that somebody changed are told to whom the alerts are told. */
export const argocdNotifications = defineFeature({
  id: 'argocd-notifications',
  help: 'Argo CD tells of syncs that failed, applications that are degraded, and drift',
  enabled: ({ features }) => features.argocd && features.receiver,
  requires: ['argocd', 'alert-receiver'],
  templates: 'features/argocd-notifications',
  slots: ({ monitoring: { receiver, isWecom }, argocd }) => ({
    readmeSections: [
      {
        title: t('Messages of Argo CD'),
        text: [
          t`The AppProject subscribes to three: a sync failed, an application is degraded, a cluster differs from Git though no release is under way. What they ask for is the cluster’s, in \`deploy/argocd/admin/notifications.yaml\`: whoever runs Argo CD applies it once for all services, and types the address, with Enter and Ctrl-D after it. It stays out of Git and of the shell’s history${isWecom ? t(' (that of a group robot in WeCom, `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…`)') : ''}:`,
          '',
          '```sh',
          `kubectl apply --server-side --field-manager=notifications-${receiver} -f deploy/argocd/admin/notifications.yaml`,
          `tr -d '\\n' |`,
          `  kubectl create secret generic argocd-notifications-secret --from-file=${receiver}-url=/dev/stdin --dry-run=client -o yaml |`,
          `  kubectl -n ${argocd.namespace} apply --server-side --field-manager=notifications-${receiver} -f -`,
          '```',
        ].join('\n'),
      },
    ],
  }),
})
