import type { Spec } from '../spec/table.js'
import { colours, hasColours, rolloutHash, usesRollouts } from './rollout.js'
import type { Istio, Workload, WorkloadRef } from './types.js'

/** The object that keeps the pods. */
export function workload(spec: Spec, times: { minReadySeconds: number; progressDeadlineSeconds: number }): Workload {
  const kind = usesRollouts(spec) ? 'Rollout' : spec['workload.kind'] === 'deployment' ? 'Deployment' : 'StatefulSet'
  return {
    kind,
    isDeployment: kind === 'Deployment',
    isStatefulSet: kind === 'StatefulSet',
    ...(kind === 'Rollout' ? rolloutNames(spec) : builtInNames(spec)),
    replicas: spec['workload.replicas'],
    ownsReplicas: !spec['autoscaling.enabled'],
    volume: {
      size: spec['workload.volume.size'],
      path: spec['workload.volume.path'],
      storageClass: spec['workload.volume.storageClass'],
    },
    minReadySeconds: times.minReadySeconds,
    progressDeadlineSeconds: times.progressDeadlineSeconds,
    revisionHistoryLimit: 5,
    maxSurge: 1,
    maxUnavailable: 0,
    version: hasColours(spec) ? colours[0] : 'v1',
  }
}

/** The two of a release by hand; one of them serves. */
export function colourWorkloads(name: string): WorkloadRef[] {
  return colours.map((colour, at) => ({
    name: `${name}-${colour}`,
    version: colour,
    image: `${name}-${colour}`,
    weight: at === 0 ? 100 : 0,
  }))
}

type WorkloadNames = Pick<Workload, 'group' | 'apiVersion' | 'resource' | 'revisionLabel' | 'forward' | 'restart'>

function builtInNames(spec: Spec): WorkloadNames {
  const resource = spec['workload.kind']
  return {
    group: 'apps',
    apiVersion: 'apps/v1',
    resource,
    revisionLabel: resource === 'deployment' ? 'pod-template-hash' : undefined,
    forward: hasColours(spec) ? `service/${spec.name}` : `${resource}/${spec.name}`,
    restart: `kubectl -n NAMESPACE rollout restart ${hasColours(spec) ? colours.map((colour) => `${resource}/${spec.name}-${colour}`).join(' ') : `${resource}/${spec.name}`}`,
  }
}

/** kubectl's own commands know no Rollout: ports are forwarded through the Service, restarts need the plugin. */
function rolloutNames({ name }: Spec): WorkloadNames {
  return {
    group: 'argoproj.io',
    apiVersion: 'argoproj.io/v1alpha1',
    resource: 'rollout',
    revisionLabel: rolloutHash,
    forward: `service/${name}`,
    restart: `kubectl argo rollouts -n NAMESPACE restart ${name}`,
  }
}

/** One, or one for each version that has a share of the traffic. */
export function workloads(name: string, istio: Istio | undefined): WorkloadRef[] {
  const subsets = istio?.split === true ? istio.subsets : [{ name: 'v1', workload: name, weight: 100 }]
  return subsets.map((subset) => ({
    name: subset.workload,
    version: subset.name,
    image: subset.workload,
    weight: subset.weight,
  }))
}
