import { type Manifest, readYaml } from '../support/manifests.js'
import { containerOf, type Fact, podOf, same } from './facts-reading.js'

/** Facts about the configuration centre: it is named in the mounted file. */
export const centreFacts: readonly Fact[] = [
  {
    rule: 'the configuration centre of the mounted file is let out to',
    contradictions: (overlay) =>
      overlay.configMaps
        .flatMap(({ data }) => (data?.['config.yaml'] === undefined ? [] : [readYaml(data['config.yaml']) ?? {}]))
        .flatMap((settings: Manifest) => settings.consul?.address ?? settings.nacos?.address ?? [])
        .flatMap((address: string) => {
          const { hostname, port, protocol } = new URL(address)
          const wanted = Number(port === '' ? (protocol === 'https:' ? 443 : 80) : port)
          const namespace = /^[^.]+\.([^.]+)\.svc(\.cluster\.local)?$/.exec(hostname)?.[1]
          const open = overlay
            .all('NetworkPolicy')
            .flatMap(({ spec }) =>
              spec.egress
                .filter(({ ports }: Manifest) =>
                  ports.some((one: Manifest) => one.port === wanted && one.protocol === 'TCP'),
                )
                .map(
                  ({ to: [peer] = [] as Manifest[] }: Manifest) =>
                    peer?.namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name'],
                ),
            )
          return overlay.all('NetworkPolicy').length === 0 || open.includes(namespace)
            ? []
            : [`${address} is closed: ${wanted} is open to ${open.join(', ') || 'nobody'}`]
        }),
  },
  {
    rule: 'the last good document of the centre has a small place of its own, wherever there is a centre',
    contradictions: (overlay) =>
      overlay.workloads.flatMap((workload) => {
        const { env, volumeMounts } = containerOf(workload)
        const folder = env.find(({ name }: Manifest) => name === 'CONFIG_CACHE_DIR')?.value
        const cache = (podOf(workload).volumes ?? []).find(({ name }: Manifest) => name === 'config-cache')
        const centre = overlay.read('internal/app/components.go').includes('*config.Centre')
        return [
          ...same('a centre', centre, 'a place for its document', folder !== undefined),
          ...same('the volume of it', cache !== undefined, 'wanted', centre),
          ...(centre && volumeMounts.find(({ mountPath }: Manifest) => mountPath === folder)?.name !== 'config-cache'
            ? [`${folder} is not the volume`]
            : []),
          // Two documents of 1 MiB in base64.
          ...(cache === undefined || cache.emptyDir?.sizeLimit === '4Mi' ? [] : [`${cache.emptyDir?.sizeLimit}`]),
        ]
      }),
  },
]
