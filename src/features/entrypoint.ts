import type { WaitTarget } from '../model/types.js'
import { defineFeature, type NetworkRule } from './types.js'

/** A script in the image that waits for dependencies, then becomes the program. */
export const entrypoint = defineFeature({
  id: 'entrypoint',
  help: 'a script in the image that waits for dependencies, then becomes the program',
  enabled: ({ entrypoint }) => entrypoint.enabled,
  templates: 'features/entrypoint',
  flag: 'entrypoint',
  slots: ({ entrypoint }) => ({
    egress: entrypoint.waitFor.map(reach),
    readmeFeatures: [
      {
        title: 'Entry point',
        text: `scripts/entrypoint.sh waits up to ${entrypoint.timeout} s for what the service needs, then becomes the program.`,
      },
    ],
  }),
})

/** The way to one dependency: into its namespace when the name tells it, else anywhere on its port. */
function reach({ host, port }: WaitTarget): NetworkRule {
  const namespace = /^[^.]+\.([^.]+)\.svc(\.cluster\.local)?$/.exec(host)?.[1]
  const ports = [{ port, protocol: 'TCP' }] as const
  return namespace === undefined
    ? { why: `${host}, which may be anywhere: a NetworkPolicy knows addresses and not names`, ports }
    : { why: host, namespace, ports }
}
