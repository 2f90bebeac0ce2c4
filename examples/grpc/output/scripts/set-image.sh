#!/bin/sh
# Sets the image tag of an environment, in its overlay: one line changes, and Git shows exactly that.
#
#   scripts/set-image.sh ENVIRONMENT COMMIT [IMAGE]
#
# IMAGE is the name in deploy/overlays/ENVIRONMENT/kustomization.yaml; prices if left out.
set -eu

usage() {
  echo "usage: $0 ENVIRONMENT COMMIT [IMAGE]" >&2
  exit 2
}

[ "$#" -eq 2 ] || [ "$#" -eq 3 ] || usage
file="$(dirname "$0")/../deploy/overlays/$1/kustomization.yaml"
commit="$2"
default_image=prices
image="${3:-$default_image}"

case "$commit" in
  *[!0-9a-f]* | '') echo "$0: not a commit id: $commit" >&2; exit 2 ;;
esac
# Images are tagged with the whole id. Git tells it, unless it is whole already: a clone without history need not have it.
if [ "${#commit}" -lt 40 ]; then
  commit="$(git -C "$(dirname "$0")" rev-parse --quiet --verify "$commit^{commit}")" || { echo "$0: no such commit: $2" >&2; exit 2; }
fi
[ -f "$file" ] || { echo "$0: no such environment: $1" >&2; exit 2; }

marked="# $image\$"
[ "$(grep -c "^ *newTag: .* $marked" "$file")" -eq 1 ] ||
  { echo "$0: $file has no line 'newTag: … # $image'" >&2; exit 1; }

new="$(mktemp)"
trap 'rm -f "$new"' EXIT
sed "s/^\( *newTag: \).* $marked/\1\"$commit\" # $image/" "$file" >"$new"
cat "$new" >"$file"
