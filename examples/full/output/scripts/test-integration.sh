#!/bin/sh
# Runs all tests, with those that need the servers which the environment names: `make test-integration` does so. In a
# pipeline, where CI is true, a test that is skipped is a failure: nobody would see that it tests nothing.
set -u
out="$(mktemp)"
trap 'rm -f "$out"' EXIT

# shellcheck disable=SC2086 # RACE is empty, or one flag
go test ${RACE:-} -count=1 -v ./... >"$out" 2>&1
code="$?"
# What matters of many thousand lines.
grep -E '^(ok|FAIL|panic:|---? ?FAIL|[[:space:]]*--- (FAIL|SKIP))' "$out" || true
[ "$code" = 0 ] || { cat "$out"; exit "$code"; }
if [ "${CI:-}" = true ] && grep -E '^[[:space:]]*--- SKIP' "$out" >/dev/null; then
  echo "tests were skipped, and with CI=true that is a failure" >&2
  exit 1
fi
