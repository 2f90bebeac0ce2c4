#!/bin/sh
# Takes the example out: its folders, its migration, and the lines between "example:begin" and "example:end". What is
# left builds, and its tests pass. Then this script is gone, too.
set -eu
cd "$(dirname "$0")/.."

files="Makefile README.md internal/app/components.go api/openapi.yaml scripts/smoke.sh"
for file in $files; do
  [ -f "$file" ] || continue
  awk '/^[ \t]*(\/\/|#|<!--) example:begin( -->)?$/ { skip = 1 }
    !skip { print }
    /^[ \t]*(\/\/|#|<!--) example:end( -->)?$/ { skip = 0 }' "$file" > "$file.new"
  # Written into the old file, which keeps its mode.
  cat "$file.new" > "$file"
  rm "$file.new"
done
rm -rf internal/greeting
rm -f scripts/remove-example.sh
gofmt -w internal/app/components.go
go mod tidy
echo "The example is gone. A database that has its table keeps it: drop it there."
