import type { StoreName } from '../spec/stores.js'

export interface Probe {
  readonly enabled: boolean
  /** HTTP path on the admin port. */
  readonly path: string
  /** Name for grpc.health.v1; empty is the server as a whole. */
  readonly service: string
  /** Seconds. */
  readonly initialDelay: number
  readonly period: number
  readonly timeout: number
  readonly failureThreshold: number
  /** initialDelay + period × failureThreshold, seconds: how long failure is tolerated. */
  readonly budget: number
}

export interface Resources {
  readonly cpuRequest: string
  /** Absent when the user chose `none`. */
  readonly cpuLimit: string | undefined
  readonly memoryRequest: string
  readonly memoryLimit: string
  /** GOMEMLIMIT value, e.g. `460MiB`: nine tenths of the memory limit. */
  readonly goMemLimit: string
  readonly ephemeralRequest: string
  readonly ephemeralLimit: string
  /** sizeLimit of the emptyDir behind /tmp. */
  readonly tmpSize: string
}

export interface Volume {
  readonly size: string
  readonly path: string
  readonly storageClass: string | undefined
}

export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'Rollout'
  readonly isDeployment: boolean
  readonly isStatefulSet: boolean
  readonly group: 'apps' | 'argoproj.io'
  readonly apiVersion: 'apps/v1' | 'argoproj.io/v1alpha1'
  /** What kubectl and RBAC call it, in the singular. */
  readonly resource: 'deployment' | 'statefulset' | 'rollout'
  /** Label by which the controller tells the pods of its revisions apart; a StatefulSet's revisions replace one another. */
  readonly revisionLabel: string | undefined
  /** What `kubectl port-forward` takes. */
  readonly forward: string
  /** Command that restarts the pods, in any namespace. */
  readonly restart: string
  readonly replicas: number
  /** True when nothing else owns spec.replicas, so the manifests state it. */
  readonly ownsReplicas: boolean
  readonly volume: Volume
  readonly minReadySeconds: number
  readonly progressDeadlineSeconds: number
  readonly revisionHistoryLimit: number
  readonly maxSurge: number
  readonly maxUnavailable: number
  /** Value of the pod label `version`, which the mesh's subsets select. */
  readonly version: string
}

export interface Image {
  /** Reference without tag. */
  readonly repository: string
  /** Host of the repository, `docker.io` when it names none. */
  readonly registry: string
  readonly base: 'distroless' | 'scratch' | 'alpine' | 'debian' | 'ubuntu'
  readonly isDistroless: boolean
  readonly cgo: boolean
  /** `0` or `1`. */
  readonly cgoEnabled: string
  /** Builder image, tag included. */
  readonly builder: string
  /** Runtime base image, tag included; `scratch` has none. */
  readonly runtime: string
  readonly platforms: readonly string[]
  /** Comma-separated, as docker buildx takes them. */
  readonly platformList: string
  readonly uid: number
}

/** One workload: all pods, or one side of a traffic split. */
export interface WorkloadRef {
  readonly name: string
  /** Value of the pod label `version`. */
  readonly version: string
  /** The image name that the manifest carries until Kustomize replaces it. */
  readonly image: string
  readonly weight: number
}

export interface Address {
  /** A name or an address, without brackets. */
  readonly host: string
  readonly port: number
  /** Both together, an IPv6 address in brackets: its colons are kept apart from the port's. */
  readonly address: string
}

export interface WaitTarget extends Address {
  /** A server whose own client can ask it; anything else is asked for a TCP connection. */
  readonly kind: StoreName | undefined
}

export interface Entrypoint {
  readonly enabled: boolean
  readonly waitFor: readonly WaitTarget[]
  /** Seconds for all dependencies together. */
  readonly timeout: number
}
