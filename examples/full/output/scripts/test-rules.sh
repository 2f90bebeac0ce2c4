#!/bin/sh
# Checks the alert rules and runs their tests, with the promtool on the PATH; without one, with that of a container. A
# pipeline's job runs it in the image that has promtool, and needs nothing else.
#
#   scripts/test-rules.sh
#
# PROMTOOL names another program.
set -eu

[ "$#" -eq 0 ] || { echo "usage: $0" >&2; exit 2; }
cd "$(dirname "$0")/.."
alerts=deploy/monitoring/alerts/production
mkdir -p bin/rules
cp "$alerts"/*_test.yaml bin/rules/
# promtool reads files of rules, and not the objects that hold them.
sed -e '1,/^spec:/d' -e 's/^  //' "$alerts/rules.yaml" >bin/rules/rules.yaml
cd bin/rules

program="${PROMTOOL:-promtool}"
with_promtool() {
  if command -v "$program" >/dev/null; then
    "$program" "$@"
  else
    docker run --rm --volume "$PWD":/rules:ro --workdir /rules --entrypoint promtool prom/prometheus:v3.15.0 "$@"
  fi
}
with_promtool check rules --lint=all --lint-fatal rules.yaml
with_promtool test rules rules_test.yaml hours_test.yaml
