#!/bin/sh
# Gets the StatefulSet out of a version whose pods never became ready.
#
#   scripts/unstick.sh ENVIRONMENT
#
# Kubernetes waits for such a pod before it touches any other, also when Git has gone back already: the pod stays on the bad
# version for ever (kubernetes.io/docs/concepts/workloads/controllers/statefulset, "Forced rollback"). So go back in Git
# first and wait for the sync; then this deletes the pods that are neither ready nor of the version that is wanted, and
# Kubernetes makes them anew from the good one, with their volumes. Nothing else is touched, so it can be run again.
# kubectl's current context decides the cluster.
set -eu

[ $# -eq 1 ] || { echo "usage: $0 ENVIRONMENT" >&2; exit 2; }
overlay="$(dirname "$0")/../deploy/overlays/$1/kustomization.yaml"
[ -f "$overlay" ] || { echo "$0: no such environment: $1" >&2; exit 2; }
namespace="$(sed -n 's/^namespace: //p' "$overlay" | tr -d '"')"

wanted="$(kubectl -n "$namespace" get statefulset/ledger -o 'jsonpath={.status.updateRevision}')"
[ -n "$wanted" ] || { echo "$0: the controller has not looked at statefulset/ledger yet" >&2; exit 1; }

stuck="$(
  kubectl -n "$namespace" get pods -l 'app.kubernetes.io/name=ledger,app.kubernetes.io/instance=ledger' \
    -o 'jsonpath={range .items[*]}{.metadata.name} {.metadata.labels.controller-revision-hash} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' |
    while read -r pod revision ready; do
      if [ "$revision" != "$wanted" ] && [ "$ready" != True ]; then
        echo "$pod"
      fi
    done
)"

if [ -z "$stuck" ]; then
  echo "No pod stands in the way: what is not ready is of the wanted version already."
  exit 0
fi
for pod in $stuck; do
  kubectl -n "$namespace" delete pod "$pod"
done
kubectl -n "$namespace" rollout status statefulset/ledger --timeout=10m
