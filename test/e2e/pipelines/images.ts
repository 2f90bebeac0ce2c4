/** What an image that a job runs in has on its PATH, as far as a job could want it. */
export interface JobImage {
  readonly image: RegExp
  /** The document that says so. */
  readonly source: string
  readonly tools: readonly string[]
}

/** What Debian calls essential, and bookworm's base files. */
const debian =
  'awk base64 basename bash cat chmod chown cmp comm cp cut date diff dirname echo env expr false find gzip grep head hostname id install ln ls mkdir mktemp mv nl nproc od paste perl printf pwd readlink realpath rm rmdir sed seq sh sleep sort split stat tail tar tee test timeout touch tr true tty uname uniq wc xargs'
/** BusyBox as Alpine and Prometheus build it. */
const busybox =
  'awk base64 basename cat chmod chown cmp comm cp cut date diff dirname echo env expr false find gzip grep head hostname id install ln ls mkdir mktemp mv nl nproc od paste printf pwd readlink realpath rm rmdir sed seq sh sleep sort split stat tail tar tee test timeout touch tr true tty uname uniq wc wget xargs'
const words = (...lists: readonly string[]) => lists.flatMap((list) => list.split(' '))

/** The images of all jobs, in all dialects. A job in an image that is not here fails the test that runs it. */
export const jobImages: readonly JobImage[] = [
  {
    image: /^golang:[\d.]+-bookworm@/,
    source:
      'docker-library/golang, bookworm: FROM buildpack-deps:bookworm-scm, and g++ gcc libc6-dev make pkg-config; buildpack-deps, scm: git mercurial openssh-client subversion procps, curl: ca-certificates curl gnupg wget',
    tools: words(debian, 'go gofmt gcc g++ cc make git ssh ssh-keygen curl wget ps'),
  },
  {
    image: /^golangci\/golangci-lint:v/,
    source: 'golangci/golangci-lint, build/buildx.Dockerfile: FROM golang, and golangci-lint',
    tools: words(debian, 'go gofmt gcc g++ cc make git curl wget golangci-lint'),
  },
  {
    image: /^prom\/prometheus:v[\d.]+$/,
    source: 'prometheus/prometheus, Dockerfile: FROM quay.io/prometheus/busybox, and prometheus, promtool',
    tools: words(busybox, 'prometheus promtool'),
  },
  {
    image: /^docker:[\d.]+-cli$/,
    source:
      'docker-library/docker, cli/Dockerfile: FROM alpine, ca-certificates git openssh-client, docker, buildx, compose',
    tools: words(busybox, 'apk docker git ssh'),
  },
  {
    image: /^moby\/buildkit:v[\d.]+-rootless$/,
    source:
      'moby/buildkit, Dockerfile, stage rootless: FROM alpine, fuse3 fuse-overlayfs git openssh pigz, buildctl buildkitd',
    tools: words(busybox, 'buildctl buildkitd git ssh'),
  },
  {
    image: /^ubuntu-24\.04$/,
    source: 'actions/runner-images, images/ubuntu/Ubuntu2404-Readme.md',
    tools: words(debian, 'git gh jq curl wget docker kubectl kustomize helm make gcc g++ cc ssh ssh-keygen ps'),
  },
]

/** What actions add to the PATH of the steps after them. */
export const actionTools: Readonly<Record<string, readonly string[]>> = {
  'actions/setup-go': ['go', 'gofmt'],
  'sigstore/cosign-installer': ['cosign'],
}
