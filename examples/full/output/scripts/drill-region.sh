#!/bin/sh
# A drill: takes the pods of a region out of their Service, asks URL every second until it answers again, and puts them
# back. Says how long callers would have waited, had the pods been lost, and fails when that is more than 90 s.
#
#   scripts/drill-region.sh CONTEXT URL
#
# CONTEXT is the region's cluster in your kubeconfig, URL what its gateway answers from where you are. Whoever runs this
# may patch Services there. BUDGET in the environment is another number of seconds.
set -eu

[ "$#" -eq 2 ] || { echo "usage: $0 CONTEXT URL" >&2; exit 2; }
context="$1"
url="$2"
budget="${BUDGET-}"
[ -n "$budget" ] || budget=90
# Seconds that pods which fail stay in the Service, by their readiness probe: here they leave it at once.
leave=13

answers() { curl --silent --fail --output /dev/null --max-time 16 "$url"; }

service() {
  kubectl --context "$context" -n market patch service market --type=json \
    --patch "[{\"op\": \"$1\", \"path\": \"/spec/selector/drill\"$2}]" >/dev/null
}

answers || { echo "$0: $url does not answer, so there is nothing to lose" >&2; exit 1; }

back() {
  service remove '' || echo "$0: the pods are still out: take \"drill\" off the selector of the Service market" >&2
}
trap back EXIT
trap 'exit 130' INT TERM
# No pod has this label, so the Service has no endpoints. A sync of Argo CD leaves it: the field isn't in Git.
service add ', "value": "out"'
out="$(date +%s)"
echo "out; asking $url"

# Three answers in a row, as proxies hear of it one after the other.
row=0
again="$out"
while [ "$row" -lt 3 ]; do
  if answers; then
    row=$((row + 1))
  else
    row=0
    again="$(date +%s)"
  fi
  if [ $((again - out + leave)) -gt "$budget" ]; then
    echo "no answer within $((again - out)) s; with $leave s until failing pods leave the Service that is more than $budget s" >&2
    exit 1
  fi
  sleep 1
done
echo "answered again after $((again - out)) s; with $leave s until failing pods leave the Service $((again - out + leave)) s of $budget s"
