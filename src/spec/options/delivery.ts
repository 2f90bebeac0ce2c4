import * as hosts from '../hosts.js'
import { boolean, choice, list, objects, text } from '../option.js'
import * as rules from '../rules.js'

/** A share of production in a cluster of its own. */
export interface RegionAnswer {
  readonly name: string
  readonly cluster: string
  /** Per cent of the traffic. */
  readonly weight: number
  /** Of all zones together. */
  readonly replicas: number
  /** Addresses of the cluster's pods, where they are reached from other clusters. */
  readonly podNetwork?: string
}

/** How a commit reaches a cluster. */
export const delivery = {
  'delivery.packaging': choice(['kustomize', 'helm'], {
    default: 'kustomize',
    later: ['helm'],
    help: 'format of the manifests',
  }),
  'delivery.environments': list(
    rules.dnsLabel,
    { min: 1, max: 10 },
    {
      default: ['dev', 'staging', 'production'],
      help: 'an overlay each, in order of promotion',
      ask: 'Environments (comma-separated, in order of promotion)',
      common: true,
    },
  ),
  'delivery.argocd.enabled': boolean({
    default: true,
    help: 'Argo CD project and applications',
    ask: 'Deliver with Argo CD?',
  }),
  'delivery.argocd.repo': text(hosts.gitRepository, {
    help: 'Git repository that Argo CD reads',
    derived: 'https://git.example.com/<name>.git',
    when: 'delivery.argocd.enabled',
    ask: 'Git repository that Argo CD reads',
  }),
  'delivery.argocd.project': text(rules.dnsLabel, {
    help: 'AppProject',
    derived: '<name>',
    when: 'delivery.argocd.enabled',
  }),
  'delivery.argocd.clusters': list(
    rules.dnsSubdomain,
    { min: 1, max: 50 },
    { help: 'clusters that run production, as Argo CD names them, in order of release' },
  ),
  'delivery.path': text(rules.folderPath, {
    help: 'folder of the repository that the service lies in; its root without',
  }),
  'delivery.ci': choice(['github', 'gitlab', 'jenkins', 'none'], {
    default: 'github',
    help: 'pipeline',
    ask: 'Pipeline',
  }),
  'dns.provider': choice(['none', 'route53'], {
    default: 'none',
    help: 'who weighs the DNS records of regions: ExternalDNS writes them',
  }),
  regions: objects<RegionAnswer>(
    {
      name: rules.dnsLabel,
      cluster: hosts.cluster,
      weight: { min: 0, max: 100 },
      replicas: { min: 1, max: 1000 },
      podNetwork: { ...hosts.network, optional: true },
    },
    { min: 2, max: 10 },
    { help: 'regions of production: name=…,cluster=…,weight=…,replicas=…[,podNetwork=…];…' },
  ),
}
