import { stringify } from 'yaml'
import type { Manifest, Overlay } from '../../support/manifests.js'

/** Linters know no Rollout: what they are given in its place is a Deployment with the same pods. */
export function asDeployments(objects: readonly Manifest[]): Manifest[] {
  return objects.map((object) => {
    if (object.kind === 'Rollout') {
      const { strategy = {}, ...spec } = object.spec
      const { maxSurge, maxUnavailable } = strategy.canary ?? {}
      const rollingUpdate = JSON.parse(JSON.stringify({ maxSurge, maxUnavailable }))
      return {
        ...object,
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        spec: { ...spec, strategy: { type: 'RollingUpdate', rollingUpdate } },
      }
    }
    if (
      ['HorizontalPodAutoscaler', 'ScaledObject'].includes(object.kind) &&
      object.spec.scaleTargetRef.kind === 'Rollout'
    ) {
      const scaleTargetRef = { ...object.spec.scaleTargetRef, apiVersion: 'apps/v1', kind: 'Deployment' }
      return { ...object, spec: { ...object.spec, scaleTargetRef } }
    }
    return object
  })
}

/** The text of an overlay for a linter; Kustomize's own where there is no Rollout. */
export function textFor({ objects, text }: Overlay): string {
  return objects.some(({ kind }) => kind === 'Rollout')
    ? asDeployments(objects)
        // As YAML 1.1, which linters read: a region may be called `off`.
        .map((object) => stringify(object, { version: '1.1' }))
        .join('---\n')
    : text
}
