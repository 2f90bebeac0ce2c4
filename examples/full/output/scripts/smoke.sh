#!/bin/sh
# Is the new version up, and does it answer? For a pipeline, after Argo CD has been given a commit.
#
#   scripts/smoke.sh BASE_URL COMMIT [TIMEOUT_SECONDS]
#
# First waits until GET /version names COMMIT in SMOKE_IN_A_ROW answers: 3, because old and new pods
# answer in turn during a rollout; 1 where traffic is split between two versions for good. Then wants
# the right status from each endpoint below. Writes nothing: a name that is refused reaches no dependency, so it can run
# against production.
#
# SMOKE_TOKEN, in the environment, is a token that the service takes.
set -eu

[ "$#" -ge 2 ] || { echo "usage: $0 BASE_URL COMMIT [TIMEOUT_SECONDS]" >&2; exit 2; }
base="${1%/}"
commit="$2"
timeout="${3-600}"

: "${SMOKE_TOKEN:?a token that the service takes}"
# ask OPTION...: curl with the token, which must not be seen in the list of processes.
ask() {
  printf 'header = "Authorization: Bearer %s"\n' "$SMOKE_TOKEN" | curl --config - "$@"
}

deadline=$(($(date +%s) + timeout))
wanted="${SMOKE_IN_A_ROW:-3}"
seen=0
while [ "$seen" -lt "$wanted" ]; do
  if ask -fsS --max-time 5 "$base/version" 2>/dev/null | grep -qF "\"$commit\""; then
    seen=$((seen + 1))
  else
    seen=0
    [ "$(date +%s)" -lt "$deadline" ] || { echo "$base does not serve $commit after $timeout s" >&2; exit 1; }
    sleep 2
  fi
done
echo "$base serves $commit"

# expect STATUS PATH
expect() {
  status="$(ask -sS -o /dev/null -w '%{http_code}' --max-time 10 "$base$2")" || status="none"
  [ "$status" = "$1" ] || { echo "GET $2: want $1, got $status" >&2; exit 1; }
  echo "GET $2: $status"
}

expect 400 /v1/greetings/%20
expect 404 /no-such-path

# Nobody gets in without a token.
status="$(curl -sS -o /dev/null -w '%{http_code}' --max-time 10 "$base/version")" || status="none"
[ "$status" = 403 ] || { echo "GET /version without a token: want 403, got $status" >&2; exit 1; }
echo "GET /version without a token: $status"
