#!/bin/sh
# Is the new version up, and does it answer? For a pipeline, after Argo CD has been given a commit.
#
#   scripts/smoke.sh BASE_URL COMMIT [TIMEOUT_SECONDS]
#
# BASE_URL is https://HOST[:PORT], or http://HOST:PORT without TLS. First waits until the metadata of an answer, x-commit,
# names COMMIT in SMOKE_IN_A_ROW answers: 3, because old and new pods answer in turn during a rollout; 1 where an older
# version keeps a share of the traffic. Then wants the right status of each call below, of that commit: what another
# version says is no proof, so it is asked until three answers are of COMMIT, and not to meet it is a failure. Reads only, so
# it can run against production. Uses grpcurl, and brings it with Go where there is none.
#
# SMOKE_VERSION, in the environment, asks for a version by the header x-version, which the routes of a mesh know.
set -eu

[ "$#" -ge 2 ] || { echo "usage: $0 BASE_URL COMMIT [TIMEOUT_SECONDS]" >&2; exit 2; }
base="${1%/}"
commit="$2"
timeout="${3-600}"
cd "$(dirname "$0")/.."

plaintext=false
address="${base#https://}"
case "$base" in http://*)
  plaintext=true
  address="${base#http://}"
  ;;
esac
case "$address" in *:*) ;; *) address="$address:443" ;; esac

if ! command -v grpcurl >/dev/null; then
  bin="$(mktemp -d)"
  GOBIN="$bin" go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4
  PATH="$bin:$PATH"
fi

# What is asked is in .proto files, and not told by reflection, which is off in production. This one is grpc.health.v1.
protos="$(mktemp -d)"
trap 'rm -rf "$protos" "${bin:-$protos}"' EXIT
cat > "$protos/health.proto" <<'EOF'
syntax = "proto3";
package grpc.health.v1;
message HealthCheckRequest { string service = 1; }
message HealthCheckResponse { int32 status = 1; }
service Health { rpc Check(HealthCheckRequest) returns (HealthCheckResponse); }
EOF

# call PROTO METHOD JSON OPTION...
call() {
  proto="$1" method="$2" request="$3"
  shift 3
  grpcurl -plaintext="$plaintext" -max-time 10 -import-path api -import-path "$protos" -proto "$proto" \
    -d "$request" \
    ${SMOKE_VERSION:+-H "x-version: $SMOKE_VERSION"} "$@" "$address" "$method"
}

deadline=$(($(date +%s) + timeout))
wanted="${SMOKE_IN_A_ROW:-3}"
seen=0
while [ "$seen" -lt "$wanted" ]; do
  if call health.proto grpc.health.v1.Health/Check '{}' -v 2>/dev/null | grep -qxF "x-commit: $commit"; then
    seen=$((seen + 1))
  else
    seen=0
    [ "$(date +%s)" -lt "$deadline" ] || { echo "$base does not serve $commit after $timeout s" >&2; exit 1; }
    sleep 2
  fi
done
echo "$base serves $commit"

# expect EXIT_CODE PROTO METHOD JSON: grpcurl exits with 64 more than the status code of gRPC.
expect() {
  met=0
  tries=0
  while [ "$met" -lt 3 ]; do
    # One in a thousand of the calls is met by now, so more questions would tell no more.
    [ "$tries" -lt 3000 ] || { echo "$3 $4: $commit was not met in $tries answers" >&2; exit 1; }
    tries=$((tries + 1))
    code=0
    said="$(call "$2" "$3" "$4" -v 2>/dev/null)" || code="$?"
    by="$(printf '%s\n' "$said" | sed -n 's/^x-commit: //p' | tail -n 1)"
    case "$by" in
      "$commit") met=$((met + 1)) ;;
      # Nobody's: what stands before the service has answered, or nothing has.
      '') ;;
      *) continue ;;
    esac
    [ "$code" = "$1" ] || { echo "$3 $4: want exit code $1 of grpcurl, got $code" >&2; exit 1; }
  done
  echo "$3 $4: $1"
}

expect 0 health.proto grpc.health.v1.Health/Check '{}'
# example:begin
expect 0 greeting/v1/greeting.proto greeting.v1.GreetingService/Greet '{"name": "smoke"}'
# INVALID_ARGUMENT
expect 67 greeting/v1/greeting.proto greeting.v1.GreetingService/Greet '{"name": "<>"}'
# example:end
