#!/bin/sh
# Waits until every dependency accepts a TCP connection, then becomes the program.
#
#   WAIT_FOR      host:port, separated by blanks; empty: don't wait
#   WAIT_TIMEOUT  seconds for all of them together
#
# Exit codes: 1 a dependency was not reachable in time, 2 a setting is wrong, 143 SIGTERM while waiting.
set -eu

WAIT_FOR="${WAIT_FOR-
  queue.messaging.svc:4222
}"
default_timeout=60
WAIT_TIMEOUT="${WAIT_TIMEOUT:-$default_timeout}"
# One attempt must not use up the time of the others.
ATTEMPT_SECONDS=2

main() {
  case "$WAIT_TIMEOUT" in
    '' | *[!0-9]*) fail 2 "WAIT_TIMEOUT is not a number of seconds: $WAIT_TIMEOUT" ;;
  esac
  # Process 1 has no default action for signals: without these a SIGTERM would be lost until the
  # program runs. exec resets them.
  trap 'stop 143' TERM
  trap 'stop 130' INT

  deadline=$(($(now) + WAIT_TIMEOUT))
  for target in $WAIT_FOR; do
    wait_for "$target"
  done
  trap - TERM INT
}

# wait_for HOST:PORT
wait_for() {
  host="${1%:*}"
  port="${1##*:}"
  host="${host#\[}"
  host="${host%\]}"
  case "$port" in
    '' | *[!0-9]*) fail 2 "not host:port: $1" ;;
  esac
  case "$host" in
    '' | "$1") fail 2 "not host:port: $1" ;;
  esac

  log "waiting for $1"
  until in_background connect "$host" "$port"; do
    [ "$(now)" -lt "$deadline" ] || fail 1 "$1 was not reachable within $WAIT_TIMEOUT s"
    in_background sleep 1
  done
  log "$1 is reachable"
}

# connect HOST PORT: 0 if a TCP connection can be opened. Debian and Ubuntu have bash and no nc,
# Alpine has nc and no bash; not every build of nc knows -z.
connect() {
  if command -v bash >/dev/null 2>&1; then
    # shellcheck disable=SC2016 # the inner shell expands its own arguments
    exec timeout "$ATTEMPT_SECONDS" bash -c ': <"/dev/tcp/$1/$2"' bash "$1" "$2" 2>/dev/null
  fi
  nc -z -w "$ATTEMPT_SECONDS" "$1" "$2" >/dev/null 2>&1 ||
    nc -w "$ATTEMPT_SECONDS" "$1" "$2" -e true >/dev/null 2>&1
}

# The shell runs a trap only between commands; `wait` is the one that a signal interrupts.
in_background() {
  "$@" &
  child=$!
  wait "$child"
}

stop() {
  [ -z "${child-}" ] || kill "$child" 2>/dev/null || :
  log "stopped while waiting"
  exit "$1"
}

now() { date +%s; }

log() { printf '{"timestamp":"%s","level":"INFO","service":"ledger","message":"entrypoint: %s"}\n' "$(timestamp)" "$1"; }

fail() {
  printf '{"timestamp":"%s","level":"ERROR","service":"ledger","message":"entrypoint: %s"}\n' "$(timestamp)" "$2" >&2
  exit "$1"
}

timestamp() { date -u +%Y-%m-%dT%H:%M:%SZ; }

main
exec "$@"
