import fs from 'node:fs'
import { expect, test } from '@jest/globals'
import { parseAllDocuments, stringify } from 'yaml'
import type { Manifest } from '../support/manifests.js'
import { describeWith } from '../support/tools.js'
import { judge, strictTools } from './strict.js'

const supported = ['1.34', '1.35', '1.36', '1.37'] as const

/** A field or value that is not in every version. */
interface Novelty {
  readonly what: string
  /** The first version in which it has an effect without a feature gate being set; none so far when absent. */
  readonly since?: (typeof supported)[number]
  readonly kind: string
  readonly add: (object: Manifest) => void
}

const podOf = ({ spec }: Manifest) => spec.template.spec
const containerOf = (object: Manifest) => podOf(object).containers[0]
const volumeOf = (object: Manifest, name: string) =>
  podOf(object).volumes.find((volume: Manifest) => volume.name === name)

/** Where gates are switched on is in k8s.io/kubernetes, pkg/features/kube_features.go. */
const novelties: readonly Novelty[] = [
  {
    what: 'tolerance of an autoscaler (HPAConfigurableTolerance)',
    since: '1.35',
    kind: 'HorizontalPodAutoscaler',
    add: ({ spec }) => {
      spec.behavior.scaleDown.tolerance = '0.05'
    },
  },
  {
    what: 'hostnameOverride (HostnameOverride)',
    since: '1.35',
    kind: 'Deployment',
    add: (object) => {
      podOf(object).hostnameOverride = 'sample'
    },
  },
  {
    what: 'variables out of files (EnvFiles)',
    since: '1.35',
    kind: 'Deployment',
    add: (object) => {
      const fileKeyRef = { volumeName: 'tmp', path: 'env', key: 'KEY' }
      containerOf(object).env.push({ name: 'FROM_FILE', valueFrom: { fileKeyRef } })
    },
  },
  {
    what: 'restart rules of a container (ContainerRestartRules)',
    since: '1.35',
    kind: 'Deployment',
    add: (object) => {
      containerOf(object).restartPolicy = 'Always'
    },
  },
  {
    what: 'images as volumes (ImageVolume)',
    since: '1.35',
    kind: 'Deployment',
    add: (object) => {
      podOf(object).volumes.push({ name: 'image', image: { reference: 'registry.example.com/data:1' } })
    },
  },
  {
    what: 'restarting all containers (RestartAllContainersOnContainerExits)',
    since: '1.36',
    kind: 'Deployment',
    add: (object) => {
      containerOf(object).restartPolicy = 'Always'
      containerOf(object).restartPolicyRules = [
        { action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } },
      ]
    },
  },
  {
    what: 'a Service whose name starts with a digit (RelaxedServiceNameValidation)',
    since: '1.36',
    kind: 'Service',
    add: ({ metadata }) => {
      metadata.name = '1sample'
    },
  },
  {
    what: 'scaling to zero (HPAScaleToZero)',
    since: '1.37',
    kind: 'HorizontalPodAutoscaler',
    add: ({ spec }) => {
      spec.minReplicas = 0
    },
  },
  {
    what: 'maxUnavailable of a StatefulSet (MaxUnavailableStatefulSet)',
    since: '1.37',
    kind: 'StatefulSet',
    add: ({ spec }) => {
      spec.updateStrategy.rollingUpdate.maxUnavailable = 2
    },
  },
  {
    what: 'certificates as volumes (PodCertificateRequest)',
    since: '1.37',
    kind: 'Deployment',
    add: (object) => {
      const podCertificate = { signerName: 'example.com/a', keyType: 'ED25519', credentialBundlePath: 'bundle' }
      volumeOf(object, 'both').projected.sources.push({ podCertificate })
    },
  },
  {
    what: 'the mode of an emptyDir (EmptyDirVolumeMode)',
    kind: 'Deployment',
    add: (object) => {
      volumeOf(object, 'tmp').emptyDir.mode = 0o700
    },
  },
  {
    what: 'the owner of a Secret’s files (AtomicWriteVolumeUserFields)',
    kind: 'Deployment',
    add: (object) => {
      volumeOf(object, 'secret').secret.defaultUser = 65532
    },
  },
  {
    what: 'options of a mount (VolumeBindMountOptions)',
    kind: 'Deployment',
    add: (object) => {
      containerOf(object).volumeMounts[0].bindMountOptions = ['noexec']
    },
  },
  {
    what: 'TLS of a gRPC probe (GRPCContainerProbeTLS)',
    kind: 'Deployment',
    add: (object) => {
      containerOf(object).startupProbe.grpc.mode = 'TLS'
    },
  },
  {
    what: 'scheduling groups (GenericWorkload)',
    kind: 'Deployment',
    add: (object) => {
      podOf(object).schedulingGroup = { podGroupName: 'sample' }
    },
  },
]

describeWith(strictTools, 'strict, as the API server of each version', () => {
  const samples = new Map<string, Manifest>(
    parseAllDocuments(fs.readFileSync('test/e2e/strict/testdata/kinds.yaml', 'utf8')).map((document) => {
      const object = document.toJS()
      return [object.kind, object]
    }),
  )
  const input = novelties
    .map(({ kind, add }) => {
      const object = structuredClone(samples.get(kind))
      add(object)
      return stringify(object)
    })
    .join('---\n')

  test.each(supported)('%s takes what it has and refuses what came later or is behind a gate', (kubernetes) => {
    const judged = judge({ input, kubernetes })
    const wanted = novelties.map(({ what, since }) => [what, since !== undefined && since <= kubernetes])
    const found = novelties.map(({ what }, at) => [what, judged[at]?.problems.length === 0])
    const why = judged.map(({ problems }, at) => `${novelties[at]?.what}: ${problems}`).join('\n')
    expect({ found, why: found.join() === wanted.join() ? '' : why }).toEqual({ found: wanted, why: '' })
  })
})
