#!/bin/sh
# Is the new version up, and does it answer? For a pipeline, after Argo CD has been given a commit.
#
#   scripts/smoke.sh BASE_URL COMMIT [TIMEOUT_SECONDS]
#
# First waits until GET /version names COMMIT in SMOKE_IN_A_ROW answers: 3, because old and new pods answer in turn during
# a rollout; 1 where an older version keeps a share of the traffic. Then wants the right status from each endpoint below,
# of that commit: every answer says in the header x-commit who gave it, and what another version says is no proof, so it is
# asked until three answers are of COMMIT, and not to meet it is a failure. Reads only, so it can run
# against production.
#
# SMOKE_VERSION, in the environment, asks for a version by the header x-version, which the routes of a mesh know.
set -eu

[ "$#" -ge 2 ] || { echo "usage: $0 BASE_URL COMMIT [TIMEOUT_SECONDS]" >&2; exit 2; }
base="${1%/}"
commit="$2"
timeout="${3-600}"

# ask OPTION...: curl for the version that is meant.
ask() { curl ${SMOKE_VERSION:+-H "x-version: $SMOKE_VERSION"} "$@"; }

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
  met=0
  tries=0
  while [ "$met" -lt 3 ]; do
    # One in a thousand of the requests is met by now, so more questions would tell no more.
    [ "$tries" -lt 3000 ] || { echo "GET $2: $commit was not met in $tries answers" >&2; exit 1; }
    tries=$((tries + 1))
    head="$(ask -sS -o /dev/null -D - --max-time 10 "$base$2" | tr -d '\r')" || head=''
    status="$(printf '%s\n' "$head" | sed -n 's/^HTTP[^ ]* \([0-9]*\).*/\1/p' | tail -n 1)"
    by="$(printf '%s\n' "$head" | sed -n 's/^[Xx]-[Cc]ommit: *//p' | tail -n 1)"
    case "$by" in
      "$commit") met=$((met + 1)) ;;
      # Nobody's: what stands before the service has answered, or nothing has.
      '') ;;
      *) continue ;;
    esac
    [ "$status" = "$1" ] || { echo "GET $2: want $1, got ${status:-nothing}" >&2; exit 1; }
  done
  echo "GET $2: $1"
}

# example:begin
expect 200 '/v1/greetings?limit=1'
expect 400 '/v1/greetings?limit=0'
# example:end
expect 404 /no-such-path
