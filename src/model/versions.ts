import type { ActionName, JobImage } from './types.js'

/**
 * Versions of everything that the output names, in one place, with the source of each.
 * `npm run refresh` tells which have moved.
 */
export const versions = {
  /** go.mod: the oldest Go that the pinned modules build with. */
  goDirective: '1.26.0',
  /** https://go.dev/dl, November 2026. */
  go: '1.27.4',
  /** https://github.com/golangci/golangci-lint/releases */
  golangciLint: '2.15.0',
  /** https://github.com/kubernetes-sigs/kustomize/releases */
  kustomize: '5.8.2',
  /** https://github.com/bufbuild/buf/releases: compiles .proto files, and needs no protoc. */
  buf: '1.75.0',
  /** The release of google.golang.org/protobuf in golang/table.ts: generated code asks for a runtime no older. */
  protocGenGo: '1.36.12',
  /** https://pkg.go.dev/google.golang.org/grpc/cmd/protoc-gen-go-grpc */
  protocGenGoGrpc: '1.6.2',
  /** https://github.com/fullstorydev/grpcurl/releases */
  grpcurl: '1.9.4',
  /** https://github.com/prometheus/prometheus/releases: promtool runs the tests of the alert rules. */
  prometheus: '3.15.0',
  /** https://github.com/sigstore/cosign/releases */
  cosign: '3.1.3',
} as const

/** Actions by commit, with the release that the commit is; the tags of their repositories are the source. */
export const actions: Readonly<Record<ActionName, { readonly uses: string; readonly tag: string }>> = {
  checkout: { uses: 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1', tag: 'v7.0.1' },
  setupGo: { uses: 'actions/setup-go@b7ad1dad31e06c5925ef5d2fc7ad053ef454303e', tag: 'v7.0.0' },
  golangciLint: { uses: 'golangci/golangci-lint-action@ba0d7d2ec06a0ea1cb5fa41b2e4a3ab91d21278a', tag: 'v9.3.0' },
  buildx: { uses: 'docker/setup-buildx-action@f87e5991a6d7451dcb8d9637bfbc97413f497069', tag: 'v4.4.1' },
  login: { uses: 'docker/login-action@dbcb813823bdd20940b903addbd779551569679f', tag: 'v4.6.0' },
  buildPush: { uses: 'docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a', tag: 'v7.3.0' },
  cosignInstaller: { uses: 'sigstore/cosign-installer@6f9f17788090df1f26f669e9d70d6ae9567deba6', tag: 'v4.1.2' },
  setupQemu: { uses: 'docker/setup-qemu-action@99012661954931238ded8c8b007157a8430204e1', tag: 'v4.4.0' },
}

/** Images that the jobs of GitLab and Jenkins run in, besides the builder below; the registries' tags are the source. */
export const jobs: Readonly<Record<JobImage, string>> = {
  binfmt: 'tonistiigi/binfmt:qemu-v10.2.3',
  docker: 'docker:29.8.1-cli',
  dockerDaemon: 'docker:29.8.1-dind',
  golangciLint: 'golangci/golangci-lint:v2.15.0',
  buildkit: 'moby/buildkit:v0.33.0-rootless',
  /** promtool, a shell and BusyBox' tools. */
  prometheus: 'prom/prometheus:v3.15.0',
}

/**
 * Images of the build and runtime stages, by the digest of their multi-platform index.
 * The builder is Debian 12 on purpose: what links against its glibc 2.36 runs on every base below.
 */
export const images = {
  builder: 'golang:1.27.2-bookworm@sha256:5cf287a799e6b94384bad13d16b14904c531f51ba65792237e122ce42b392f61',
  runtime: {
    distroless: {
      static:
        'gcr.io/distroless/static-debian13:nonroot@sha256:e2e927ec666bae08560abb3c55d0659eceabb657f56b6782ab500a9fc7f555e3',
      cgo: 'gcr.io/distroless/base-debian13:nonroot@sha256:a0d70d6a97cd697d9362bc2aae4a6560dd65817e365d0043b07325a97975dc91',
    },
    alpine: 'alpine:3.24.2@sha256:294b683cb724975bec92580e1e685676bd4b50bda910ddb8c51d4cabeaec77e6',
    debian: 'debian:13-slim@sha256:d7e12182ce18b85b93007c1dedf31f2d29e01ccf3182cc4017c709b6259bc132',
    ubuntu: 'ubuntu:24.04@sha256:534baea6a22c03a63003dbc8dbe78fe34bc0d7e595d9a9dc9834884ff530eb55',
  },
  /** For compose.yaml: by release line and not by digest, a developer's machine takes its patches. */
  local: {
    postgres: 'postgres:18-alpine',
    mysql: 'mysql:8.4',
    redis: 'redis:8-alpine',
    nats: 'nats:2.15-alpine',
    /** This one has no tag for a release line. */
    kafka: 'apache/kafka:4.4.0',
    consul: 'hashicorp/consul:1.20',
    nacos: 'nacos/nacos-server:v2.5.1',
  },
} as const
