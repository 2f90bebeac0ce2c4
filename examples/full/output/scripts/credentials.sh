#!/bin/sh
# The Secret market-credentials of an environment.
#
#   scripts/credentials.sh create ENVIRONMENT          once, before the first deployment
#   scripts/credentials.sh rotate ENVIRONMENT [NAME]   a new value, then a rolling restart;
#                                                      NAME is admin-token if it isn't given
#
# The admin token is random, made here, seen by nobody. Passwords belong to their servers: they are asked for on the
# terminal, without echo, or read from stdin, one a line, in the order in which they stand below.
#
# kubectl's current context decides the cluster. Values go through pipes: a command line can be read
# by every process of the machine.
set -eu

usage() {
  echo "usage: $0 create|rotate ENVIRONMENT [NAME]" >&2
  exit 2
}

[ "$#" -eq 2 ] || { [ "$#" -eq 3 ] && [ "$1" = rotate ]; } || usage
overlay="$(dirname "$0")/../deploy/overlays/$2/kustomization.yaml"
[ -f "$overlay" ] || { echo "$0: no such environment: $2" >&2; exit 2; }
namespace="$(sed -n 's/^namespace: //p' "$overlay" | tr -d '"')"

# 256 bits, in hexadecimal.
random() { od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n'; }

# ask NAME: one line, without its end.
ask() {
  if [ -t 0 ]; then
    printf '%s: ' "$1" >&2
    trap 'stty echo' EXIT INT TERM
    stty -echo
    IFS= read -r value || value=
    stty echo
    echo >&2
  else
    IFS= read -r value || value=
  fi
  [ -n "$value" ] || { echo "$0: no value for $1" >&2; return 1; }
  printf '%s' "$value"
}

# entry NAME COMMAND [ARGUMENT]: a key of the Secret's data. The value is in no argument.
entry() {
  name="$1"
  shift
  encoded="$("$@" | base64 | tr -d '\n')"
  [ -n "$encoded" ] || exit 1
  printf '  %s: %s\n' "$name" "$encoded"
}

# secret: the whole of it, for create.
secret() {
  printf 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: market-credentials\ntype: Opaque\ndata:\n'
  entry admin-token random
  entry postgres-password ask postgres-password
  entry redis-password ask redis-password
  entry nats-password ask nats-password
}

case "$1" in
  create)
    kubectl get namespace "$namespace" >/dev/null 2>&1 ||
      kubectl create -f "$(dirname "$overlay")/namespace.yaml"
    # Fails if there is one already: that is what rotate is for.
    manifest="$(secret)"
    printf '%s\n' "$manifest" | kubectl -n "$namespace" create -f -
    ;;
  rotate)
    case "${3:-admin-token}" in
      admin-token) data="$(entry admin-token random)" ;;
      postgres-password) data="$(entry postgres-password ask postgres-password)" ;;
      redis-password) data="$(entry redis-password ask redis-password)" ;;
      nats-password) data="$(entry nats-password ask nats-password)" ;;
      *) usage ;;
    esac
    printf 'data:\n%s\n' "$data" | kubectl -n "$namespace" patch secret market-credentials --patch-file=/dev/stdin
    # Argo Rollouts evicts every pod that is older than this, one at a time, also in the middle of a release.
    now="$(date -u +%Y-%m-%dT%H:%M:%SZ)"
    kubectl -n "$namespace" patch rollouts.argoproj.io/market --type=merge -p "{\"spec\":{\"restartAt\":\"$now\"}}"
    kubectl -n "$namespace" wait rollouts.argoproj.io/market --for=jsonpath='{.status.restartedAt}'="$now" --timeout=30m
    kubectl -n "$namespace" wait rollouts.argoproj.io/market --for=condition=Available --timeout=10m
    ;;
  *) usage ;;
esac
