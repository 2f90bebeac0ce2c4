import * as z from 'zod/mini'
import { boolean, choice, list, objects, text } from '../option.js'
import * as rules from '../rules.js'

const region = z.strictObject({
  name: z.string().check(z.regex(rules.dnsLabel.pattern)),
  cluster: z.string(),
  weight: z.int().check(z.gte(0), z.lte(100)),
  replicas: z.int().check(z.gte(1)),
})

/** How a commit reaches a cluster. */
export const delivery = {
  'delivery.packaging': choice(['kustomize'], { default: 'kustomize', help: 'format of the manifests' }),
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
  'delivery.argocd.repo': text(rules.gitRepository, {
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
    { later: true, help: 'clusters to deliver to' },
  ),
  'delivery.ci': choice(['github', 'gitlab', 'jenkins', 'none'], {
    default: 'github',
    help: 'pipeline',
    ask: 'Pipeline',
  }),
  regions: objects(
    z.array(region) as unknown as z.ZodMiniType<object[]>,
    'a list of {name, cluster, weight, replicas}',
    {
      later: true,
      help: 'regions that share the traffic',
    },
  ),
}
