#!/bin/sh
# Waits until every dependency answers, then becomes the program. What a server has a client for is asked by it where
# the image has one (pg_isready, mariadb-admin, redis-cli); everything else has to accept a TCP connection.
#
#   WAIT_FOR      host:port, separated by blanks, an IPv6 address in brackets; empty: don't wait. postgres://, mysql://
#                 and redis:// in front of it say what kind of server it is
#   WAIT_TIMEOUT  seconds for all of them together
#
# Exit codes: 1 a dependency was not reachable in time, 2 a setting is wrong, 143 SIGTERM while waiting.
set -eu
# No words become names of files: [fd00::1] would be a pattern.
set -f

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

# wait_for [KIND://]HOST:PORT
wait_for() {
  kind="${1%%://*}"
  address="${1#*://}"
  case "$1" in
    postgres://* | mysql://* | redis://*) ;;
    *://*) fail 2 "not a kind of server: $kind" ;;
  esac
  host="${address%:*}"
  port="${address##*:}"
  host="${host#\[}"
  host="${host%\]}"
  case "$port" in
    '' | *[!0-9]*) fail 2 "not host:port: $1" ;;
  esac
  case "$host" in
    '' | "$address") fail 2 "not host:port: $1" ;;
  esac

  log "waiting for $1"
  until in_background answers "$kind" "$host" "$port"; do
    [ "$(now)" -lt "$deadline" ] || fail 1 "$1 was not reachable within $WAIT_TIMEOUT s"
    in_background sleep 1
  done
  log "$1 is reachable"
}

# answers KIND HOST PORT: a server that accepts connections may not be ready to serve them. What its client says counts;
# none of the three needs a password to tell.
answers() {
  if [ "$1" = postgres ] && command -v pg_isready >/dev/null 2>&1; then
    exec pg_isready -q -h "$2" -p "$3" -t "$ATTEMPT_SECONDS"
  elif [ "$1" = mysql ] && command -v mariadb-admin >/dev/null 2>&1; then
    exec mariadb-admin --no-defaults --host="$2" --port="$3" --protocol=tcp --connect-timeout="$ATTEMPT_SECONDS" \
      ping >/dev/null 2>&1
  elif [ "$1" = redis ] && command -v redis-cli >/dev/null 2>&1; then
    # It says NOAUTH where a password is wanted, and LOADING until it has read its data.
    case "$(timeout "$ATTEMPT_SECONDS" redis-cli -h "$2" -p "$3" ping 2>&1)" in
      *PONG* | *NOAUTH*) exit 0 ;;
      *) exit 1 ;;
    esac
  fi
  connect "$2" "$3"
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
