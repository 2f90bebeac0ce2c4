#!/bin/sh
# The Secret shipping-credentials of an environment: random, made here, seen by nobody.
#
#   scripts/credentials.sh create ENVIRONMENT   once, before the first deployment
#   scripts/credentials.sh rotate ENVIRONMENT   a new value, then a rolling restart
#
# kubectl's current context decides the cluster. Values go through pipes: a command line can be read
# by every process of the machine.
set -eu

usage() {
  echo "usage: $0 create|rotate ENVIRONMENT" >&2
  exit 2
}

[ "$#" -eq 2 ] || usage
overlay="$(dirname "$0")/../deploy/overlays/$2/kustomization.yaml"
[ -f "$overlay" ] || { echo "$0: no such environment: $2" >&2; exit 2; }
namespace="$(sed -n 's/^namespace: //p' "$overlay" | tr -d '"')"

# 256 bits, in hexadecimal.
random() { od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n'; }

case "$1" in
  create)
    kubectl get namespace "$namespace" >/dev/null 2>&1 ||
      kubectl create -f "$(dirname "$overlay")/namespace.yaml"
    # Fails if there is one already: that is what rotate is for.
    random | kubectl -n "$namespace" create secret generic shipping-credentials --from-file=admin-token=/dev/stdin
    ;;
  rotate)
    printf '{"stringData":{"admin-token":"%s"}}' "$(random)" |
      kubectl -n "$namespace" patch secret shipping-credentials --patch-file=/dev/stdin
    # Argo Rollouts evicts every pod that is older than this, one at a time, also in the middle of a release.
    now="$(date -u +%Y-%m-%dT%H:%M:%SZ)"
    kubectl -n "$namespace" patch rollouts.argoproj.io/shipping --type=merge -p "{\"spec\":{\"restartAt\":\"$now\"}}"
    kubectl -n "$namespace" wait rollouts.argoproj.io/shipping --for=jsonpath='{.status.restartedAt}'="$now" --timeout=30m
    kubectl -n "$namespace" wait rollouts.argoproj.io/shipping --for=condition=Available --timeout=10m
    ;;
  *) usage ;;
esac
